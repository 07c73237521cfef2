// Weights as expressions over a checkpoint's tensors.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace lectern::graph {

/// A value: copies share the expression. A matrix is [outputs, inputs]; a vector is [n, 1], so that rows of a matrix
/// and of its bias are taken and joined alike. Rows are whole in every format, quantized ones too: all here moves rows.
class Weight {
 public:
  enum class Kind {
    kTensor,  // of the checkpoint
    kValues,  // computed by the definition
    kRows,    // some rows of one part
    kConcatenation,
    kRegrouping,  // rows of one part in another order
  };

  /// A tensor under the checkpoint's own name.
  static Weight tensor(std::string name, std::int64_t rows, std::int64_t columns = 1);
  static Weight values(std::string name, std::vector<float> values);

  /// Throw Error kInvalidArgument naming the weight and the shapes.
  Weight rows(std::int64_t begin, std::int64_t count) const;
  /// Rows seen as [outer, a, b] become [outer, b, a].
  Weight regroup(std::int64_t outer, std::int64_t a, std::int64_t b) const;
  static Weight concatenate(std::vector<Weight> parts);

  Kind kind() const { return node_->kind; }
  /// What it is made of, as text; equal for equal expressions: "rows(a, 0, 64)", "concat(a, b)".
  const std::string& name() const { return node_->name; }
  std::int64_t row_count() const { return node_->rows; }
  std::int64_t columns() const { return node_->columns; }
  bool is_vector() const { return node_->columns == 1; }

  const std::vector<Weight>& parts() const { return node_->parts; }
  const std::vector<float>& constants() const { return node_->constants; }
  /// Of a kRows or kRegrouping: the row of its part that is row `row` of this.
  std::int64_t source_row(std::int64_t row) const;

 private:
  struct Node {
    Kind kind = Kind::kTensor;
    std::string name{};
    std::int64_t rows = 0;
    std::int64_t columns = 1;
    std::vector<Weight> parts{};
    std::vector<float> constants{};
    std::int64_t begin = 0;     // kRows
    std::int64_t a = 1, b = 1;  // kRegrouping
  };
  explicit Weight(Node node);

  std::shared_ptr<const Node> node_;
};

}  // namespace lectern::graph
