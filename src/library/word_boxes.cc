#include "library/word_boxes.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/bytes_reader.h"

namespace lectern::library {
namespace {

constexpr std::string_view kWhat = "A page's word boxes";

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

std::uint64_t read_varint(BytesReader& reader) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 63; shift += 7) {
    const auto byte = reader.read<std::uint8_t>("a length");
    value |= static_cast<std::uint64_t>(byte & 0x7fu) << shift;
    if ((byte & 0x80u) == 0) return value;
  }
  throw Error(ErrorCode::kCorrupt, std::string(kWhat) + " hold a length that never ends.");
}

template <typename T>
void put(std::string& out, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

std::uint16_t fraction(float part, float whole) {
  if (!(whole > 0)) return 0;
  return static_cast<std::uint16_t>(std::lround(std::clamp(part / whole, 0.0f, 1.0f) * 65535.0f));
}

}  // namespace

std::string encode_word_boxes(const PageBoxes& boxes, std::int64_t page_begin) {
  std::string out;
  put(out, boxes.width);
  put(out, boxes.height);
  std::int64_t last = page_begin;
  for (const WordBox& word : boxes.words) {
    put_varint(out, static_cast<std::uint64_t>(word.span.begin - last));
    put_varint(out, static_cast<std::uint64_t>(word.span.end - word.span.begin));
    put(out, fraction(word.left, boxes.width));
    put(out, fraction(word.top, boxes.height));
    put(out, fraction(word.right, boxes.width));
    put(out, fraction(word.bottom, boxes.height));
    last = word.span.end;
  }
  return out;
}

PageBoxes decode_word_boxes(std::string_view bytes, Span page) {
  BytesReader reader(std::as_bytes(std::span(bytes.data(), bytes.size())), kWhat);
  PageBoxes boxes;
  boxes.width = reader.read<float>("the page's width");
  boxes.height = reader.read<float>("the page's height");
  std::int64_t position = page.begin;
  const auto advance = [&] {
    const std::uint64_t step = read_varint(reader);
    if (step > static_cast<std::uint64_t>(page.end - position)) {
      throw Error(ErrorCode::kCorrupt, std::string(kWhat) + " reach past the page.");
    }
    position += static_cast<std::int64_t>(step);
    return position;
  };
  const auto length = [&](float whole) {
    return static_cast<float>(reader.read<std::uint16_t>("a coordinate")) / 65535.0f * whole;
  };
  while (reader.remaining() > 0) {
    WordBox word;
    word.span.begin = advance();
    word.span.end = advance();
    word.left = length(boxes.width);
    word.top = length(boxes.height);
    word.right = length(boxes.width);
    word.bottom = length(boxes.height);
    boxes.words.push_back(word);
  }
  return boxes;
}

}  // namespace lectern::library
