#include "compiler/weight_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/paths.h"
#include "kernels/cpu/dequantize.h"
#include "kernels/packed_matrix.h"
#include "lectern/error.h"

namespace lectern::compiler {
namespace {

using graph::Weight;

// Rows that are converted at a time: a multiple of 64, so that blocks are packed one after another.
constexpr std::size_t kBlockRows = 1024;

bool is_float(DType type) { return type == DType::kF32 || type == DType::kF16 || type == DType::kBF16; }

// A row of `columns` values in another type; `scratch` holds them as F32.
void convert_row(DType from, const std::byte* source, DType to, std::span<float> scratch, std::byte* out) {
  const auto columns = static_cast<std::int64_t>(scratch.size());
  if (from == to) {
    std::memcpy(out, source, row_bytes(from, columns));
    return;
  }
  kernels::dequantize(from, source, columns, scratch.data());
  if (to == DType::kQ8_0) return kernels::quantize_q8_0(scratch.data(), columns, out);
  std::memcpy(out, scratch.data(), scratch.size_bytes());
}

}  // namespace

WeightStore::WeightStore(const formats::Checkpoint& checkpoint, Isa target, bool quantize_floats)
    : checkpoint_(&checkpoint), target_(target), quantize_floats_(quantize_floats) {}

const formats::CheckpointTensor& WeightStore::tensor(const Weight& weight) const {
  const auto* tensor = checkpoint_->find_tensor(weight.name());
  if (!tensor) throw Error(ErrorCode::kInternal, "weight " + weight.name() + " is of no tensor");
  return *tensor;
}

std::optional<DType> WeightStore::checkpoint_type(const Weight& weight) const {
  if (weight.kind() == Weight::Kind::kValues) return DType::kF32;
  if (weight.kind() == Weight::Kind::kTensor) return tensor(weight).type;
  const auto first = checkpoint_type(weight.parts().front());
  for (const Weight& part : weight.parts()) {
    if (checkpoint_type(part) != first) return {};
  }
  return first;
}

DType WeightStore::stored_type(const Weight& weight) const {
  if (weight.is_vector()) return DType::kF32;
  DType type = checkpoint_type(weight).value_or(DType::kF32);
  if (quantize_floats_ && is_float(type) && weight.columns() % block_values(DType::kQ8_0) == 0) type = DType::kQ8_0;
  if (kernels::can_pack(target_, type, weight.columns())) return type;
  if (kernels::can_pack(target_, DType::kF32, weight.columns())) return DType::kF32;
  throw Error(ErrorCode::kUnsupported,
              fmt::format("{}: no {} kernel multiplies with {}, which has {} columns.", quoted(checkpoint_->path()),
                          lectern::name(target_), weight.name(), weight.columns()));
}

DType WeightStore::activation_type(const Weight& matrix) const {
  return kernels::activation_type(target_, stored_type(matrix), matrix.columns());
}

bool WeightStore::can_join(const Weight& a, const Weight& b) const {
  return !a.is_vector() && !b.is_vector() && a.columns() == b.columns() && checkpoint_type(a) &&
         checkpoint_type(a) == checkpoint_type(b);
}

DType WeightStore::type_for(const Weight& weight, WeightUse use) const {
  const bool keeps = use == WeightUse::kLookedUp && !weight.is_vector();
  return keeps ? checkpoint_type(weight).value_or(DType::kF32) : stored_type(weight);
}

formats::WeightSpec WeightStore::spec(const Weight& weight, WeightUse use) const {
  const DType type = type_for(weight, use);
  formats::WeightSpec spec{.name = weight.name(), .type = type, .rows = 1, .columns = weight.row_count()};
  if (!weight.is_vector()) {
    spec.rows = weight.row_count();
    spec.columns = weight.columns();
  }
  spec.packed = !is_plain(weight, use);
  spec.bytes = spec.packed ? kernels::packed_bytes(target_, type, spec.rows, spec.columns)
                           : static_cast<std::size_t>(spec.rows) * row_bytes(type, spec.columns);
  return spec;
}

void WeightStore::append_rows(const Weight& weight, std::vector<Row>& rows) const {
  const auto append = [&](const std::byte* data, DType type) {
    if (weight.is_vector() && block_values(type) != 1) {
      throw Error(ErrorCode::kUnsupported, fmt::format("{}: the vector {} is {}; only F32, F16 and BF16 are read.",
                                                       quoted(checkpoint_->path()), weight.name(), name(type)));
    }
    const std::size_t bytes = row_bytes(type, weight.columns());
    for (std::int64_t i = 0; i < weight.row_count(); ++i)
      rows.push_back({data + static_cast<std::size_t>(i) * bytes, type});
  };
  switch (weight.kind()) {
    case Weight::Kind::kTensor:
      return append(tensor(weight).bytes.data(), tensor(weight).type);
    case Weight::Kind::kValues:
      return append(reinterpret_cast<const std::byte*>(weight.constants().data()), DType::kF32);
    case Weight::Kind::kConcatenation:
      for (const Weight& part : weight.parts()) append_rows(part, rows);
      return;
    case Weight::Kind::kRows:
    case Weight::Kind::kRegrouping: {
      std::vector<Row> source;
      append_rows(weight.parts().front(), source);
      for (std::int64_t i = 0; i < weight.row_count(); ++i) {
        rows.push_back(source[static_cast<std::size_t>(weight.source_row(i))]);
      }
      return;
    }
  }
}

void WeightStore::write(const Weight& weight, WeightUse use, std::span<std::byte> out) const {
  std::vector<Row> rows;
  rows.reserve(static_cast<std::size_t>(weight.row_count()));
  append_rows(weight, rows);
  if (!is_plain(weight, use)) return write_packed(weight, rows, out);
  const DType type = type_for(weight, use);
  const std::size_t bytes = row_bytes(type, weight.columns());
  std::vector<float> scratch(static_cast<std::size_t>(weight.columns()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    convert_row(rows[i].type, rows[i].data, type, scratch, out.data() + i * bytes);
  }
}

void WeightStore::write_packed(const Weight& weight, std::span<const Row> rows, std::span<std::byte> out) const {
  const DType type = stored_type(weight);
  std::vector<float> scratch(static_cast<std::size_t>(weight.columns()));
  const std::size_t bytes = row_bytes(type, weight.columns());
  const bool as_it_is = weight.kind() == Weight::Kind::kTensor && rows.front().type == type;
  std::vector<std::byte> block(as_it_is ? 0 : std::min(rows.size(), kBlockRows) * bytes);
  for (std::size_t begin = 0; begin < rows.size(); begin += kBlockRows) {
    const std::size_t count = std::min(kBlockRows, rows.size() - begin);
    for (std::size_t i = 0; i < count && !as_it_is; ++i) {
      convert_row(rows[begin + i].type, rows[begin + i].data, type, scratch, block.data() + i * bytes);
    }
    const std::size_t offset =
        begin == 0 ? 0 : kernels::packed_bytes(target_, type, static_cast<std::int64_t>(begin), weight.columns());
    kernels::pack(target_, type, static_cast<std::int64_t>(count), weight.columns(),
                  as_it_is ? rows[begin].data : block.data(), out.data() + offset);
  }
}

}  // namespace lectern::compiler
