#include "library/chunker.h"

#include <gtest/gtest.h>

#include <random>

#include "library/fake_embedder.h"
#include "library/sentences.h"

namespace lectern::test {
namespace {

using library::Chunk;
using library::Chunker;
using library::Document;

std::string text_of(const Document& document, Span span) {
  return document.text.substr(static_cast<std::size_t>(span.begin), static_cast<std::size_t>(span.end - span.begin));
}

int pieces(const std::string& text) { return static_cast<int>(PieceTokenizer().encode(text, {false, false}).size()); }

std::vector<Chunk> chunks_of(const Document& document, int most = 64) {
  const PieceTokenizer tokenizer;
  return Chunker(tokenizer, most).chunk(document);
}

void add_heading(Document& document, int level, const std::string& title) {
  if (!document.text.empty()) document.text += "\n\n";
  const auto begin = static_cast<std::int64_t>(document.text.size());
  document.text += title;
  document.headings.push_back({level, {begin, begin + static_cast<std::int64_t>(title.size())}});
}

// What must hold for every document.
void check(const Document& document, int most) {
  const auto chunks = chunks_of(document, most);
  std::int64_t last = 0;
  int total = 0;
  for (const Chunk& chunk : chunks) {
    EXPECT_FALSE(chunk.parts.empty());
    int in_parts = 0;
    for (const auto& part : chunk.parts) {
      EXPECT_LE(static_cast<int>(part.size()), most);
      EXPECT_EQ(part.front(), PieceTokenizer::kStart);
      EXPECT_EQ(part.back(), PieceTokenizer::kEnd);
      in_parts += static_cast<int>(part.size()) - 2;
    }
    EXPECT_GE(in_parts, chunk.word_pieces);
    EXPECT_GE(chunk.span.begin, last);
    EXPECT_EQ(text_of(document, {last, chunk.span.begin}).find_first_not_of(" \n\t"), std::string::npos);
    EXPECT_GE(chunk.word_pieces, pieces(text_of(document, chunk.span)));
    for (const auto& heading : document.headings) {  // inside, a heading stands at the beginning or not at all
      if (heading.span.begin <= chunk.span.begin || heading.span.begin >= chunk.span.end) continue;
      std::int64_t body = chunk.span.begin;
      for (const auto& other : document.headings) {
        if (other.span.begin >= chunk.span.begin && other.span.end <= heading.span.begin) body = other.span.end;
      }
      EXPECT_EQ(text_of(document, {body, heading.span.begin}).find_first_not_of(" \n\t"), std::string::npos);
    }
    last = chunk.span.end;
    total += chunk.word_pieces;
  }
  EXPECT_EQ(document.text.find_first_not_of(" \n\t", static_cast<std::size_t>(last)), std::string::npos);
  EXPECT_GE(total, pieces(document.text));
}

TEST(Chunker, CutsAtSentences) {
  Document document;
  for (int i = 0; i < 40; ++i) document.text += "This is one of forty sentences. ";
  const auto chunks = chunks_of(document);
  ASSERT_GE(chunks.size(), 4u);
  for (const Chunk& chunk : chunks) {
    const std::string text = text_of(document, chunk.span);
    EXPECT_TRUE(text.starts_with("This") && text.ends_with("sentences.")) << text;
  }
  const auto [least, most] = std::minmax_element(
      chunks.begin(), chunks.end(), [](const Chunk& a, const Chunk& b) { return a.word_pieces < b.word_pieces; });
  EXPECT_LE(most->word_pieces - least->word_pieces, 16) << "parts of like length";
  check(document, 64);
}

TEST(Chunker, CutsChineseAtItsSentences) {
  Document document;
  for (int i = 0; i < 20; ++i) document.text += "水温应该在八十度左右。绿茶不能用沸水冲泡！";
  for (const Chunk& chunk : chunks_of(document)) {
    const std::string text = text_of(document, chunk.span);
    EXPECT_TRUE(text.ends_with("。") || text.ends_with("！")) << text;
  }
  check(document, 64);
}

TEST(Chunker, HeadingsAreBordersAndComeAlong) {
  Document document;
  document.text = "Before any heading.";
  add_heading(document, 1, "Tea");
  add_heading(document, 2, "Green");
  document.text += "\n\nSteep it at eighty degrees.";
  add_heading(document, 2, "Black");
  document.text += "\n\nBoiling water.";
  add_heading(document, 1, "Coffee");
  document.text += "\n\nFreshly ground.";
  add_heading(document, 1, "Last words");
  const auto chunks = chunks_of(document);
  ASSERT_EQ(chunks.size(), 5u);
  EXPECT_EQ(chunks[0].heading, "");
  EXPECT_EQ(chunks[1].heading, "Tea › Green");
  EXPECT_EQ(text_of(document, chunks[1].span), "Tea\n\nGreen\n\nSteep it at eighty degrees.");
  EXPECT_EQ(chunks[2].heading, "Tea › Black");
  EXPECT_EQ(text_of(document, chunks[2].span), "Black\n\nBoiling water.");
  EXPECT_EQ(chunks[3].heading, "Coffee");
  EXPECT_EQ(text_of(document, chunks[4].span), "Last words");
  // The path is embedded too, each heading once.
  const auto expected = PieceTokenizer().encode("Tea: Black Boiling water.", {true, false});
  EXPECT_EQ(chunks[2].parts, std::vector<std::vector<TokenId>>({expected}));
  check(document, 64);
}

TEST(Chunker, KnowsThePageWhereAChunkBegins) {
  Document document;
  for (int page = 1; page <= 3; ++page) {
    const auto begin = static_cast<std::int64_t>(document.text.size());
    for (int i = 0; i < 12; ++i) document.text += "One of the many sentences. ";
    document.pages.push_back({page, {begin, static_cast<std::int64_t>(document.text.size())}, ""});
  }
  for (const Chunk& chunk : chunks_of(document)) {
    ASSERT_TRUE(chunk.page);
    const Span page = document.pages[static_cast<std::size_t>(*chunk.page - 1)].span;
    EXPECT_TRUE(chunk.span.begin >= page.begin && chunk.span.begin < page.end);
  }
  Document without;
  without.text = "No pages.";
  EXPECT_FALSE(chunks_of(without)[0].page);
}

TEST(Chunker, LongSentencesAndWordsAreCut) {
  Document document;
  for (int i = 0; i < 500; ++i) document.text += "word" + std::to_string(i) + " ";
  check(document, 64);
  document.text = std::string(5000, 'x');
  check(document, 64);
  document.text.clear();
  for (int i = 0; i < 400; ++i) document.text += "茶水";  // no sentence ends
  check(document, 64);
}

TEST(Chunker, LongHeadingsLoseNothing) {
  Document document;
  std::string title;
  for (int i = 0; i < 60; ++i) title += "long" + std::to_string(i) + " ";
  add_heading(document, 1, title + "end");
  document.text += "\n\nA body.";
  add_heading(document, 2, "Below");
  document.text += "\n\nAnother body.";
  check(document, 64);
}

TEST(Chunker, NothingMakesNoChunk) {
  EXPECT_TRUE(chunks_of(Document{}).empty());
  Document spaces;
  spaces.text = " \n\n ";
  EXPECT_TRUE(chunks_of(spaces).empty());
}

TEST(Chunker, AnyTextKeepsEveryPiece) {
  std::mt19937 random(5);
  static const char* const kParts[] = {"a ",
                                       "sentence. ",
                                       "Word ",
                                       "茶",
                                       "。",
                                       "\n",
                                       "\n\n",
                                       "x-y_z ",
                                       "(1.2) ",
                                       "“Quote.” ",
                                       "verylongwordwithoutanyend",
                                       "é",
                                       "? ",
                                       "http://example.org/a?b=c ",
                                       "  "};
  for (int round = 0; round < 60; ++round) {
    Document document;
    for (int i = 0; i < 400; ++i) {
      if (random() % 40 == 0) add_heading(document, 1 + static_cast<int>(random() % 4), "Heading " + std::to_string(i));
      document.text += kParts[random() % std::size(kParts)];
      if (random() % 40 == 0) document.text += "\n\n";
    }
    check(document, 48);
    const auto once = chunks_of(document, 48), twice = chunks_of(document, 48);
    ASSERT_EQ(once.size(), twice.size());
    for (std::size_t i = 0; i < once.size(); ++i) EXPECT_EQ(once[i].parts, twice[i].parts);
  }
}

}  // namespace
}  // namespace lectern::test
