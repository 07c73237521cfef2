#include "library/extractor.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "library/document_types.h"
#include "library/documents.h"
#include "library/extract_file.h"
#include "library/word_boxes.h"

namespace lectern::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Extractor, KnowsTypesByTheirExtensionInAnyCase) {
  EXPECT_EQ(library::document_type("/a/Report.PDF"), "pdf");
  EXPECT_EQ(library::document_type("notes.Markdown"), "md");
  EXPECT_EQ(library::document_type("page.HTM"), "html");
  EXPECT_EQ(library::document_type("a.tar.gz"), "");
  EXPECT_EQ(library::document_type("README"), "");
}

TEST(Extractor, TextKeepsParagraphsAndJoinsWrappedLines) {
  const std::string wrapped =
      "This paragraph was wrapped by its author at some sixty letters\r\n"
      "a line, as people who write plain text like to do, and it is one\r\n"
      "paragraph all the same.\r\n\r\n\r\n"
      "milk\nbread\nbutter\n";
  const auto out = extract(wrapped, "txt");
  EXPECT_EQ(out.failure, "");
  EXPECT_EQ(
      out.document.text,
      "This paragraph was wrapped by its author at some sixty letters a line, as people who write plain text like to "
      "do, and it is one paragraph all the same.\n\nmilk\nbread\nbutter");
}

TEST(Extractor, TextInOtherEncodings) {
  EXPECT_EQ(extract("\xef\xbb\xbfZürich", "txt").document.text, "Zürich");
  EXPECT_EQ(extract(utf16("Zürich 茶", false), "txt").document.text, "Zürich 茶");
  EXPECT_EQ(extract(utf16("Zürich 茶", true), "txt").document.text, "Zürich 茶");
  EXPECT_EQ(extract("Z\xfcrich \x80", "txt").document.text, "Zürich €");
  const std::string gb18030 =
      "\xb2\xe8\xca\xc7\xd6\xd0\xb9\xfa\xc8\xcb\xd7\xee\xcf\xb2\xb0\xae\xb5\xc4\xd2\xfb\xc1\xcf\xd6\xae\xd2\xbb\xa1"
      "\xa3";
  std::string page;
  for (int i = 0; i < 20; ++i) page += gb18030;
  EXPECT_THAT(extract(page, "txt").document.text, HasSubstr("茶是中国人最喜爱的饮料之一。"));
}

TEST(Extractor, ControlCharactersAreDropped) {
  EXPECT_EQ(extract(std::string("a\0b\x01\x1b[0m c\x7f\tt \xc2\xad-", 17), "txt").document.text, "ab[0m c\tt -");
}

TEST(Extractor, Markdown) {
  const auto out = extract(
      "# Tea\n\nGreen *tea* &amp; `water`.\nSoft.\n\n## Time\n\n| leaf | s |\n|---|---|\n| green | 90 |\n\n"
      "```\na  b\n\nc\n```\n",
      "md");
  EXPECT_EQ(out.failure, "");
  EXPECT_EQ(headings_of(out.document), "1 Tea\n2 Time\n");
  EXPECT_EQ(out.document.text, "Tea\n\nGreen tea & water. Soft.\n\nTime\n\nleaf\ts\ngreen\t90\n\na  b\nc");
  EXPECT_EQ(out.document.title, "Tea");
}

TEST(Extractor, MarkdownBeginningWithSettings) {
  const auto out = extract("---\ntitle: Tea\n---\n# One\ntext\n", "md");
  EXPECT_EQ(headings_of(out.document), "1 One\n");
  EXPECT_THAT(out.document.text, HasSubstr("title: Tea"));
}

TEST(Extractor, Html) {
  const auto out = extract(
      "<html><head><title>Plants &amp; pots</title><style>p{}</style></head><body><script>x()</script>"
      "<h1>Light</h1><p>Most <b>plants</b> want\n light.</p><ul><li>fern<li>moss</ul>"
      "<table><tr><td>a<td>b<tr><td>c<td>d</table><pre>x  y\nz</pre></body>",
      "html");
  EXPECT_EQ(out.failure, "");
  EXPECT_EQ(out.document.title, "Plants & pots");
  EXPECT_EQ(headings_of(out.document), "1 Light\n");
  EXPECT_EQ(out.document.text, "Light\n\nMost plants want light.\n\nfern\nmoss\n\na\tb\nc\td\n\nx  y\nz");
}

TEST(Extractor, HtmlInItsDeclaredEncoding) {
  EXPECT_EQ(extract("<meta charset=\"iso-8859-5\"><p>\xbf\xe0\xd8\xd2\xd5\xe2", "html").document.text, "Привет");
}

TEST(Extractor, HtmlNestedBeyondReason) {
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "<div>";
  const auto out = extract(deep + "the bottom", "html");
  EXPECT_EQ(out.document.text, "the bottom") << out.failure;
}

TEST(Extractor, WordParagraphsHeadingsAndTables) {
  const auto out =
      extract(make_docx(paragraph("Minutes", "Heading1") + paragraph("We met at &lt;noon&gt;.") +
                            paragraph("Money", "Own") + "<w:tbl><w:tr><w:tc>" + paragraph("roof") + "</w:tc><w:tc>" +
                            paragraph("1,200") + paragraph("euros") + "</w:tc></w:tr><w:tr><w:tc>" + paragraph("door") +
                            "</w:tc><w:tc>" + paragraph("90") +
                            "</w:tc></w:tr></w:tbl><w:p><w:r><w:t>kept</w:t></w:r><w:del><w:r><w:delText>gone</"
                            "w:delText></w:r></w:del>"
                            "<w:r><w:tab/><w:t>too</w:t></w:r></w:p>",
                        "Our minutes"),
              "docx");
  EXPECT_EQ(out.failure, "");
  EXPECT_EQ(out.document.title, "Our minutes");
  EXPECT_EQ(headings_of(out.document), "1 Minutes\n2 Money\n");
  EXPECT_EQ(out.document.text, "Minutes\n\nWe met at <noon>.\n\nMoney\n\nroof\t1,200 euros\ndoor\t90\n\nkept too");
}

TEST(Extractor, WordThatIsNone) {
  EXPECT_THAT(extract("no archive", "docx").failure, HasSubstr("is not a Word document (.docx)"));
  EXPECT_THAT(extract(make_zip({{"a.txt", "x"}}), "docx").failure, HasSubstr("has no word/document.xml"));
  EXPECT_THAT(extract("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on", "docx").failure,
              HasSubstr("encrypted, or an old Office file"));
  std::string cut = make_docx(paragraph("whole"));
  EXPECT_NE(extract(cut.substr(0, cut.size() / 2), "docx").failure, "");
}

TEST(Extractor, WordThatUnpacksWithoutEnd) {
  const std::string bomb = make_zip({{"word/document.xml", std::string(std::size_t{140} << 20, ' ')}});
  EXPECT_LT(bomb.size(), std::size_t{1} << 20);
  EXPECT_THAT(extract(bomb, "docx").failure, HasSubstr("unpacks to more than 128 MiB"));
}

TEST(Extractor, Xml) {
  const auto out = extract(
      "<?xml version=\"1.0\"?><book><title>Tea</title><chapter><title>Leaf</title>"
      "<para>A <emphasis>green</emphasis> leaf &#233;.</para><para><![CDATA[1 < 2]]></para></chapter></book>",
      "xml");
  EXPECT_EQ(out.failure, "");
  EXPECT_EQ(headings_of(out.document), "1 Tea\n2 Leaf\n");
  EXPECT_EQ(out.document.text, "Tea\n\nLeaf\n\nA green leaf é.\n\n1 < 2");
}

TEST(Extractor, XmlEntitiesAreNotExpanded) {
  std::string bomb = "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\">";
  for (int i = 1; i < 10; ++i) {
    bomb += "<!ENTITY lol" + std::to_string(i) + " \"&lol" + (i > 1 ? std::to_string(i - 1) : "") + ";&lol;\">";
  }
  EXPECT_THAT(extract(bomb + "]><lolz>&lol9;</lolz>", "xml").failure, HasSubstr("uses the entity \"lol"));
  EXPECT_THAT(extract("<!DOCTYPE a [<!ENTITY pw SYSTEM \"file:///etc/passwd\">]><a>&pw;</a>", "xml").failure,
              HasSubstr("uses the entity \"pw\""));
  const auto unused = extract("<!DOCTYPE a [<!ENTITY x \"y\">]><a>fine &amp; <!-- &x; --> so</a>", "xml");
  EXPECT_EQ(unused.failure, "");
  EXPECT_EQ(unused.document.text, "fine & so");
}

TEST(Extractor, XmlThatIsBroken) {
  EXPECT_THAT(extract("<a><b></a>", "xml").failure, HasSubstr("not well-formed XML"));
}

TEST(Extractor, XmlNestedBeyondReason) {
  std::string deep;
  for (int i = 0; i < 300000; ++i) deep += "<a>";
  deep += "x";
  for (int i = 0; i < 300000; ++i) deep += "</a>";
  EXPECT_EQ(extract(deep, "xml").document.text, "x");
}

TEST(Extractor, PdfPageByPageWithWordBoxes) {
  const auto out =
      extract(make_pdf({{{72, 700, 11, "The first page."}}, {{72, 700, 11, "The second one."}}}, "Two pages"), "pdf");
  ASSERT_EQ(out.failure, "");
  const auto& document = out.document;
  EXPECT_EQ(document.title, "Two pages");
  EXPECT_EQ(document.text, "The first page.\n\nThe second one.");
  ASSERT_EQ(document.pages.size(), 2u);
  EXPECT_EQ(document.pages[1].number, 2);
  const Span span = document.pages[1].span;
  EXPECT_EQ(document.text.substr(static_cast<std::size_t>(span.begin)), "The second one.");
  const auto boxes = library::decode_word_boxes(document.pages[1].boxes, span);
  ASSERT_EQ(boxes.words.size(), 3u);
  EXPECT_EQ(boxes.width, 612);
  const auto& word = boxes.words[1];
  EXPECT_EQ(document.text.substr(static_cast<std::size_t>(word.span.begin), 6), "second");
  EXPECT_GT(word.left, 72);
  EXPECT_LT(word.right, 200);
  EXPECT_NEAR(word.bottom, 792 - 700, 5);
}

TEST(Extractor, PdfThatIsNone) {
  EXPECT_EQ(extract("hello", "pdf").failure, "is not a PDF");
  EXPECT_EQ(extract("", "pdf").failure, "is empty");
  EXPECT_THAT(extract(make_pdf({{}}), "pdf").failure, HasSubstr("has no text layer"));
  EXPECT_THAT(extract("%PDF-1.4\nnothing else", "pdf").failure, HasSubstr("is a damaged PDF"));
}

TEST(Extractor, PdfCutShortAnywhereHarmsNobody) {
  const std::string whole = make_pdf({{{72, 700, 11, "The first page."}}, {{72, 700, 11, "The second one."}}});
  for (std::size_t size = 9; size < whole.size(); size += 97) {
    const auto out = extract(whole.substr(0, size), "pdf");
    EXPECT_TRUE(!out.failure.empty() || out.document.text.find("page") != std::string::npos) << size;
  }
}

TEST(Extractor, EncryptedPdf) {
  std::ifstream file("tests/library/data/encrypted.pdf", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  ASSERT_FALSE(bytes.empty());
  EXPECT_EQ(extract(bytes, "pdf").failure, "is encrypted: remove its password");
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they need the address space for themselves
TEST(Extractor, MemoryLimit) {
  const auto out = extract(std::string(std::size_t{64} << 20, 'a'), "html", {60, std::int64_t{256} << 20});
  EXPECT_EQ(out.failure, "needed more than 256 MiB of memory to read");
}
#endif

TEST(Extractor, TimeLimit) {
  // Every form draws the next one twice: 2^40 of them.
  std::string pdf =
      "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
      "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</X 10 0 R>>>>>>endobj\n"
      "4 0 obj<</Length 12>>stream\n/X Do /X Do \nendstream endobj\n";
  for (int i = 10; i < 50; ++i) {
    pdf += std::to_string(i) + " 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X " +
           std::to_string(i + 1) + " 0 R>>>>/Length 12>>stream\n/X Do /X Do \nendstream endobj\n";
  }
  const auto out = extract(pdf + "trailer<</Root 1 0 R>>\n", "pdf", {1, std::int64_t{2} << 30});
  EXPECT_THAT(out.failure, HasSubstr("took more than 1 s"));
}

TEST(Extractor, StopsOnRequest) {
  std::stop_source stop;
  stop.request_stop();
  const auto file = support::temporary_folder("extract") / "document";
  support::write_file(file, std::string("text"));
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  EXPECT_THROW(library::Extractor().extract(descriptor, "txt", {}, stop.get_token()), Error);
  ::close(descriptor);
}

}  // namespace
}  // namespace lectern::test
