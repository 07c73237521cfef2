// A mail (.eml): its headers for people, its text, the names of its attachments.
#include <string>
#include <utility>
#include <vector>

#include "library/extract/encoding.h"
#include "library/extract/failure.h"
#include "library/extract/mime.h"
#include "library/extract/readers.h"

namespace lectern::library {
namespace {

constexpr int kMaxDepth = 16;  // of parts within parts

// RFC 3676: a line that ends with a space goes on in the next one.
std::string unflowed(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const bool soft = line.ends_with(' ') && line != "-- ";
    out += line;
    if (!soft) out += '\n';
  }
  return out;
}

class MailReader {
 public:
  Document read(std::string_view bytes) {
    const MimePart mail = parse_part(bytes);
    if (mail.header("from").empty() && mail.header("date").empty() && mail.header("subject").empty()) {
      throw ExtractFailure("is not a mail: it has no headers");
    }
    message(mail, 0);
    for (const std::string& name : attachments_) {
      out_.line_break();
      out_.text("Attachment: " + name);
    }
    return out_.finish();
  }

 private:
  void message(const MimePart& mail, int depth) {
    if (const std::string subject = decode_header(mail.header("subject")); !subject.empty()) {
      out_.begin_heading(depth + 1);
      out_.text(subject);
      out_.end_heading();
    }
    out_.paragraph();
    constexpr std::pair<std::string_view, std::string_view> kShown[] = {
        {"from", "From: "}, {"to", "To: "}, {"cc", "Cc: "}, {"date", "Date: "}, {"subject", "Subject: "}};
    for (const auto& [name, label] : kShown) {
      const std::string value = decode_header(mail.header(name));
      if (value.empty()) continue;
      out_.line_break();
      out_.text(std::string(label) + value);
    }
    out_.paragraph();
    body(mail, depth);
  }

  void body(const MimePart& part, int depth) {
    if (depth > kMaxDepth) return;
    const MimeField type = part.field("content-type");
    const MimeField disposition = part.field("content-disposition");
    if (type.value.starts_with("multipart/")) return multipart(part, type, depth);
    if (type.value == "message/rfc822" && disposition.value != "attachment") {
      return message(parse_part(part.body), depth + 1);
    }
    const bool html = type.value == "text/html";
    const bool plain = type.value.empty() || type.value == "text/plain" || type.value == "text";
    if (disposition.value == "attachment" || (!html && !plain)) return attachment(type, disposition);
    const std::string bytes = decode_transfer(part.body, part.header("content-transfer-encoding"));
    out_.paragraph();
    if (html) {
      append_html(bytes, type.parameter("charset"), out_);
    } else {
      const std::string text = decode_text(bytes, type.parameter("charset"));
      append_txt(type.parameter("format") == "flowed" ? unflowed(text) : text, out_);
    }
    out_.paragraph();
  }

  void multipart(const MimePart& part, const MimeField& type, int depth) {
    std::vector<MimePart> parts;
    for (const auto bytes : split_parts(part.body, type.parameter("boundary"))) parts.push_back(parse_part(bytes));
    if (type.value != "multipart/alternative") {
      for (const MimePart& inner : parts) body(inner, depth + 1);
      return;
    }
    // The same text in several forms: the plain one, or else the last, which is the richest.
    for (const MimePart& inner : parts) {
      if (inner.field("content-type").value == "text/plain") return body(inner, depth + 1);
    }
    if (!parts.empty()) body(parts.back(), depth + 1);
  }

  void attachment(const MimeField& type, const MimeField& disposition) {
    if (type.value.ends_with("signature")) return;
    std::string name = decode_header(disposition.parameter("filename"));
    if (name.empty()) name = decode_header(type.parameter("name"));
    if (!name.empty()) attachments_.push_back(std::move(name));
  }

  TextBuilder out_;
  std::vector<std::string> attachments_;
};

}  // namespace

Document read_mail(std::string_view bytes) { return MailReader().read(bytes); }

}  // namespace lectern::library
