// From weight expressions to bytes in an engine file: which type each is stored as, and its rows packed for the target.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/isa.h"
#include "formats/checkpoint.h"
#include "formats/engine_file.h"
#include "graph/weight.h"

namespace lectern::compiler {

/// What a program does with a weight. A matrix that nothing multiplies, a table of embeddings, keeps its checkpoint's
/// type and rows: rounding it would gain nothing, and a row in one piece is quicker to find.
enum class WeightUse { kMultiplied, kLookedUp };

class WeightStore {
 public:
  /// `quantize_floats`: floating-point matrices become Q8_0. `checkpoint` must outlive it.
  WeightStore(const formats::Checkpoint& checkpoint, Isa target, bool quantize_floats);

  Isa target() const { return target_; }

  /// The type of a weight in the engine file: vectors are F32; a matrix keeps its checkpoint's type where the target
  /// has kernels for it, else becomes F32. Throws Error kUnsupported where there is none for that either.
  DType stored_type(const graph::Weight& weight) const;
  /// The type of activations that a linear of this matrix wants.
  DType activation_type(const graph::Weight& matrix) const;
  /// Whether one matrix of both would be stored as each of them is alone.
  bool can_join(const graph::Weight& a, const graph::Weight& b) const;
  /// Its entry in the header, but for the offset.
  formats::WeightSpec spec(const graph::Weight& weight, WeightUse use) const;
  /// Fills `out`, spec(weight, use).bytes of zeros, with the weight's values.
  void write(const graph::Weight& weight, WeightUse use, std::span<std::byte> out) const;

 private:
  struct Row {
    const std::byte* data;
    DType type;
  };

  bool is_plain(const graph::Weight& weight, WeightUse use) const {
    return weight.is_vector() || use == WeightUse::kLookedUp;
  }
  DType type_for(const graph::Weight& weight, WeightUse use) const;
  void write_packed(const graph::Weight& weight, std::span<const Row> rows, std::span<std::byte> out) const;
  std::optional<DType> checkpoint_type(const graph::Weight& weight) const;
  void append_rows(const graph::Weight& weight, std::vector<Row>& rows) const;
  const formats::CheckpointTensor& tensor(const graph::Weight& weight) const;

  const formats::Checkpoint* checkpoint_;
  Isa target_;
  bool quantize_floats_;
};

}  // namespace lectern::compiler
