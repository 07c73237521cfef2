// The numbers that GGUF gives to types (ggml.h's ggml_type, gguf.h's gguf_type).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/dtype.h"

namespace lectern::formats {

enum class GgufValueType : std::uint32_t {
  kUint8,
  kInt8,
  kUint16,
  kInt16,
  kUint32,
  kInt32,
  kFloat32,
  kBool,
  kString,
  kArray,
  kUint64,
  kInt64,
  kFloat64,
};

/// The least bytes of a value; 0 for an array and for what is no type.
std::size_t gguf_value_bytes(std::uint32_t type);

/// The tensor types that Lectern reads.
std::optional<DType> gguf_dtype(std::uint32_t type);
/// ggml's name of any tensor type: "IQ4_XS"; "number 77" for one that is not known.
std::string gguf_type_name(std::uint32_t type);

}  // namespace lectern::formats
