#include "graph/weight.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lectern/error.h"

namespace lectern::graph {

Weight::Weight(Node node) : node_(std::make_shared<const Node>(std::move(node))) {}

Weight Weight::tensor(std::string name, std::int64_t rows, std::int64_t columns) {
  if (rows < 1 || columns < 1) {
    throw Error(ErrorCode::kInvalidArgument, fmt::format("weight {}: its shape is [{}, {}]", name, rows, columns));
  }
  return Weight({.kind = Kind::kTensor, .name = std::move(name), .rows = rows, .columns = columns});
}

Weight Weight::values(std::string name, std::vector<float> values) {
  const auto count = static_cast<std::int64_t>(values.size());
  if (count < 1) throw Error(ErrorCode::kInvalidArgument, fmt::format("weight {}: it has no values", name));
  return Weight({.kind = Kind::kValues, .name = std::move(name), .rows = count, .constants = std::move(values)});
}

Weight Weight::rows(std::int64_t begin, std::int64_t count) const {
  if (begin < 0 || count < 1 || count > row_count() - begin) {
    throw Error(ErrorCode::kInvalidArgument, fmt::format("weight {}: rows [{}, {} + {}) of [{}, {}] do not exist",
                                                         name(), begin, begin, count, row_count(), columns()));
  }
  return Weight({.kind = Kind::kRows,
                 .name = fmt::format("rows({}, {}, {})", name(), begin, count),
                 .rows = count,
                 .columns = columns(),
                 .parts = {*this},
                 .begin = begin});
}

Weight Weight::regroup(std::int64_t outer, std::int64_t a, std::int64_t b) const {
  if (outer < 1 || a < 1 || b < 1 || row_count() % outer != 0 || row_count() / outer % a != 0 ||
      row_count() / outer / a != b) {
    throw Error(ErrorCode::kInvalidArgument, fmt::format("weight {}: [{}, {}] cannot be seen as [{}, {}, {}, {}]",
                                                         name(), row_count(), columns(), outer, a, b, columns()));
  }
  return Weight({.kind = Kind::kRegrouping,
                 .name = fmt::format("regroup({}, {}, {}, {})", name(), outer, a, b),
                 .rows = row_count(),
                 .columns = columns(),
                 .parts = {*this},
                 .a = a,
                 .b = b});
}

Weight Weight::concatenate(std::vector<Weight> parts) {
  if (parts.empty()) throw Error(ErrorCode::kInvalidArgument, "concatenation of no weights");
  Node node{.kind = Kind::kConcatenation, .columns = parts.front().columns()};
  std::vector<std::string_view> names;
  for (const Weight& part : parts) {
    if (part.columns() != node.columns) {
      throw Error(ErrorCode::kInvalidArgument,
                  fmt::format("concatenation: {} is [{}, {}] and {} is [{}, {}]", parts.front().name(),
                              parts.front().row_count(), node.columns, part.name(), part.row_count(), part.columns()));
    }
    node.rows += part.row_count();
    names.push_back(part.name());
  }
  node.name = fmt::format("concat({})", fmt::join(names, ", "));
  node.parts = std::move(parts);
  return Weight(std::move(node));
}

std::int64_t Weight::source_row(std::int64_t row) const {
  if (kind() == Kind::kRows) return node_->begin + row;
  const std::int64_t group = node_->a * node_->b;
  const std::int64_t inside = row % group;  // of [b, a]
  return row - inside + inside % node_->a * node_->b + inside / node_->a;
}

}  // namespace lectern::graph
