#include "library/extract/records.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "core/bytes_reader.h"
#include "core/paths.h"
#include "library/word_boxes.h"

namespace lectern::library {
namespace {

constexpr std::string_view kWhat = "What the worker process sent";
constexpr std::size_t kMaxReason = 1000;
constexpr int kMaxLevel = 9;
constexpr std::uint64_t kLongestRecording = std::uint64_t{1000} * 60 * 60 * 1000;  // milliseconds: some captions run on

void write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw Error(ErrorCode::kIo, std::string("The pipe broke: ") + std::strerror(errno) + ".");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

template <typename T>
void put(std::string& out, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

void put_record(std::string& out, RecordKind kind, std::string_view payload) {
  put(out, static_cast<std::uint32_t>(kind));
  put(out, static_cast<std::uint32_t>(payload.size()));
  out += payload;
}

void put_span(std::string& out, Span span) {
  put(out, static_cast<std::uint64_t>(span.begin));
  put(out, static_cast<std::uint64_t>(span.end));
}

[[noreturn]] void refuse(std::string_view why) {
  throw Error(ErrorCode::kCorrupt, std::string(kWhat) + " makes no sense: " + std::string(why) + ".");
}

// Reads one stream; keeps what later records are checked against.
class RecordParser {
 public:
  explicit RecordParser(std::span<const std::byte> bytes) : reader_(bytes, kWhat) {}

  ExtractedRecords parse() {
    if (reader_.read<std::uint64_t>("the beginning") != kRecordMagic) refuse("it does not begin as it should");
    while (!ended_) {
      const auto kind = static_cast<RecordKind>(reader_.read<std::uint32_t>("a record's kind"));
      const auto length = reader_.read<std::uint32_t>("a record's length");
      record(kind, reader_.take(length, "a record"));
    }
    if (reader_.remaining() != 0) refuse("more follows its end");
    return std::move(out_);
  }

 private:
  void record(RecordKind kind, std::span<const std::byte> payload) {
    BytesReader fields(payload, kWhat);
    switch (kind) {
      case RecordKind::kText:
        if (!out_.document.text.empty()) refuse("there are two texts");
        out_.document.text = text(fields);
        return;
      case RecordKind::kTitle:
        out_.document.title = text(fields);
        return;
      case RecordKind::kHeading:
        return heading(fields);
      case RecordKind::kPage:
        return page(fields);
      case RecordKind::kTime:
        return time(fields);
      case RecordKind::kFailure:
        out_.failure = text(fields).substr(0, kMaxReason);
        out_.failure = to_valid_utf8(out_.failure);
        if (out_.failure.empty()) refuse("a failure without a reason");
        ended_ = true;
        return;
      case RecordKind::kEnd:
        ended_ = true;
        return;
    }
    refuse("a record of an unknown kind");
  }

  void heading(BytesReader& fields) {
    Heading heading;
    heading.level = static_cast<int>(fields.read<std::uint32_t>("a heading's level"));
    heading.span = span(fields, last_heading_);
    if (heading.level < 1 || heading.level > kMaxLevel) refuse("a heading of no level");
    last_heading_ = heading.span.end;
    out_.document.headings.push_back(heading);
  }

  void page(BytesReader& fields) {
    Page page;
    page.number = static_cast<int>(fields.read<std::uint32_t>("a page's number"));
    page.span = span(fields, last_page_);
    if (page.number <= last_number_) refuse("pages out of order");
    page.boxes = fields.take_text(fields.remaining(), "word boxes");
    if (!page.boxes.empty()) decode_word_boxes(page.boxes, page.span);
    last_page_ = page.span.end;
    last_number_ = page.number;
    out_.document.pages.push_back(std::move(page));
  }

  void time(BytesReader& fields) {
    const auto begin = fields.read<std::uint64_t>("a time's place"), at = fields.read<std::uint64_t>("a time");
    if (at > kLongestRecording) refuse("a time that no recording has");
    const Span place = span({begin, begin}, last_time_);
    last_time_ = place.begin + 1;
    out_.document.times.push_back({place.begin, static_cast<std::int64_t>(at)});
  }

  // Valid UTF-8 by the worker's promise, which is checked.
  std::string text(BytesReader& fields) {
    const std::string_view bytes = fields.take_text(fields.remaining(), "a text");
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f) refuse("a text with control characters");
    }
    std::string copy(bytes);
    if (to_valid_utf8(bytes) != copy) refuse("a text that is not UTF-8");
    return copy;
  }

  Span span(BytesReader& fields, std::int64_t least) const {
    const auto begin = fields.read<std::uint64_t>("a span");
    return span({begin, fields.read<std::uint64_t>("a span")}, least);
  }

  Span span(std::pair<std::uint64_t, std::uint64_t> ends, std::int64_t least) const {
    const std::string& text = out_.document.text;
    const auto [begin, end] = ends;
    if (begin > end || end > text.size()) refuse("a span outside the text");
    const auto inside = [&text](std::uint64_t at) {
      return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0u) == 0x80u;
    };
    if (inside(begin) || inside(end)) refuse("a span that cuts a character");
    const Span result{static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end)};
    if (result.begin < least) refuse("spans out of order");
    return result;
  }

  BytesReader reader_;
  ExtractedRecords out_;
  bool ended_ = false;
  std::int64_t last_heading_ = 0, last_page_ = 0, last_time_ = 0;
  int last_number_ = 0;
};

std::string stream_begin() {
  std::string out;
  put(out, kRecordMagic);
  return out;
}

}  // namespace

void write_document(int descriptor, const Document& document) {
  std::string out = stream_begin();
  put_record(out, RecordKind::kText, document.text);
  if (!document.title.empty()) put_record(out, RecordKind::kTitle, document.title);
  for (const Heading& heading : document.headings) {
    std::string payload;
    put(payload, static_cast<std::uint32_t>(heading.level));
    put_span(payload, heading.span);
    put_record(out, RecordKind::kHeading, payload);
  }
  for (const Page& page : document.pages) {
    std::string payload;
    put(payload, static_cast<std::uint32_t>(page.number));
    put_span(payload, page.span);
    put_record(out, RecordKind::kPage, payload + page.boxes);
  }
  for (const TimeMark& time : document.times) {
    std::string payload;
    put(payload, static_cast<std::uint64_t>(time.span_begin));
    put(payload, static_cast<std::uint64_t>(time.milliseconds));
    put_record(out, RecordKind::kTime, payload);
  }
  put_record(out, RecordKind::kEnd, {});
  write_all(descriptor, out);
}

void write_failure(int descriptor, std::string_view reason) {
  std::string out = stream_begin();
  put_record(out, RecordKind::kFailure, reason);
  write_all(descriptor, out);
}

ExtractedRecords read_records(std::span<const std::byte> bytes) { return RecordParser(bytes).parse(); }

}  // namespace lectern::library
