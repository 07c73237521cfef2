// Word's .docx: a zip archive of XML (ECMA-376). Paragraphs, headings by style, tables row by row, footnotes.
#include <zip.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "library/extract/encoding.h"
#include "library/extract/failure.h"
#include "library/extract/readers.h"
#include "library/extract/text_builder.h"
#include "library/extract/xml_tree.h"

namespace lectern::library {
namespace {

constexpr std::uint64_t kMaxPart = std::uint64_t{128} << 20;  // unpacked: a thousand-page novel has 10 MiB
constexpr int kMaxTableDepth = 16;

class Archive {
 public:
  explicit Archive(std::string_view bytes) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    if (source != nullptr) archive_.reset(zip_open_from_source(source, ZIP_RDONLY, &error));
    if (!archive_) {
      if (source != nullptr) zip_source_free(source);
      const std::string why = zip_error_strerror(&error);
      zip_error_fini(&error);
      throw ExtractFailure("is not a Word document, or is damaged: " + why);
    }
  }

  // Unpacked; nothing where there is no such part.
  std::optional<std::string> part(const char* name) {
    zip_stat_t stat;
    if (zip_stat(archive_.get(), name, 0, &stat) != 0) return std::nullopt;
    if ((stat.valid & ZIP_STAT_SIZE) == 0 || stat.size > kMaxPart) refuse_size(name);
    if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE) {
      throw ExtractFailure("is encrypted: remove its password");
    }
    const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> file(zip_fopen(archive_.get(), name, 0), &zip_fclose);
    if (!file) throw ExtractFailure(damaged(name));
    std::string out;
    char buffer[65536];
    zip_int64_t got = 0;
    while ((got = zip_fread(file.get(), buffer, sizeof buffer)) > 0) {
      out.append(buffer, static_cast<std::size_t>(got));
      if (out.size() > kMaxPart) refuse_size(name);  // the stated size was a lie
    }
    if (got < 0) throw ExtractFailure(damaged(name));
    return out;
  }

 private:
  static std::string damaged(const char* name) {
    return "is damaged: its part " + std::string(name) + " cannot be unpacked";
  }
  [[noreturn]] static void refuse_size(const char* name) {
    throw ExtractFailure("unpacks to more than 128 MiB (its part " + std::string(name) + "): not a sane document");
  }

  std::unique_ptr<zip_t, decltype(&zip_discard)> archive_{nullptr, &zip_discard};
};

struct Style {
  std::string name, based_on;
  int outline = 0;  // its level from 1; 0: none of its own
};

using Styles = std::map<std::string, Style, std::less<>>;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return out;
}

int digit_level(std::string_view digits) {
  return digits.size() == 1 && digits[0] >= '0' && digits[0] <= '8' ? digits[0] - '0' + 1 : 0;
}

int outline_level(const pugi::xml_node& properties) {
  return digit_level(attribute_value(child_named(properties, "outlineLvl"), "val"));
}

Styles read_styles(const std::optional<std::string>& part) {
  Styles styles;
  if (!part) return styles;
  pugi::xml_document tree;
  parse_xml(tree, *part);
  for (const auto& node : tree.document_element().children()) {
    if (local_name(node) != "style") continue;
    Style style;
    style.name = lower(attribute_value(child_named(node, "name"), "val"));
    style.based_on = attribute_value(child_named(node, "basedOn"), "val");
    style.outline = outline_level(child_named(node, "pPr"));
    styles.emplace(attribute_value(node, "styleId"), std::move(style));
  }
  return styles;
}

// From 1; 0 for a style that is none of a heading's. A title counts as the outermost heading.
int style_level(const Styles& styles, std::string_view id) {
  for (int hops = 0; hops < 10 && !id.empty(); ++hops) {
    const auto found = styles.find(id);
    if (found == styles.end()) return 0;
    const Style& style = found->second;
    if (style.outline > 0) return style.outline;
    if (style.name == "title") return 1;
    if (style.name.starts_with("heading ") && style.name.size() == 9) {
      if (const char digit = style.name[8]; digit >= '1' && digit <= '9') return digit - '0';
    }
    id = style.based_on;
  }
  return 0;
}

class WordWalker {
 public:
  explicit WordWalker(Styles styles) : styles_(std::move(styles)) {}

  void body(const pugi::xml_node& root) { blocks(root, 0); }
  void title(std::string_view text) { out_.title(text); }
  Document finish() { return out_.finish(); }

 private:
  // Paragraphs and tables below `root`, whatever wraps them (content controls, text boxes, insertions).
  void blocks(const pugi::xml_node& root, int depth) {
    for (pugi::xml_node node = next_node(root, root); node;) {
      const auto name = local_name(node);
      const bool table_here = name == "tbl", paragraph_here = name == "p";
      if (paragraph_here) paragraph(node);
      if (table_here && depth < kMaxTableDepth) table(node, depth);
      node = next_node(root, node, table_here || paragraph_here || hidden(name));
    }
  }

  // Text that Word does not show, or shows a second time.
  static bool hidden(std::string_view name) {
    return name == "del" || name == "moveFrom" || name == "Fallback" || name == "instrText" || name == "delText" ||
           name == "pPr" || name == "rPr" || name == "tblPr" || name == "sectPr";
  }

  void paragraph(const pugi::xml_node& root) {
    const auto properties = child_named(root, "pPr");
    int level = outline_level(properties);
    if (level == 0) level = style_level(styles_, attribute_value(child_named(properties, "pStyle"), "val"));
    if (level > 0 && !in_cell_) {
      out_.begin_heading(level);
    } else {
      in_cell_ ? out_.text(" ") : out_.paragraph();
    }
    runs(root);
    if (level > 0 && !in_cell_) out_.end_heading();
    if (!in_cell_) out_.paragraph();
  }

  void runs(const pugi::xml_node& root) {
    for (pugi::xml_node node = next_node(root, root); node;) {
      const auto name = local_name(node);
      if (name == "t") out_.text(clean_text(node.text().get()));
      if (name == "tab" || name == "ptab") out_.text(" ");
      if (name == "br" || name == "cr") in_cell_ ? out_.text(" ") : out_.line_break();
      if (name == "noBreakHyphen") out_.text("-");
      if (name == "p") out_.text(" ");  // of a text box inside
      node = next_node(root, node, name == "t" || hidden(name));
    }
  }

  // Calls f with each element of that name below `root`, whatever wraps it, but not with those inside another.
  template <typename F>
  static void each_named(const pugi::xml_node& root, std::string_view name, F&& f) {
    for (pugi::xml_node node = next_node(root, root); node;) {
      const bool found = local_name(node) == name;
      if (found) f(node);
      node = next_node(root, node, found || hidden(local_name(node)));
    }
  }

  void table(const pugi::xml_node& root, int depth) {
    const bool outer = !in_cell_;
    if (outer) out_.paragraph();
    each_named(root, "tr", [&](const pugi::xml_node& row) {
      outer ? out_.line_break() : out_.text(" ");
      each_named(row, "tc", [&](const pugi::xml_node& cell) {
        outer ? out_.tab() : out_.text(" ");
        in_cell_ = true;
        blocks(cell, depth + 1);
        in_cell_ = !outer;
      });
    });
    if (outer) out_.paragraph();
  }

  Styles styles_;
  TextBuilder out_;
  bool in_cell_ = false;
};

}  // namespace

Document read_docx(std::string_view bytes) {
  if (bytes.starts_with("\xd0\xcf\x11\xe0")) {
    throw ExtractFailure("is encrypted, or an old Word file by another name: remove its password, or save it as .docx");
  }
  Archive archive(bytes);
  const auto body = archive.part("word/document.xml");
  if (!body) throw ExtractFailure("is not a Word document: it has no word/document.xml");
  WordWalker walker(read_styles(archive.part("word/styles.xml")));
  pugi::xml_document tree;
  if (const auto core = archive.part("docProps/core.xml")) {
    parse_xml(tree, *core);
    walker.title(clean_text(child_named(tree.document_element(), "title").text().get()));
  }
  parse_xml(tree, *body);
  walker.body(child_named(tree.document_element(), "body"));
  for (const char* notes : {"word/footnotes.xml", "word/endnotes.xml"}) {
    if (const auto part = archive.part(notes)) {
      parse_xml(tree, *part);
      walker.body(tree.document_element());
    }
  }
  return walker.finish();
}

}  // namespace lectern::library
