// EPUB 2 and 3: the pages of XHTML that its spine names, in that order.
#include <map>
#include <string>

#include "library/extract/archive.h"
#include "library/extract/encoding.h"
#include "library/extract/failure.h"
#include "library/extract/readers.h"
#include "library/extract/xml_tree.h"

namespace lectern::library {
namespace {

struct Item {
  std::string part;
  bool page = false;  // of XHTML, and no table of contents
};

using Manifest = std::map<std::string, Item, std::less<>>;  // by id

std::string package_part(Archive& archive) {
  const std::string xml = archive.needed_part("META-INF/container.xml");
  pugi::xml_document tree;
  parse_xml(tree, xml);
  const auto root = child_named(child_named(tree.document_element(), "rootfiles"), "rootfile");
  return resolve_reference({}, attribute_value(root, "full-path"));
}

// Fonts may be scrambled; a book whose pages are is not to be read.
void refuse_protected(Archive& archive) {
  const auto xml = archive.part("META-INF/encryption.xml");
  if (!xml) return;
  pugi::xml_document tree;
  parse_xml(tree, *xml);
  const auto root = tree.document_element();
  for (pugi::xml_node node = next_node(root, root); node; node = next_node(root, node)) {
    const auto uri = attribute_value(node, "URI");
    if (local_name(node) == "CipherReference" && (uri.ends_with("html") || uri.ends_with(".htm"))) {
      throw ExtractFailure("is protected: its pages are encrypted (DRM)");
    }
  }
}

Manifest read_manifest(const pugi::xml_node& package, const std::string& part) {
  Manifest out;
  for (const auto& item : child_named(package, "manifest").children()) {
    const bool page = attribute_value(item, "media-type").find("html") != std::string_view::npos;
    const bool contents = attribute_value(item, "properties").find("nav") != std::string_view::npos;
    out.emplace(attribute_value(item, "id"),
                Item{resolve_reference(part, attribute_value(item, "href")), page && !contents});
  }
  return out;
}

}  // namespace

Document read_epub(std::string_view bytes) {
  Archive archive(bytes, "an EPUB");
  refuse_protected(archive);
  const std::string name = package_part(archive);
  const std::string xml = archive.needed_part(name);
  pugi::xml_document tree;
  parse_xml(tree, xml);
  const auto package = tree.document_element();
  const Manifest manifest = read_manifest(package, name);
  TextBuilder out;
  out.title(clean_text(child_named(child_named(package, "metadata"), "title").text().get()));
  for (const auto& entry : child_named(package, "spine").children()) {
    const auto found = manifest.find(attribute_value(entry, "idref"));
    if (found == manifest.end() || !found->second.page) continue;
    if (const auto page = archive.part(found->second.part)) {
      out.paragraph();
      append_html(*page, {}, out);
      out.paragraph();
    }
  }
  return out.finish();
}

}  // namespace lectern::library
