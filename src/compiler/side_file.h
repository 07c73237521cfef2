// A JSON file beside a checkpoint's weights.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "formats/checkpoint.h"
#include "lectern/error.h"

namespace lectern::compiler {

/// Each look-up is checked: what is absent or null is null.
class SideFile {
 public:
  /// Throws Error kCorrupt (not a JSON object).
  SideFile(const formats::Checkpoint& checkpoint, std::string name);

  explicit operator bool() const;  // it is there
  const formats::Checkpoint& checkpoint() const { return checkpoint_; }
  const nlohmann::json& root() const { return *value_; }

  [[noreturn]] void refuse_here(ErrorCode code, const std::string& message) const;

  static const nlohmann::json& at(const nlohmann::json& object, std::string_view key);
  const nlohmann::json& at(std::string_view key) const { return at(*value_, key); }

  std::string text(const nlohmann::json& object, std::string_view key) const;
  bool flag(const nlohmann::json& object, std::string_view key, bool otherwise) const;

 private:
  const formats::Checkpoint& checkpoint_;
  std::string name_;
  std::shared_ptr<const nlohmann::json> value_;
};

}  // namespace lectern::compiler
