#include "library/extract/pdf_text.h"

#include <gtest/gtest.h>

#include <sstream>

#include "library/extract_file.h"
#include "library/word_boxes.h"

namespace lectern::test {
namespace {

using library::Document;
using library::PdfPage;

constexpr float kWidth = 6;  // of every character, points

// A line of words from `left`, its top at `top`.
void add_line(PdfPage& page, float left, float top, const std::string& text, float height = 10) {
  std::istringstream words(text);
  float x = left;
  for (std::string word; words >> word;) {
    const float right = x + kWidth * static_cast<float>(word.size());
    page.words.push_back({word, x, top, right, top + height, true});
    x = right + kWidth;
  }
  page.words.back().space_after = false;
}

PdfPage page_of(const std::vector<std::string>& lines, float pitch = 12) {
  PdfPage page;
  page.width = 600;
  page.height = 800;
  float top = 100;
  for (const std::string& line : lines) {
    if (!line.empty()) add_line(page, 50, top, line);
    top += pitch;
  }
  return page;
}

std::string text_of(std::vector<PdfPage> pages) { return library::lay_out(std::move(pages), {}).text; }

TEST(PdfText, LinesBecomeParagraphs) {
  EXPECT_EQ(
      text_of({page_of({"The first line of this paragraph is full, and", "the second one of it is as full as it is so",
                        "the third ends.", "", "Another one."})}),
      "The first line of this paragraph is full, and the second one of it is as full as it is so the third ends.\n\n"
      "Another one.");
}

TEST(PdfText, LinesBrokenEarlyStayLines) {
  EXPECT_EQ(text_of({page_of({"make install", "make clean", "a line that is as long as lines here can ever be"})}),
            "make install\nmake clean\na line that is as long as lines here can ever be");
}

TEST(PdfText, HyphensAtLineEnds) {
  EXPECT_EQ(
      text_of(
          {page_of({"These lines are here to show how a word in para-", "graphs loses it, and that the command-line",
                    "keeps its own at the end of lines of the command-", "line, always."})}),
      "These lines are here to show how a word in paragraphs loses it, and that the command-line keeps its own at the "
      "end of lines of the command-line, always.");
}

TEST(PdfText, OptionsBrokenAfterTheirDashes) {
  EXPECT_EQ(text_of({page_of({"A sentence that names the option of the name --", "help at its end for all."})}),
            "A sentence that names the option of the name --help at its end for all.");
}

TEST(PdfText, ParagraphsRunOnOverPages) {
  const Document document =
      library::lay_out({page_of({"This sentence goes on over the end of its exam-"}),
                        page_of({"ple page. And here is one more."}), page_of({"The third page begins anew."})},
                       {});
  EXPECT_EQ(document.text,
            "This sentence goes on over the end of its example page. And here is one more.\n\nThe third page "
            "begins anew.");
  ASSERT_EQ(document.pages.size(), 3u);
  EXPECT_EQ(document.pages[0].span.end, document.pages[1].span.begin);
  for (const auto& page : document.pages) EXPECT_NO_THROW(library::decode_word_boxes(page.boxes, page.span));
}

TEST(PdfText, RunningLinesGoAndOthersStay) {
  std::vector<PdfPage> pages;
  for (int i = 0; i < 6; ++i) {
    PdfPage page = page_of({"Body number " + std::string(1, static_cast<char>('a' + i)) + " of this book."});
    add_line(page, 50, 20, i % 2 == 0 ? "The Book of Tea" : "Chapter 7 Leaves");
    add_line(page, 300, 780, "Page " + std::to_string(i + 12));
    pages.push_back(std::move(page));
  }
  pages[3].words.clear();
  add_line(pages[3], 50, 100, "1 2 3");
  const std::string text = text_of(pages);
  EXPECT_EQ(text.find("Page"), std::string::npos) << text;
  EXPECT_EQ(text.find("Book of Tea"), std::string::npos) << text;
  for (const char* kept : {"Body number a", "Body number f", "1 2 3", "Chapter 7 Leaves"}) {
    EXPECT_NE(text.find(kept), std::string::npos) << kept << " in " << text;  // the chapter's only twice
  }
}

TEST(PdfText, FeetOfShortChaptersGoAndNumberedChapterTitlesStay) {
  std::vector<PdfPage> pages;
  for (int i = 0; i < 10; ++i) {
    const std::string name(1, static_cast<char>('a' + i));
    PdfPage page = page_of({"", "", "This is the whole text of chapter " + name + ", in the size of all text."});
    std::vector<library::PdfWord> body = std::move(page.words);
    page.words.clear();
    add_line(page, 50, 60, std::to_string(i + 1) + " Chapter " + name, 18);
    page.words.insert(page.words.end(), body.begin(), body.end());
    add_line(page, 50, 780, "Foot of " + name + ' ' + std::to_string(i + 1));
    pages.push_back(std::move(page));
  }
  const std::string text = text_of(pages);
  EXPECT_EQ(text.find("Foot"), std::string::npos) << text;
  EXPECT_NE(text.find("1 Chapter a"), std::string::npos) << text;
  EXPECT_NE(text.find("10 Chapter j"), std::string::npos) << text;
}

TEST(PdfText, TablesAcrossPagesAreNoRunningLines) {
  std::vector<PdfPage> pages;
  for (int i = 0; i < 5; ++i) pages.push_back(page_of({std::to_string(i * 37) + " apples " + std::to_string(i * 3)}));
  const std::string text = text_of(pages);
  for (int i = 0; i < 5; ++i) EXPECT_NE(text.find(std::to_string(i * 37) + " apples"), std::string::npos) << text;
}

TEST(PdfText, TablesAreReadRowByRow) {
  PdfPage page = page_of({"A table follows this line, which is as long as a line can be."});
  const std::vector<std::vector<std::string>> rows = {
      {"Leaf", "Seconds", "Degrees"}, {"sencha", "90", "70"}, {"assam", "240", "100"}};
  for (std::size_t column = 0; column < 3; ++column) {  // as some programs write them
    for (std::size_t row = 0; row < 3; ++row) {
      add_line(page, 50 + 150 * static_cast<float>(column), 130 + 12 * static_cast<float>(row), rows[row][column]);
    }
  }
  EXPECT_EQ(text_of({page}),
            "A table follows this line, which is as long as a line can be.\n\nLeaf\tSeconds\tDegrees\nsencha\t90\t70\n"
            "assam\t240\t100");
}

TEST(PdfText, ListsAreNoTables) {
  PdfPage page = page_of({"A list follows this line, which is as long as a line can be."});
  const std::vector<std::string> items = {"a kettle", "some jars", "green tea", "hot water"};
  for (std::size_t i = 0; i < items.size(); ++i) {
    const float top = 130 + 12 * static_cast<float>(i);
    add_line(page, 50, top, std::to_string(i + 1) + ".");
    add_line(page, 80, top, items[i]);
  }
  EXPECT_EQ(text_of({page}),
            "A list follows this line, which is as long as a line can be.\n\n1. a kettle\n2. some jars\n"
            "3. green tea\n4. hot water");
}

TEST(PdfText, DotLeadersGo) {
  EXPECT_EQ(
      text_of({page_of({"Introduction . . . . . . . . . 1", "Tea......................7", "And so on ... etc."})}),
      "Introduction 1\nTea 7\nAnd so on ... etc.");
}

TEST(PdfText, HeadingsByTheOutline) {
  PdfPage page = page_of({"1.1 Green", "", "Steep it briefly.", "", "Black  tea", "", "Boil it."});
  const Document document = library::lay_out({page}, {{1, "Green"}, {2, "Black tea"}});
  EXPECT_EQ(headings_of(document), "1 1.1 Green\n2 Black tea\n");
}

TEST(PdfText, HeadingsBySizeMayTakeTwoLines) {
  PdfPage page =
      page_of({"", "", "", "", "", "Body text that is much more than the headings are, so that its size is usual."});
  std::vector<library::PdfWord> body = std::move(page.words);
  page.words.clear();
  add_line(page, 50, 60, "A heading that is", 16);
  add_line(page, 50, 80, "broken in two", 16);
  page.words.insert(page.words.end(), body.begin(), body.end());
  EXPECT_EQ(headings_of(library::lay_out({page}, {})), "1 A heading that is broken in two\n");
}

TEST(PdfText, NothingIsEmpty) {
  EXPECT_EQ(text_of({}), "");
  EXPECT_EQ(text_of({PdfPage{}, PdfPage{}}), "");
}

}  // namespace
}  // namespace lectern::test
