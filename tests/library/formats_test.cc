// Documents that other programs made (tests/library/data/documents), and small ones of each type with what goes wrong.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "library/document_types.h"
#include "library/documents.h"
#include "library/extract_file.h"

namespace lectern::test {
namespace {

using namespace std::string_literals;
using library::Document;
using testing::HasSubstr;
using testing::Not;

Document read(const std::string& name) {
  std::ifstream file("tests/library/data/documents/" + name, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  EXPECT_FALSE(bytes.empty()) << name;
  auto out = extract(bytes, library::document_type(name));
  EXPECT_EQ(out.failure, "") << name;
  return std::move(out.document);
}

std::string text_at(const Document& document, Span span) {
  return document.text.substr(static_cast<std::size_t>(span.begin), static_cast<std::size_t>(span.end - span.begin));
}

// "1500 Welcome" of each time, with the word that it stands at.
std::string times_of(const Document& document) {
  std::string out;
  for (const auto& mark : document.times) {
    const auto begin = static_cast<std::size_t>(mark.span_begin);
    out += std::to_string(mark.milliseconds) + ' ' +
           document.text.substr(begin, document.text.find(' ', begin) - begin) + '\n';
  }
  return out;
}

TEST(Formats, KnownTypesAreListed) {
  EXPECT_EQ(library::known_types(), "txt, md, html, pdf, docx, doc, odt, pptx, xlsx, csv, epub, eml, srt, vtt, xml");
  for (const auto& type : library::document_types()) EXPECT_EQ(library::find_document_type(type.name), &type);
  EXPECT_EQ(library::find_document_type("exe"), nullptr);
}

TEST(Formats, EachTypeRefusesWhatItIsNot) {
  for (const auto& type : library::document_types()) {
    const std::string name(type.name);
    const auto out = extract(std::string("\0\x01\xff\xfe\x80", 5), name);
    const bool any_text = name == "txt" || name == "md" || name == "html" || name == "csv";
    EXPECT_EQ(out.failure == "", any_text) << name << ": " << out.failure;
    EXPECT_EQ(out.failure.find("crashed"), std::string::npos) << name << ": " << out.failure;
    EXPECT_EQ(out.failure.find("failed"), std::string::npos) << name << ": " << out.failure;
  }
}

// --- Word

TEST(Formats, WordByPythonDocx) {
  const Document document = read("python-docx.docx");
  EXPECT_EQ(document.title, "Minutes of the garden club");
  EXPECT_EQ(headings_of(document), "1 Minutes of the garden club\n1 The pond\n2 Money\n");
  EXPECT_EQ(document.text,
            "Minutes of the garden club\n\nThe pond\n\nFrau Grünwald reported that the pond lost eleven centimetres of "
            "water in August.\n\nNew liner: 240 euros\n\nTwo days of digging\n\nMoney\n\nWhat\tWho\tEuros\n"
            "liner\tGrünwald\t240\ngravel\tOkafor\t85\n\nThe club meets again on the third of May.");
}

constexpr const char* kManual =
    "Heating\n\nLight the stove ninety minutes before the guests come; birch burns hotter than spruce.\n\nWater\n\n"
    "vessel\tlitres\nbucket\t12\nladle\t0.5\n\nThrow water only on stones that hiss.";

TEST(Formats, WordByPandoc) {
  const Document document = read("pandoc.docx");
  EXPECT_EQ(document.title, "A manual for the sauna");
  EXPECT_EQ(headings_of(document), "1 A manual for the sauna\n1 Heating\n2 Water\n");
  EXPECT_THAT(document.text, HasSubstr(kManual));
  EXPECT_THAT(document.text, HasSubstr("Grey stones without a glow are too cold."));
}

constexpr const char* kLog =
    "The lamp was lit at 18:40, and Mr Ó Briain kept the watch.\n\nOil\n\nMonday\t14 litres\nTuesday\t11 litres, as "
    "the "
    "night was short and the moon was bright enough to see the reef without the lamp\n\nThe fog bell rang for three "
    "hours.";

TEST(Formats, WordByLibreOffice) {
  const Document document = read("libreoffice.docx");
  EXPECT_EQ(headings_of(document), "1 Lighthouse log\n2 Oil\n");
  EXPECT_THAT(document.text, HasSubstr(kLog));
}

TEST(Formats, OldWordByLibreOffice) {
  const Document document = read("libreoffice.doc");
  EXPECT_THAT(document.text, HasSubstr("Lighthouse log\n\n"));
  EXPECT_THAT(document.text, HasSubstr(kLog));
}

TEST(Formats, OldWordByAnotherName) {
  EXPECT_EQ(extract(make_docx(paragraph("A new one.")), "doc").document.text, "A new one.");
  EXPECT_EQ(extract("{\\rtf1 x}", "doc").failure, "is not a Word document");
  EXPECT_THAT(extract("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and nothing else", "doc").failure,
              HasSubstr("could not be read: antiword says: "));
}

// --- PDF

TEST(Formats, ColumnsAndTablesByWeasyPrint) {
  const Document document = read("weasyprint.pdf");
  const std::string& text = document.text;
  for (int i = 1; i < 8; ++i) {
    const auto here = text.find("Column text " + std::to_string(i) + ". The ferry left the island at dawn with nine");
    ASSERT_NE(here, std::string::npos) << i;
    EXPECT_LT(here, text.find("Column text " + std::to_string(i + 1))) << i;
  }
  EXPECT_EQ(headings_of(document), "1 Harbour book\n2 Berths\n");
  EXPECT_THAT(text, testing::EndsWith("Berths\n\nBerth\tBoat\tRemarks of the harbour master\n"
                                      "North 1\tAlbatross\tLeaves with the tide; her owner, who lives on board, pays "
                                      "at the end of each month\nNorth 2\tPetrel\tNeeds a new mooring line\n"
                                      "South 7\tKittiwake\tSold in March"));
}

TEST(Formats, ScansAreReadByTesseract) {
  std::ifstream file("tests/library/data/documents/pillow-scan.pdf", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const auto out = extract(bytes, library::document_type("scan.pdf"));
  if (out.failure.find("needs tesseract") != std::string::npos) GTEST_SKIP() << "tesseract is not installed";
  ASSERT_EQ(out.failure, "");
  const std::string& text = out.document.text;
  EXPECT_THAT(text, testing::StartsWith("Harbour book\n\nColumn text 1. The ferry"));
  std::size_t last = 0;
  for (int i = 1; i <= 8; ++i) {  // one column after the other, each paragraph in one line
    const auto here =
        text.find("\n\nColumn text " + std::to_string(i) +
                  ". The ferry left the island at dawn with nine passengers and a crate of hens. The second "
                  "officer wrote that the sea was calm until noon, and that a bank of fog then hid the coast.\n");
    ASSERT_NE(here, std::string::npos) << i << '\n' << text;
    EXPECT_GT(here, last);
    last = here;
  }
  EXPECT_THAT(text, HasSubstr("North 2\tPetrel\n"));
  EXPECT_EQ(out.document.pages.size(), 1u);
}

// --- OpenDocument

TEST(Formats, OpenDocumentByOdfpy) {
  const Document document = read("odfpy.odt");
  EXPECT_EQ(headings_of(document), "1 Keeping goats\n2 Fodder\n");
  EXPECT_EQ(
      document.text,
      "Keeping goats\n\nA goat drinks up to seven litres a day, and never from a dirty bucket.\n\nFodder\n\nHay in "
      "the morning\n\nTwigs of willow\n\nbale\t6.50\nsalt lick\t4.20\n\nMore when she gives milk.");
}

TEST(Formats, OpenDocumentByPandocAndLibreOffice) {
  const Document manual = read("pandoc.odt");
  EXPECT_EQ(headings_of(manual), "1 A manual for the sauna\n1 Heating\n2 Water\n");
  EXPECT_THAT(manual.text, HasSubstr(kManual));
  const Document log = read("libreoffice.odt");
  EXPECT_EQ(headings_of(log), "1 Lighthouse log\n2 Oil\n");
  EXPECT_THAT(log.text, HasSubstr(kLog));
}

TEST(Formats, OpenDocumentThatIsEncrypted) {
  EXPECT_EQ(extract(make_zip({{"META-INF/manifest.xml", "<m><encryption-data/></m>"}, {"content.xml", "\x01"}}), "odt")
                .failure,
            "is encrypted: remove its password");
}

// --- PowerPoint

TEST(Formats, SlidesByPythonPptx) {
  const Document document = read("python-pptx.pptx");
  EXPECT_EQ(headings_of(document), "1 Repairing a stone wall\n1 The foundation\n1 Tools\n");
  ASSERT_EQ(document.pages.size(), 3u);
  EXPECT_EQ(
      text_at(document, document.pages[1].span),
      "The foundation\n\nDig forty centimetres deep\n\nSet the largest stones first\n\nShow the photograph of the "
      "collapsed wall here.");
  EXPECT_EQ(text_at(document, document.pages[2].span), "Tools\n\nTool\tWeight\nMallet\t1.8 kg\nChisel\t0.6 kg");
}

TEST(Formats, SlidesByLibreOfficeAndPandoc) {
  const Document wall = read("libreoffice.pptx");
  ASSERT_EQ(wall.pages.size(), 3u);
  EXPECT_EQ(wall.pages[2].number, 3);
  EXPECT_THAT(text_at(wall, wall.pages[1].span), HasSubstr("Set the largest stones first"));
  EXPECT_THAT(text_at(wall, wall.pages[2].span), HasSubstr("Mallet\t1.8 kg\nChisel\t0.6 kg"));
  const Document manual = read("pandoc.pptx");
  EXPECT_THAT(headings_of(manual), HasSubstr("1 Heating\n1 Notes\n"));
  EXPECT_THAT(manual.text, HasSubstr("bucket\t12\nladle\t0.5"));
}

// --- spreadsheets

constexpr const char* kHives =
    "Hive\tKeeper\tInspected\tHoney (kg)\tLosses\n"
    "Hive: Lime tree\tKeeper: Aino\tInspected: 2023-04-17\tHoney (kg): 12.5\tLosses: 4%\n"
    "Hive: Old mill\tKeeper: Bertrand\tInspected: 2023-05-02\tHoney (kg): 9.25\tLosses: 12.5%";

TEST(Formats, WorkbooksByOpenpyxlAndLibreOffice) {
  for (const char* name : {"openpyxl.xlsx", "libreoffice.xlsx"}) {
    const Document document = read(name);
    EXPECT_EQ(headings_of(document), "1 Beehives\n1 Notes\n") << name;
    EXPECT_EQ(document.text, "Beehives\n\nHives of the valley\n" + std::string(kHives) +
                                 "\n\nNotes\n\nThe queen of the old mill was replaced in June.")
        << name;
  }
}

TEST(Formats, WorkbookCells) {
  const std::string sheet =
      "<worksheet><sheetData><row><c r=\"B1\" t=\"inlineStr\"><is><r><t>in </t></r><r><t>line</t></r></is></c>"
      "<c r=\"ZZZZZZ1\" t=\"str\"><v>nowhere</v></c><c t=\"b\"><v>1</v></c><c t=\"s\"><v>99</v></c>"
      "<c><v>0.30000000000000004</v></c><c s=\"1\"><v>45000.75</v></c><c s=\"1\"><v>-5</v></c><c "
      "t=\"e\"><v>#N/A</v></c>"
      "</row></sheetData></worksheet>";
  const auto out = extract(
      make_zip({{"xl/workbook.xml",
                 "<w xmlns:r=\"r\"><sheets><sheet name=\"A &amp; B\" sheetId=\"1\" r:id=\"x\"/></sheets></w>"},
                {"xl/_rels/workbook.xml.rels",
                 "<r><Relationship Id=\"x\" Type=\"t/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
                 "<Relationship Id=\"y\" Type=\"t/styles\" Target=\"/xl/styles.xml\"/></r>"},
                {"xl/styles.xml",
                 "<s><numFmts><numFmt numFmtId=\"170\" formatCode=\"[$-407]d&quot;h&quot;. mmm yyyy hh:mm\"/></numFmts>"
                 "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"170\"/></cellXfs></s>"},
                {"xl/worksheets/sheet1.xml", sheet}}),
      "xlsx");
  EXPECT_EQ(out.failure, "");
  EXPECT_EQ(out.document.text, "A & B\n\nin line\tTRUE\t0.3\t2023-03-15 18:00\t-5\t#N/A");
}

TEST(Formats, CsvByPythonAndLibreOffice) {
  EXPECT_EQ(read("python-csv.csv").text,
            "Station\tLine\tSteps\tRemark\n"
            "Station: Kastanienallee\tLine: U7\tSteps: 42\tRemark: Lift \"out of order\", since May\n"
            "Station: Łódzka\tLine: S3\tSteps: 18\tRemark: two exits");
  EXPECT_THAT(read("libreoffice.csv").text, HasSubstr("Hive: Lime tree\tKeeper: Aino\t"));
}

TEST(Formats, CsvSeparators) {
  const std::string text = "name: Ada\tborn: 1815\nname: Kurt\tborn: 1906";
  for (const char separator : {',', ';', '\t', '|'}) {
    std::string file = "name,born\nAda,1815\nKurt,1906\n";
    std::replace(file.begin(), file.end(), ',', separator);
    EXPECT_EQ(extract(file, "csv").document.text, "name\tborn\n" + text) << separator;
  }
  EXPECT_EQ(extract("sep=#\nname#born\nAda#1815\nKurt#1906", "csv").document.text, "name\tborn\n" + text);
  EXPECT_EQ(extract("Owner,Ada\nTown,London\nStreet,Marylebone", "csv").document.text,
            "Owner\tAda\nTown\tLondon\nStreet\tMarylebone");
  EXPECT_EQ(extract("\"never closed, and\nso on", "csv").document.text, "never closed, and so on");
}

// --- books

TEST(Formats, BooksByEbooklibAndPandoc) {
  const Document tides = read("ebooklib.epub");
  EXPECT_EQ(tides.title, "The tide tables");
  EXPECT_EQ(
      tides.text,
      "Low water\n\nAt low water the causeway is dry for two hours and a half.\n\nHigh water\n\nThe highest tide of "
      "the year came to 6.3 metres at the café.");
  EXPECT_EQ(headings_of(tides), "1 Low water\n1 High water\n");
  const Document manual = read("pandoc.epub");
  EXPECT_EQ(manual.title, "A manual for the sauna");
  EXPECT_THAT(manual.text, HasSubstr("Water\n\nvessel\tlitres\nbucket\t12\nladle\t0.5"));
}

TEST(Formats, XhtmlClosesEmptyElements) {
  const std::string page =
      "<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title/><script src=\"a>b\"/></head>"
      "<body><p>Read<br/>me<a id=\"x\"/></p><img alt='/'/></body></html>";
  EXPECT_EQ(extract(page, "html").document.text, "Read\nme");
}

TEST(Formats, BooksThatAreProtected) {
  const auto protected_book = [](const std::string& file) {
    return extract(
        make_zip({{"META-INF/encryption.xml", "<e><EncryptedData><CipherData><CipherReference URI=\"" + file +
                                                  "\"/></CipherData></EncryptedData></e>"},
                  {"META-INF/container.xml", "<c><rootfiles><rootfile full-path=\"a/o.opf\"/></rootfiles></c>"},
                  {"a/o.opf",
                   "<p><manifest><item id=\"1\" href=\"../b.htm\" media-type=\"text/html\"/></manifest>"
                   "<spine><itemref idref=\"1\"/></spine></p>"},
                  {"b.htm", "<p>Page"}}),
        "epub");
  };
  EXPECT_THAT(protected_book("b.htm").failure, HasSubstr("DRM"));
  EXPECT_EQ(protected_book("font.otf").document.text, "Page");
}

// --- mail

TEST(Formats, MailByPython) {
  const Document document = read("python-email.eml");
  EXPECT_EQ(document.title, "Die Schlüssel für das Bootshaus und noch vieles andere, was am Samstag übergeben wird");
  EXPECT_EQ(document.text,
            document.title +
                "\n\nFrom: Søren Kjær <soren@example.org>\nTo: Amélie <amelie@example.org>, board@example.org\n"
                "Date: Tue, 14 Mar 2023 09:26:53 +0100\nSubject: " +
                document.title +
                "\n\nLiebe Amélie,\n\nthe key of the boathouse hangs behind the third oar.\n\nSøren\n\n"
                "Attachment: Ruderplan März.pdf");
  EXPECT_EQ(
      read("python-email-html.eml").text,
      "Your order\n\nFrom: shop@example.org\nSubject: Your order\n\nThank you\n\nOrder 5521 left Malmö on Friday.");
}

TEST(Formats, MailOfManyParts) {
  const auto out = extract(
      "From - Thu Jan  1 00:00:00 1970\r\nFROM: \"A\" <a@example.org>\r\nSubject: =?iso-8859-1?B?R3L832U=?=\r\n"
      " =?utf-8?q?_aus_=E8=8C?= =?utf-8?q?=B6?=\r\nContent-Type: multipart/mixed; boundary=\"x;y\"\r\n\r\npreamble\r\n"
      "--x;y\r\nContent-Type: text/plain; charset=GB18030; format=flowed\r\nContent-Transfer-Encoding: base64\r\n\r\n"
      "sujKxw==\r\n--x;y\r\nContent-Type: message/rfc822\r\n\r\nSubject: Inner\r\n\r\nOne line \r\nand more.\r\n"
      "--x;y\r\nContent-Type: application/pgp-signature; name=a.asc\r\n\r\nAAAA\r\n--x;y\r\nContent-Type: "
      "image/png;\r\n"
      " name=\"=?utf-8?q?caf=C3=A9.png?=\"\r\n\r\nAAAA\r\n--x;y--\r\nepilogue",
      "eml");
  EXPECT_EQ(out.failure, "");
  EXPECT_EQ(out.document.title, "Grüße aus 茶");
  EXPECT_EQ(headings_of(out.document), "1 Grüße aus 茶\n3 Inner\n");
  EXPECT_THAT(out.document.text, HasSubstr("\n\n茶是\n\n"));
  EXPECT_THAT(out.document.text, HasSubstr("One line\nand more."));
  EXPECT_THAT(out.document.text, HasSubstr("Attachment: café.png"));
  for (const char* absent : {"preamble", "epilogue", "a.asc"}) {
    EXPECT_EQ(out.document.text.find(absent), std::string::npos) << absent;
  }
}

TEST(Formats, MailThatIsNone) {
  EXPECT_THAT(extract("just a line of text\n", "eml").failure, HasSubstr("is not a mail"));
}

// --- transcripts

TEST(Formats, TranscriptsByPysubs2) {
  for (const char* name : {"pysubs2.srt", "pysubs2.vtt"}) {
    const Document document = read(name);
    EXPECT_EQ(document.text,
              "Welcome to the workshop on sharpening. A dull blade slips, and a sharp one bites.\n\nNever test an edge "
              "with your thumb & finger.")
        << name;
    EXPECT_EQ(times_of(document), "1500 Welcome\n4200 A\n72000 Never\n") << name;
  }
}

TEST(Formats, CaptionsThatRollUp) {
  const auto out = extract(
      "WEBVTT\nKind: captions\n\nNOTE a --> b\n\n00:01.000 --> 00:03.000 align:start position:0%\n \n"
      "we<00:00:01.200><c> begin</c>\n\n00:03.000 --> 00:03.010\nwe begin\n\n00:03.010 --> 00:05.000\nwe begin\n"
      "<c.white>with</c> salt &amp; ice\n\n01:00:05.000 --> 01:00:06.000\n<v Ana>We begin\n",
      "vtt");
  EXPECT_EQ(out.failure, "");
  EXPECT_EQ(out.document.text, "we begin with salt & ice\n\nAna: We begin");
  EXPECT_EQ(times_of(out.document), "1000 we\n3010 with\n3605000 Ana:\n");
}

TEST(Formats, TranscriptsOutOfOrderAndBroken) {
  const auto out = extract(
      "2\n00:00:05,000 --> 00:00:06,000\nsecond\n1\n00:00:01,000 --> 00:00:02,000 X1:0\nfirst\n\n"
      "99:99 --> what\nnothing\n\n00:00:07,5 --> 00:00:08,000\n{\\an8}third",
      "srt");
  EXPECT_EQ(times_of(out.document), "1000 first\n5000 second\n7500 third\n");
  EXPECT_THAT(extract("no times here", "srt").failure, HasSubstr("is no transcript"));
}

// --- encodings

TEST(Formats, EncodingsAreRecognised) {
  const std::string german =
      "Die Brücke über den Fluss wurde im Frühjahr gesperrt, weil die Träger rosten. Größere Schäden sind möglich.";
  const std::string chinese = "这座桥建于一九三四年，全长二百二十米。春天时桥面会封闭维修，行人可以走旁边的小桥。";
  const std::string both = german + "\n\n" + chinese;
  EXPECT_EQ(extract(both, "txt").document.text, both);
  EXPECT_EQ(extract(utf16(both, false), "txt").document.text, both);
  EXPECT_EQ(extract(utf16(both, true), "txt").document.text, both);
  EXPECT_EQ(extract(utf16(both, false).substr(2), "txt").document.text, both) << "without a mark, little-endian";
  EXPECT_EQ(extract(utf16(both, true).substr(2), "txt").document.text, both) << "without a mark, big-endian";
  EXPECT_EQ(extract(utf16(chinese, false).substr(2), "txt").document.text, chinese);
  EXPECT_EQ(extract(utf16(chinese, true).substr(2), "txt").document.text, chinese);
  const std::string gb18030 =
      "\xd5\xe2\xd7\xf9\xc7\xc5\xbd\xa8\xd3\xda\xd2\xbb\xbe\xc5\xc8\xfd\xcb\xc4\xc4\xea\xa3\xac\xc8\xab\xb3\xa4\xb6"
      "\xfe\xb0\xd9\xb6\xfe\xca\xae\xc3\xd7\xa1\xa3";  // the first sentence
  EXPECT_EQ(extract(gb18030, "txt").document.text, chinese.substr(0, chinese.find("春")));
  EXPECT_EQ(extract("\x93K\xf6nnen\x94 Sie das lesen? Na\xefve caf\xe9s f\xfcr \x80 5.", "txt").document.text,
            "“Können” Sie das lesen? Naïve cafés für € 5.");
  EXPECT_EQ(extract("A plain text with a\0zero in it, as programs leave them."s, "txt").document.text.substr(0, 7),
            "A plain");
}

}  // namespace
}  // namespace lectern::test
