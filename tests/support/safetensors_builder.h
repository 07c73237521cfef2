// Small safetensors files for tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lectern::support {

class SafetensorsBuilder {
 public:
  /// `type` as the format names it ("F32", "F16", "I64"); names must need no escapes in JSON.
  SafetensorsBuilder& tensor(std::string_view name, std::string_view type, std::initializer_list<std::int64_t> shape,
                             std::span<const std::byte> bytes) {
    std::string sizes;
    for (const std::int64_t size : shape) sizes += (sizes.empty() ? "" : ",") + std::to_string(size);
    header_ += (header_.empty() ? "" : ",") + ("\"" + std::string(name)) + "\":{\"dtype\":\"" + std::string(type) +
               "\",\"shape\":[" + sizes + "],\"data_offsets\":[" + std::to_string(data_.size()) + "," +
               std::to_string(data_.size() + bytes.size()) + "]}";
    data_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return *this;
  }
  SafetensorsBuilder& tensor(std::string_view name, std::initializer_list<std::int64_t> shape,
                             const std::vector<float>& values) {
    return tensor(name, "F32", shape, std::as_bytes(std::span(values)));
  }

  std::vector<std::byte> build() const { return file("{" + header_ + "}", data_); }

  /// Any header text over any data; padded with spaces as the format's writers do.
  static std::vector<std::byte> file(std::string header, std::string_view data) {
    while (header.size() % 8 != 0) header += ' ';
    const std::uint64_t size = header.size();
    std::vector<std::byte> bytes(sizeof size + header.size() + data.size());
    std::memcpy(bytes.data(), &size, sizeof size);
    std::memcpy(bytes.data() + sizeof size, header.data(), header.size());
    if (!data.empty()) std::memcpy(bytes.data() + sizeof size + header.size(), data.data(), data.size());
    return bytes;
  }

 private:
  std::string header_;
  std::string data_;
};

}  // namespace lectern::support
