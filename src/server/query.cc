#include "server/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/paths.h"
#include "server/api_error.h"
#include "server/http_message.h"

namespace lectern::server {
namespace {

// As forms and URLSearchParams write it: a plus is a space.
std::string decoded(std::string_view text) {
  std::string spaced(text), out;
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  if (!percent_decode(spaced, out)) throw ApiError(400, "The address has a malformed escape behind its \"?\".");
  if (out.find('\0') != std::string::npos) throw ApiError(400, "The address has a NUL behind its \"?\".");
  return out;
}

}  // namespace

Query::Query(std::string_view target) {
  const auto mark = target.find('?');
  std::string_view rest = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  rest = rest.substr(0, rest.find('#'));
  while (!rest.empty()) {
    const auto pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    const std::string name = decoded(pair.substr(0, equals));
    const bool first = values_.emplace(name, decoded(pair.substr(std::min(pair.size(), equals + 1)))).second;
    if (!first) throw ApiError(400, fmt::format("The parameter {} is given twice.", to_valid_utf8(name)), name);
  }
}

std::optional<std::string> Query::text(std::string_view name) {
  const auto at = values_.find(name);
  if (at == values_.end()) return std::nullopt;
  return std::move(values_.extract(at).mapped());
}

std::string Query::required_text(std::string_view name) {
  auto value = text(name);
  if (value && !value->empty()) return std::move(*value);
  throw ApiError(400, fmt::format("The parameter {} is missing: add ?{}=… to the address.", name, name),
                 std::string(name));
}

std::optional<std::int64_t> Query::integer(std::string_view name, std::int64_t least, std::int64_t most) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  std::int64_t number = 0;
  const char* end = value->data() + value->size();
  const auto [at, failed] = std::from_chars(value->data(), end, number);
  if (failed == std::errc() && at == end && number >= least && number <= most) return number;
  throw ApiError(400, fmt::format("{} has to be a whole number from {} to {}.", name, least, most), std::string(name));
}

void Query::refuse_others() const {
  if (values_.empty()) return;
  const std::string name = to_valid_utf8(values_.begin()->first);
  throw ApiError(400, fmt::format("There is no parameter {} here.", lectern::quoted(name)), name,
                 "unsupported_parameter");
}

}  // namespace lectern::server
