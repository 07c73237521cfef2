// What stands behind the "?" of a request.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace lectern::server {

/// Each method throws ApiError 400, which names the parameter, for a value of another kind. Values are bytes: those of
/// a path need not be UTF-8.
class Query {
 public:
  /// Of "/path?name=value&…". Throws ApiError 400: a malformed escape, a parameter twice, a NUL.
  explicit Query(std::string_view target);

  std::optional<std::string> text(std::string_view name);
  std::string required_text(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);

  /// What nobody asked for has no meaning.
  void refuse_others() const;

 private:
  std::map<std::string, std::string, std::less<>> values_;  // those not yet asked for
};

}  // namespace lectern::server
