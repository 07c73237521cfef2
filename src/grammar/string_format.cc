#include "grammar/string_format.h"

#include <map>

namespace lectern::grammar {
namespace {

// None is endless: a model comes to an end, and no length has to be counted where all of them keep to it.
#define LECTERN_DATE                                                                           \
  "[12][0-9]{3}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|" \
  "02-(0[1-9]|1[0-9]|2[0-8]))"
#define LECTERN_TIME "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
#define LECTERN_LABEL "[a-z0-9]{1,16}(-[a-z0-9]{1,16}){0,2}"
#define LECTERN_URI                                    \
  "(https?|ftp)://" LECTERN_LABEL "(\\." LECTERN_LABEL \
  "){0,4}\\.[a-z]{2,10}(:[1-9][0-9]{0,3})?"            \
  "(/[A-Za-z0-9._~-]{0,40}){0,6}(\\?[A-Za-z0-9._~=&-]{1,60})?(#[A-Za-z0-9._~-]{1,30})?"
#define LECTERN_BYTE "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"

const std::map<std::string_view, std::string_view> kPatterns = {
    {"date", "^" LECTERN_DATE "$"},
    {"time", "^" LECTERN_TIME "$"},
    {"date-time", "^" LECTERN_DATE "T" LECTERN_TIME "$"},
    {"duration",  // RFC 3339, appendix A
     "^P([1-9][0-9]{0,3}W|[1-9][0-9]{0,3}Y([1-9][0-9]?M([1-9][0-9]?D)?)?|[1-9][0-9]?M([1-9][0-9]?D)?|"
     "([1-9][0-9]{0,3}D)?T([1-9][0-9]{0,3}H([1-5]?[0-9]M([1-5]?[0-9]S)?)?|[1-9][0-9]{0,3}M([1-5]?[0-9]S)?|"
     "[1-9][0-9]{0,4}S)|[1-9][0-9]{0,3}D)$"},
    {"uuid", "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"},
    {"email",
     "^[A-Za-z0-9]{1,20}([._+-][A-Za-z0-9]{1,20}){0,3}@[A-Za-z0-9]{1,20}(-[A-Za-z0-9]{1,20}){0,2}(\\.[A-Za-z]{2,10}){1,"
     "3}$"},
    {"hostname", "^" LECTERN_LABEL "(\\." LECTERN_LABEL "){0,4}$"},
    {"ipv4", "^(" LECTERN_BYTE "\\.){3}" LECTERN_BYTE "$"},
    {"ipv6", "^(([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|([0-9a-f]{1,4}:){1,4}(:[0-9a-f]{1,4}){1,3}|::1)$"},
    {"uri", "^" LECTERN_URI "$"},
    {"uri-reference", "^" LECTERN_URI "$"},
    {"iri", "^" LECTERN_URI "$"},
    {"iri-reference", "^" LECTERN_URI "$"}};

}  // namespace

std::optional<std::string_view> pattern_of_format(std::string_view name) {
  const auto found = kPatterns.find(name);
  if (found == kPatterns.end()) return {};
  return found->second;
}

}  // namespace lectern::grammar
