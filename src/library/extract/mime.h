// The parts of a mail (RFC 5322, 2045–2047, 2231): headers, encodings, parameters.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lectern::library {

/// "text/plain; charset=utf-8": the value in lower case, parameters by their name in lower case.
struct MimeField {
  std::string value;
  std::map<std::string, std::string, std::less<>> parameters;

  std::string_view parameter(std::string_view name) const;  // empty where there is none
};

/// One part, its body as it stands in the file. Views of the bytes that it was parsed from.
struct MimePart {
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case, values unfolded
  std::string_view body;

  std::string_view header(std::string_view name) const;  // the first; empty where there is none
  MimeField field(std::string_view name) const;
};

MimePart parse_part(std::string_view bytes);
/// The parts between the lines "--BOUNDARY".
std::vector<std::string_view> split_parts(std::string_view body, std::string_view boundary);

/// Base64, quoted-printable, or the body itself.
std::string decode_transfer(std::string_view body, std::string_view encoding);
/// "=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=" to clean UTF-8.
std::string decode_header(std::string_view text);

}  // namespace lectern::library
