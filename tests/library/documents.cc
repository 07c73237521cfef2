#include "library/documents.h"

#include <zip.h>

#include <cstdint>
#include <cstdio>
#include <stdexcept>

namespace lectern::test {
namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '(' || c == ')' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string number(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.2f", value);
  return buffer;
}

}  // namespace

std::string make_pdf(const std::vector<std::vector<PdfText>>& pages, const std::string& title) {
  std::vector<std::string> objects(4);  // 1 catalog, 2 pages, 3 font, 4 information
  objects[0] = "<</Type/Catalog/Pages 2 0 R>>";
  objects[2] = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";
  objects[3] = "<</Title(" + escaped(title) + ")>>";
  std::string kids;
  for (const auto& page : pages) {
    std::string stream;
    for (const PdfText& text : page) {
      stream += "BT /F1 " + number(text.size) + " Tf " + number(text.x) + " " + number(text.y) + " Td (" +
                escaped(text.text) + ") Tj ET\n";
    }
    objects.push_back("<</Length " + std::to_string(stream.size()) + ">>stream\n" + stream + "endstream");
    const auto content = std::to_string(objects.size());
    objects.push_back("<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents " + content +
                      " 0 R/Resources<</Font<</F1 3 0 R>>>>>>");
    kids += std::to_string(objects.size()) + " 0 R ";
  }
  objects[1] = "<</Type/Pages/Kids[" + kids + "]/Count " + std::to_string(pages.size()) + ">>";
  std::string out = "%PDF-1.4\n", table;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    char entry[32];
    std::snprintf(entry, sizeof entry, "%010zu 00000 n \n", out.size());
    table += entry;
    out += std::to_string(i + 1) + " 0 obj" + objects[i] + "endobj\n";
  }
  const auto count = std::to_string(objects.size() + 1);
  const auto start = std::to_string(out.size());
  return out + "xref\n0 " + count + "\n0000000000 65535 f \n" + table + "trailer<</Size " + count +
         "/Root 1 0 R/Info 4 0 R>>\nstartxref\n" + start + "\n%%EOF\n";
}

std::string make_zip(const std::vector<std::pair<std::string, std::string>>& parts) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_t* archive = zip_open_from_source(target, ZIP_TRUNCATE, &error);
  if (archive == nullptr) throw std::runtime_error("no archive");
  zip_source_keep(target);
  for (const auto& [name, content] : parts) {
    zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
    if (zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8) < 0) throw std::runtime_error("no part");
  }
  if (zip_close(archive) != 0) throw std::runtime_error("archive not written");
  zip_source_open(target);
  zip_source_seek(target, 0, SEEK_END);
  std::string out(static_cast<std::size_t>(zip_source_tell(target)), '\0');
  zip_source_seek(target, 0, SEEK_SET);
  zip_source_read(target, out.data(), out.size());
  zip_source_close(target);
  zip_source_free(target);
  return out;
}

std::string make_docx(const std::string& body, const std::string& title) {
  const std::string space = " xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";
  return make_zip(
      {{"word/document.xml", "<w:document" + space + "><w:body>" + body + "</w:body></w:document>"},
       {"word/styles.xml",
        "<w:styles" + space +
            "><w:style w:type=\"paragraph\" w:styleId=\"Heading1\"><w:name w:val=\"heading 1\"/></w:style>"
            "<w:style w:type=\"paragraph\" w:styleId=\"Heading2\"><w:name w:val=\"heading 2\"/></w:style>"
            "<w:style w:type=\"paragraph\" w:styleId=\"Own\"><w:name w:val=\"Our own\"/><w:basedOn w:val=\"Heading2\"/>"
            "</w:style></w:styles>"},
       {"docProps/core.xml",
        "<cp:coreProperties xmlns:cp=\"c\" xmlns:dc=\"d\"><dc:title>" + title + "</dc:title></cp:coreProperties>"}});
}

std::string paragraph(const std::string& text, const std::string& style) {
  const std::string properties = style.empty() ? "" : "<w:pPr><w:pStyle w:val=\"" + style + "\"/></w:pPr>";
  return "<w:p>" + properties + "<w:r><w:t>" + text + "</w:t></w:r></w:p>";
}

std::string utf16(const std::string& utf8, bool big_endian) {
  std::string out;
  const auto put = [&](std::uint32_t unit) {
    const char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit & 0xff);
    out += big_endian ? high : low;
    out += big_endian ? low : high;
  };
  put(0xfeff);
  for (std::size_t i = 0; i < utf8.size();) {
    const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(utf8[i + k]); };
    if (byte(0) < 0x80) {
      put(byte(0));
      i += 1;
    } else if (byte(0) < 0xe0) {
      put((byte(0) & 0x1fu) << 6 | (byte(1) & 0x3fu));
      i += 2;
    } else {
      put((byte(0) & 0x0fu) << 12 | (byte(1) & 0x3fu) << 6 | (byte(2) & 0x3fu));
      i += 3;
    }
  }
  return out;
}

}  // namespace lectern::test
