#include <md4c.h>

#include <new>

#include "library/extract/encoding.h"
#include "library/extract/failure.h"
#include "library/extract/html_entity.h"
#include "library/extract/readers.h"
#include "library/extract/text_builder.h"

namespace lectern::library {
namespace {

TextBuilder& builder(void* data) { return *static_cast<TextBuilder*>(data); }

int enter_block(MD_BLOCKTYPE type, void* detail, void* data) {
  TextBuilder& out = builder(data);
  switch (type) {
    case MD_BLOCK_H:
      out.begin_heading(static_cast<int>(static_cast<MD_BLOCK_H_DETAIL*>(detail)->level));
      break;
    case MD_BLOCK_LI:
    case MD_BLOCK_TR:
      out.line_break();
      break;
    case MD_BLOCK_THEAD:
    case MD_BLOCK_TBODY:
      break;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
      out.tab();
      break;
    default:
      out.paragraph();
  }
  return 0;
}

int leave_block(MD_BLOCKTYPE type, void*, void* data) {
  TextBuilder& out = builder(data);
  switch (type) {
    case MD_BLOCK_H:
      out.end_heading();
      break;
    case MD_BLOCK_LI:
    case MD_BLOCK_TR:
      out.line_break();
      break;
    case MD_BLOCK_THEAD:
    case MD_BLOCK_TBODY:
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
      break;
    default:
      out.paragraph();
  }
  return 0;
}

int span(MD_SPANTYPE, void*, void*) { return 0; }

int text(MD_TEXTTYPE type, const MD_CHAR* bytes, MD_SIZE size, void* data) {
  TextBuilder& out = builder(data);
  const std::string_view piece(bytes, size);
  switch (type) {
    case MD_TEXT_BR:
      out.line_break();
      break;
    case MD_TEXT_SOFTBR:
      out.text(" ");
      break;
    case MD_TEXT_CODE:
      out.verbatim(piece);
      break;
    case MD_TEXT_ENTITY:
      out.text(decode_entity(piece));
      break;
    case MD_TEXT_HTML:  // tags; the text between inline ones comes as text of its own
      out.text(" ");
      break;
    default:
      out.text(piece);
  }
  return 0;
}

// The length of the settings between "---" lines with which some tools begin a file; 0 where there are none.
std::size_t front_matter(std::string_view text) {
  if (!text.starts_with("---\n")) return 0;
  const std::size_t end = text.find("\n---\n", 3);
  return end == std::string_view::npos || end > 8192 ? 0 : end + 5;
}

}  // namespace

Document read_markdown(std::string_view bytes) {
  const std::string clean = decode_text(bytes);
  if (clean.size() > 0x7fffffffu) throw ExtractFailure("is larger than the Markdown reader can hold (2 GiB)");
  TextBuilder out;
  const std::size_t settings = front_matter(clean);
  if (settings > 0) out.verbatim(std::string_view(clean).substr(4, settings - 9));
  out.paragraph();
  const std::string_view body = std::string_view(clean).substr(settings);
  MD_PARSER parser = {};
  parser.flags = MD_DIALECT_GITHUB;
  parser.enter_block = enter_block;
  parser.leave_block = leave_block;
  parser.enter_span = span;
  parser.leave_span = span;
  parser.text = text;
  if (md_parse(body.data(), static_cast<MD_SIZE>(body.size()), &parser, &out) != 0) {
    throw std::bad_alloc();  // nothing else stops it
  }
  return out.finish();
}

}  // namespace lectern::library
