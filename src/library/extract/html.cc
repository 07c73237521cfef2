#include <gumbo.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "library/extract/encoding.h"
#include "library/extract/failure.h"
#include "library/extract/html_entity.h"
#include "library/extract/readers.h"
#include "library/extract/text_builder.h"
#include "library/extract/worker_status.h"
#include "library/extract/xml_entities.h"

namespace lectern::library {
namespace {

bool is_hidden(GumboTag tag) {
  static constexpr std::array kHidden = {GUMBO_TAG_SCRIPT,   GUMBO_TAG_STYLE, GUMBO_TAG_NOSCRIPT, GUMBO_TAG_TEMPLATE,
                                         GUMBO_TAG_SVG,      GUMBO_TAG_MATH,  GUMBO_TAG_IFRAME,   GUMBO_TAG_OBJECT,
                                         GUMBO_TAG_NOFRAMES, GUMBO_TAG_TITLE};
  return std::find(kHidden.begin(), kHidden.end(), tag) != kHidden.end();
}

bool is_inline(GumboTag tag) {
  static constexpr std::array kInline = {
      GUMBO_TAG_A,      GUMBO_TAG_ABBR,   GUMBO_TAG_B,    GUMBO_TAG_BDI,    GUMBO_TAG_BDO,    GUMBO_TAG_BIG,
      GUMBO_TAG_CITE,   GUMBO_TAG_CODE,   GUMBO_TAG_DATA, GUMBO_TAG_DEL,    GUMBO_TAG_DFN,    GUMBO_TAG_EM,
      GUMBO_TAG_FONT,   GUMBO_TAG_I,      GUMBO_TAG_IMG,  GUMBO_TAG_INS,    GUMBO_TAG_KBD,    GUMBO_TAG_LABEL,
      GUMBO_TAG_MARK,   GUMBO_TAG_Q,      GUMBO_TAG_S,    GUMBO_TAG_SAMP,   GUMBO_TAG_SMALL,  GUMBO_TAG_SPAN,
      GUMBO_TAG_STRIKE, GUMBO_TAG_STRONG, GUMBO_TAG_SUB,  GUMBO_TAG_SUP,    GUMBO_TAG_TIME,   GUMBO_TAG_TT,
      GUMBO_TAG_U,      GUMBO_TAG_VAR,    GUMBO_TAG_WBR,  GUMBO_TAG_BUTTON, GUMBO_TAG_UNKNOWN};
  return std::find(kInline.begin(), kInline.end(), tag) != kInline.end();
}

bool is_row_group(GumboTag tag) { return tag == GUMBO_TAG_THEAD || tag == GUMBO_TAG_TBODY || tag == GUMBO_TAG_TFOOT; }

int heading_level(GumboTag tag) {
  return tag >= GUMBO_TAG_H1 && tag <= GUMBO_TAG_H6 ? static_cast<int>(tag) - static_cast<int>(GUMBO_TAG_H1) + 1 : 0;
}

const GumboVector* children(const GumboNode& node) {
  if (node.type == GUMBO_NODE_DOCUMENT) return &node.v.document.children;
  if (node.type == GUMBO_NODE_ELEMENT) return &node.v.element.children;
  return nullptr;
}

void append_text(const GumboNode& node, std::string& out) {
  if (node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_WHITESPACE) out += node.v.text.text;
}

// Walks the tree with a stack of its own: pages nest as deep as their author likes.
class HtmlWalker {
 public:
  explicit HtmlWalker(TextBuilder& out) : out_(out) {}

  void walk(const GumboNode& root) {
    stack_.push_back({&root, 0});
    while (!stack_.empty()) {
      auto& [node, next] = stack_.back();
      const GumboVector* below = children(*node);
      if (below == nullptr || next == below->length) {
        leave(*node);
        stack_.pop_back();
        continue;
      }
      const auto& child = *static_cast<const GumboNode*>(below->data[next++]);
      if (enter(child)) stack_.push_back({&child, 0});
    }
  }

 private:
  struct Place {
    const GumboNode* node;
    unsigned next;  // child
  };

  // Whether to look inside.
  bool enter(const GumboNode& node) {
    if (node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_WHITESPACE || node.type == GUMBO_NODE_CDATA) {
      const std::string text = clean_text(node.v.text.text);
      preformatted_ > 0 ? out_.verbatim(text) : out_.text(text);
      return false;
    }
    if (node.type != GUMBO_NODE_ELEMENT) return false;
    const GumboTag tag = node.v.element.tag;
    if (tag == GUMBO_TAG_TITLE) take_title(node);
    if (is_hidden(tag)) return false;
    if (tag == GUMBO_TAG_PRE || tag == GUMBO_TAG_TEXTAREA) ++preformatted_;
    break_before(tag);
    return true;
  }

  void leave(const GumboNode& node) {
    if (node.type != GUMBO_NODE_ELEMENT) return;
    const GumboTag tag = node.v.element.tag;
    if (tag == GUMBO_TAG_PRE || tag == GUMBO_TAG_TEXTAREA) --preformatted_;
    if (heading_level(tag) > 0) {
      out_.end_heading();
    } else if (tag == GUMBO_TAG_LI || tag == GUMBO_TAG_TR || tag == GUMBO_TAG_DT || tag == GUMBO_TAG_DD) {
      out_.line_break();
    } else if (tag != GUMBO_TAG_TD && tag != GUMBO_TAG_TH && tag != GUMBO_TAG_BR && !is_inline(tag) &&
               !is_row_group(tag)) {
      out_.paragraph();
    }
  }

  void break_before(GumboTag tag) {
    if (const int level = heading_level(tag); level > 0) {
      out_.begin_heading(level);
    } else if (tag == GUMBO_TAG_BR || tag == GUMBO_TAG_LI || tag == GUMBO_TAG_TR || tag == GUMBO_TAG_DT ||
               tag == GUMBO_TAG_DD || tag == GUMBO_TAG_OPTION) {
      out_.line_break();
    } else if (tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH) {
      out_.tab();
    } else if (!is_inline(tag) && !is_row_group(tag)) {
      out_.paragraph();
    }
  }

  void take_title(const GumboNode& node) {
    std::string title;
    const GumboVector& below = node.v.element.children;
    for (unsigned i = 0; i < below.length; ++i) append_text(*static_cast<const GumboNode*>(below.data[i]), title);
    out_.title(clean_text(title));
  }

  TextBuilder& out_;
  std::vector<Place> stack_;
  int preformatted_ = 0;
};

// The page's own word for its encoding, within the bytes where browsers look for it.
std::string declared_encoding(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, 1024);
  std::size_t at = head.find("charset=");
  if (at == std::string_view::npos) return {};
  at += 8;
  while (at < head.size() && (head[at] == '"' || head[at] == '\'' || head[at] == ' ')) ++at;
  const std::size_t end = head.find_first_of("\"' />;", at);
  return end == std::string_view::npos ? std::string() : std::string(head.substr(at, end - at));
}

// XHTML closes empty elements as "<title/>", which HTML takes for a beginning. Void elements may have an end: HTML
// passes over it.
std::string with_end_tags(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = std::min(text.find('<', at), text.size());
    out += text.substr(at, begin - at);
    char quote = 0;
    std::size_t end = begin;
    for (; end < text.size() && (quote != 0 || text[end] != '>'); ++end) {
      if (quote == 0 ? text[end] == '"' || text[end] == '\'' : text[end] == quote) quote = quote == 0 ? text[end] : 0;
    }
    const std::string_view tag = text.substr(begin, end - begin);
    const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n/", 1));
    const bool empty = tag.size() > 2 && tag.ends_with('/') && name.size() > 1 && name[1] != '!' && name[1] != '?';
    out += empty ? tag.substr(0, tag.size() - 1) : tag;
    if (empty) out.append("></").append(name.substr(1));
    at = end;
  }
  return out;
}

// Gumbo does not look whether it got memory.
GumboOptions options_that_end_without_memory() {
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = [](void*, size_t bytes) {
    void* memory = std::malloc(bytes);
    if (memory == nullptr) ::_exit(kWorkerOutOfMemory);
    return memory;
  };
  return options;
}

}  // namespace

void append_html(std::string_view bytes, std::string_view declared, TextBuilder& out) {
  std::string text = decode_text(bytes, declared.empty() ? declared_encoding(bytes) : std::string(declared));
  if (text.starts_with("<?xml")) {
    refuse_entities(text);
    text = with_end_tags(text);
  }
  // Freed with the process: gumbo frees a tree by recursion, which a deep one turns into a crash.
  const GumboOptions options = options_that_end_without_memory();
  const GumboOutput* page = gumbo_parse_with_options(&options, text.data(), text.size());
  if (page == nullptr) throw ExtractFailure("could not be read: the HTML reader gave up");
  HtmlWalker(out).walk(*page->document);
}

Document read_html(std::string_view bytes) {
  TextBuilder out;
  append_html(bytes, {}, out);
  return out.finish();
}

std::string decode_entity(std::string_view entity) {
  GumboOutput* page = gumbo_parse_with_options(&kGumboDefaultOptions, entity.data(), entity.size());
  if (page == nullptr) return std::string(entity);
  const GumboNode* node = page->document;
  for (const GumboVector* below = children(*node); below != nullptr && below->length > 0; below = children(*node)) {
    node = static_cast<const GumboNode*>(below->data[below->length - 1]);
  }
  std::string out;
  append_text(*node, out);
  gumbo_destroy_output(&kGumboDefaultOptions, page);
  return out.empty() ? std::string(entity) : clean_text(out);
}

}  // namespace lectern::library
