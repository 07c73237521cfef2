// Reading a request's JSON, field by field, so that each wrong or unknown one is named.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lectern::server {

/// 7 and 7.0, which are the same number, as JSON Schema has it too; nothing for any other value.
std::optional<std::int64_t> whole_number(const nlohmann::json& value);

/// The fields of one object. Each method throws ApiError 400, which names the field, for a value of another kind; null
/// is as good as a field that is not there.
class Fields {
 public:
  /// `where` comes before the fields' names in errors: "messages[0]."; `object` must outlive it.
  explicit Fields(const nlohmann::json& object, std::string where = {});

  const nlohmann::json* find(std::string_view name);
  std::optional<std::string> text(std::string_view name);
  std::optional<bool> flag(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
  std::optional<double> number(std::string_view name, double least, double most);
  std::string required_text(std::string_view name);

  /// A field of OpenAI's that Lectern lacks, with the one value of it that asks for nothing.
  void take_default(std::string_view name, const nlohmann::json& value);

  /// What is left has a meaning that Lectern lacks. Null asks for nothing.
  void refuse_others() const;

  [[noreturn]] void refuse(std::string_view name, const std::string& why) const;

 private:
  const nlohmann::json& object_;
  std::string where_;
  std::vector<std::string> known_;
};

}  // namespace lectern::server
