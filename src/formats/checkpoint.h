// A checkpoint as the compiler sees it, whatever file format it came in.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/dtype.h"

namespace lectern::formats {

/// A matrix [rows, columns] (row-major; a vector has one row) in the checkpoint's own bytes.
struct CheckpointTensor {
  std::string name;
  DType type = DType::kF32;
  std::vector<std::int64_t> shape;  // slowest dimension first: a matrix is {rows, columns}
  std::span<const std::byte> bytes;
};

/// A metadata value. Integers of every width become int64; arrays are homogeneous.
using MetadataValue = std::variant<std::int64_t, double, bool, std::string, std::vector<std::int64_t>,
                                   std::vector<double>, std::vector<std::string>>;

using Metadata = std::map<std::string, MetadataValue, std::less<>>;

enum class CheckpointFormat { kGguf, kHuggingFace };

class Checkpoint {
 public:
  virtual ~Checkpoint() = default;

  virtual CheckpointFormat format() const = 0;
  virtual const std::filesystem::path& path() const = 0;

  /// The architecture's name: GGUF's general.architecture, Hugging Face's model_type.
  virtual std::string family() const = 0;

  /// In file order. Spans stay valid while the checkpoint lives.
  virtual std::span<const CheckpointTensor> tensors() const = 0;
  const CheckpointTensor* find_tensor(std::string_view name) const;

  /// GGUF metadata by key; for Hugging Face the fields of config.json, nested ones joined with dots.
  virtual const Metadata& metadata() const = 0;
  const MetadataValue* find_metadata(std::string_view key) const;

  /// Typed look-ups. Throws Error kCorrupt naming file and key: missing without a default, of another type, out of
  /// range.
  std::int64_t integer(std::string_view key, std::optional<std::int64_t> otherwise = {}) const;
  double number(std::string_view key, std::optional<double> otherwise = {}) const;
  bool boolean(std::string_view key, std::optional<bool> otherwise = {}) const;
  std::string text(std::string_view key, std::optional<std::string> otherwise = {}) const;

  /// A file of a Hugging Face folder ("tokenizer.json"), empty where absent; always empty for GGUF.
  virtual std::string side_file(std::string_view name) const = 0;

  /// SHA-256 over all of its bytes. Throws Error kCancelled where `stop` says so.
  virtual std::string content_hash(const std::stop_token& stop) const = 0;
  std::string content_hash() const { return content_hash(std::stop_token()); }
};

/// A GGUF file, or a folder with config.json and *.safetensors. Throws Error kNotFound, kIo, kCorrupt, kUnsupported.
std::unique_ptr<Checkpoint> open_checkpoint(const std::filesystem::path& path);

}  // namespace lectern::formats
