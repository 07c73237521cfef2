#include "formats/gguf_types.h"

#include <array>
#include <string_view>

namespace lectern::formats {
namespace {

// By number; those without a name were taken back by ggml.
constexpr std::array<std::string_view, 40> kTensorTypes = {
    "F32",    "F16",   "Q4_0",  "Q4_1",   "",      "",      "Q5_0",    "Q5_1",   "Q8_0",    "Q8_1",
    "Q2_K",   "Q3_K",  "Q4_K",  "Q5_K",   "Q6_K",  "Q8_K",  "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S",
    "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS", "I8",    "I16",   "I32",     "I64",    "F64",     "IQ1_M",
    "BF16",   "",      "",      "",       "TQ1_0", "TQ2_0", "",        "",       "",        "MXFP4"};

constexpr std::array<std::size_t, 13> kValueBytes = {1, 1, 2, 2, 4, 4, 4, 1, 8, 0, 8, 8, 8};

}  // namespace

std::size_t gguf_value_bytes(std::uint32_t type) { return type < kValueBytes.size() ? kValueBytes[type] : 0; }

std::optional<DType> gguf_dtype(std::uint32_t type) {
  if (type >= kTensorTypes.size()) return {};
  const auto known = dtype_from_name(kTensorTypes[type]);
  return known == DType::kI32 ? std::nullopt : known;
}

std::string gguf_type_name(std::uint32_t type) {
  if (type < kTensorTypes.size() && !kTensorTypes[type].empty()) return std::string(kTensorTypes[type]);
  return "number " + std::to_string(type);
}

}  // namespace lectern::formats
