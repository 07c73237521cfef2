#include "formats/checkpoint.h"

#include <cmath>

#include "core/paths.h"
#include "formats/quoted_text.h"
#include "lectern/error.h"

namespace lectern::formats {
namespace {

[[noreturn]] void refuse(const Checkpoint& checkpoint, std::string_view key, const std::string& why) {
  throw Error(ErrorCode::kCorrupt, quoted(checkpoint.path()) + ": metadata " + quoted_text(key) + " " + why +
                                       ". Is this a complete checkpoint of a language model? Download it again.");
}

template <typename T>
std::optional<T> get(const Checkpoint& checkpoint, std::string_view key, const char* kind) {
  const MetadataValue* value = checkpoint.find_metadata(key);
  if (value == nullptr) return {};
  if (const T* typed = std::get_if<T>(value)) return *typed;
  refuse(checkpoint, key, std::string("is not ") + kind);
}

template <typename T>
T found_or(const Checkpoint& checkpoint, std::string_view key, std::optional<T> found, std::optional<T> otherwise) {
  if (found) return *std::move(found);
  if (otherwise) return *std::move(otherwise);
  refuse(checkpoint, key, "is missing");
}

}  // namespace

const MetadataValue* Checkpoint::find_metadata(std::string_view key) const {
  const auto found = metadata().find(key);
  return found == metadata().end() ? nullptr : &found->second;
}

const CheckpointTensor* Checkpoint::find_tensor(std::string_view name) const {
  for (const CheckpointTensor& tensor : tensors()) {
    if (tensor.name == name) return &tensor;
  }
  return nullptr;
}

std::int64_t Checkpoint::integer(std::string_view key, std::optional<std::int64_t> otherwise) const {
  return found_or(*this, key, get<std::int64_t>(*this, key, "a whole number"), otherwise);
}

double Checkpoint::number(std::string_view key, std::optional<double> otherwise) const {
  const MetadataValue* value = find_metadata(key);
  if (value != nullptr) {
    if (const auto* whole = std::get_if<std::int64_t>(value)) return static_cast<double>(*whole);
  }
  const double number = found_or(*this, key, get<double>(*this, key, "a number"), otherwise);
  if (!std::isfinite(number)) refuse(*this, key, "is not a finite number");
  return number;
}

bool Checkpoint::boolean(std::string_view key, std::optional<bool> otherwise) const {
  return found_or(*this, key, get<bool>(*this, key, "true or false"), otherwise);
}

std::string Checkpoint::text(std::string_view key, std::optional<std::string> otherwise) const {
  return found_or(*this, key, get<std::string>(*this, key, "text"), std::move(otherwise));
}

}  // namespace lectern::formats
