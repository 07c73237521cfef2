// Small GGUF files for tests: well-formed by default, broken where a test asks for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/dtype.h"
#include "formats/gguf_types.h"

namespace lectern::support {

class GgufBuilder {
 public:
  using ValueType = formats::GgufValueType;

  // Metadata.
  GgufBuilder& text(std::string_view key, std::string_view value) {
    begin(key, ValueType::kString);
    append_text(keys_, value);
    return *this;
  }
  GgufBuilder& u32(std::string_view key, std::uint32_t value) { return scalar(key, ValueType::kUint32, value); }
  GgufBuilder& f32(std::string_view key, float value) { return scalar(key, ValueType::kFloat32, value); }
  GgufBuilder& boolean(std::string_view key, bool value) {
    return scalar(key, ValueType::kBool, static_cast<std::uint8_t>(value));
  }
  template <typename T>
  GgufBuilder& scalar(std::string_view key, ValueType type, T value) {
    begin(key, type);
    append(keys_, value);
    return *this;
  }
  GgufBuilder& texts(std::string_view key, const std::vector<std::string>& values) {
    array_of(key, ValueType::kString, values.size());
    for (const std::string& value : values) append_text(keys_, value);
    return *this;
  }
  GgufBuilder& i32s(std::string_view key, const std::vector<std::int32_t>& values) {
    return array(key, ValueType::kInt32, values);
  }
  GgufBuilder& f32s(std::string_view key, const std::vector<float>& values) {
    return array(key, ValueType::kFloat32, values);
  }
  template <typename T>
  GgufBuilder& array(std::string_view key, ValueType type, const std::vector<T>& values) {
    array_of(key, type, values.size());
    for (const T& value : values) append(keys_, value);
    return *this;
  }
  /// An array's key, type and count alone; what follows is the caller's.
  GgufBuilder& array_of(std::string_view key, ValueType type, std::uint64_t count) {
    begin(key, ValueType::kArray);
    append(keys_, static_cast<std::uint32_t>(type));
    append(keys_, count);
    return *this;
  }
  /// A key with a type by number, and its value's bytes as they are.
  GgufBuilder& raw(std::string_view key, std::uint32_t type, std::string_view bytes) {
    begin(key, static_cast<ValueType>(type));
    keys_ += bytes;
    return *this;
  }

  // Tensors; `shape` is slowest first, {rows, columns}.
  GgufBuilder& tensor(std::string_view name, std::initializer_list<std::int64_t> shape,
                      const std::vector<float>& values) {
    return tensor(name, DType::kF32, shape, std::as_bytes(std::span(values)));
  }
  GgufBuilder& tensor(std::string_view name, DType type, std::initializer_list<std::int64_t> shape,
                      std::span<const std::byte> bytes) {
    return tensor(name, type, std::span(shape.begin(), shape.size()), bytes);
  }
  GgufBuilder& tensor(std::string_view name, DType type, std::span<const std::int64_t> shape,
                      std::span<const std::byte> bytes) {
    pad(data_);
    const std::vector<std::uint64_t> dimensions(shape.rbegin(), shape.rend());
    raw_tensor(name, dimensions, number_of(type), data_.size());
    data_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return *this;
  }
  /// A tensor's description alone: dimensions fastest first, type by ggml's number, offset in the data.
  GgufBuilder& raw_tensor(std::string_view name, const std::vector<std::uint64_t>& dimensions, std::uint32_t type,
                          std::uint64_t offset) {
    append_text(infos_, name);
    append(infos_, static_cast<std::uint32_t>(dimensions.size()));
    for (const std::uint64_t size : dimensions) append(infos_, size);
    append(infos_, type);
    append(infos_, offset);
    ++tensor_count_;
    return *this;
  }

  // What the file says of itself.
  GgufBuilder& version(std::uint32_t version) { return version_ = version, *this; }
  GgufBuilder& alignment(std::uint32_t alignment) {
    alignment_ = alignment;
    return u32("general.alignment", alignment);
  }
  GgufBuilder& claim_tensors(std::uint64_t count) { return tensor_count_ = count, *this; }
  GgufBuilder& claim_keys(std::uint64_t count) { return key_count_ = count, *this; }

  std::vector<std::byte> build() const {
    std::string file = "GGUF";
    append(file, version_);
    append(file, tensor_count_);
    append(file, key_count_);
    file += keys_;
    file += infos_;
    if (!data_.empty()) pad(file);
    file += data_;
    std::vector<std::byte> bytes(file.size());
    std::memcpy(bytes.data(), file.data(), file.size());
    return bytes;
  }

  static std::uint32_t number_of(DType type) {
    for (std::uint32_t number = 0; number < 64; ++number) {
      if (formats::gguf_dtype(number) == type) return number;
    }
    return 0xffff;
  }

 private:
  template <typename T>
  static void append(std::string& out, T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out.append(bytes, sizeof value);
  }
  static void append_text(std::string& out, std::string_view text) {
    append(out, static_cast<std::uint64_t>(text.size()));
    out += text;
  }
  void begin(std::string_view key, ValueType type) {
    append_text(keys_, key);
    append(keys_, static_cast<std::uint32_t>(type));
    ++key_count_;
  }
  void pad(std::string& out) const {
    while (alignment_ != 0 && alignment_ <= 4096 && out.size() % alignment_ != 0) out += '\0';
  }

  std::uint32_t version_ = 3;
  std::uint32_t alignment_ = 32;
  std::uint64_t tensor_count_ = 0;
  std::uint64_t key_count_ = 0;
  std::string keys_, infos_, data_;
};

}  // namespace lectern::support
