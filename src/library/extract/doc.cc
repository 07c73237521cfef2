// Word's binary .doc of before 2007, through antiword, which reads it in a process of its own and writes DocBook.
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "library/extract/encoding.h"
#include "library/extract/failure.h"
#include "library/extract/markup.h"
#include "library/extract/readers.h"
#include "library/extract/tool.h"

namespace lectern::library {
namespace {

constexpr const char* kAntiword = "/usr/bin/antiword";
constexpr std::size_t kMaxOutput = std::size_t{128} << 20;
constexpr std::string_view kCompoundFile = "\xd0\xcf\x11\xe0";  // MS-CFB
constexpr std::string_view kWord2 = "\xdb\xa5\x2d";

std::unique_ptr<Tool> antiword;  // started before the sandbox closes, where it is installed

class DocBookReader : public MarkupReader {
 public:
  using MarkupReader::MarkupReader;

 private:
  Role role(const pugi::xml_node& node) const override {
    if (is_text(node)) return Role::kText;
    static const std::map<std::string_view, Role> kRoles = {
        {"title", Role::kParagraph}, {"row", Role::kRow},         {"entry", Role::kCell},
        {"footnote", Role::kNote},   {"bookinfo", Role::kHidden}, {"informaltable", Role::kTable}};
    const auto name = local_name(node);
    if (name == "para") return holds_blocks(node) ? Role::kOther : Role::kParagraph;
    if (name == "title" && local_name(node.parent()) == "book") return Role::kHidden;
    const auto found = kRoles.find(name);
    return found == kRoles.end() ? Role::kOther : found->second;
  }

  static bool holds_blocks(const pugi::xml_node& paragraph) {
    return std::any_of(paragraph.begin(), paragraph.end(), [](const pugi::xml_node& child) {
      const auto name = local_name(child);
      return name == "informaltable" || name == "itemizedlist" || name == "orderedlist";
    });
  }

  // "chapter", "sect1", …
  int heading_level(const pugi::xml_node& paragraph) const override {
    if (local_name(paragraph) != "title") return 0;
    const auto above = local_name(paragraph.parent());
    return above.size() == 5 && above.starts_with("sect") ? above[4] - '0' + 1 : 1;
  }
};

}  // namespace

void prepare_doc(const SandboxLimits& limits) {
  static constexpr const char* kArguments[] = {"-x", "db", "/proc/self/fd/0"};
  static constexpr const char* kReadable[] = {"/usr/share/antiword"};
  if (::access(kAntiword, X_OK) == 0) {
    antiword = std::make_unique<Tool>(ToolCommand{kAntiword, kArguments, kReadable}, limits);
  }
}

Document read_doc(std::string_view bytes) {
  if (bytes.starts_with("PK")) return read_docx(bytes);
  if (!bytes.starts_with(kCompoundFile) && !bytes.starts_with(kWord2)) throw ExtractFailure("is not a Word document");
  if (antiword == nullptr) {
    throw MissingTool("is an old Word document, which needs the program antiword: install it, or save it as .docx");
  }
  const std::string docbook = antiword->output(kMaxOutput);
  pugi::xml_document tree;
  parse_xml(tree, docbook);
  TextBuilder out;
  const auto book = tree.document_element();
  out.title(clean_text(child_named(child_named(book, "bookinfo"), "title").text().get()));
  DocBookReader reader(out);
  reader.blocks(book);
  reader.notes();
  return out.finish();
}

}  // namespace lectern::library
