// Damage of every kind: verify finds and names it, mends what is derived, and leaves the rest to the next `index`.
#include <gmock/gmock.h>

#include <random>

#include "lectern/library_file.h"
#include "library/documents.h"
#include "library/dump.h"
#include "library/fake_embedder.h"
#include "library/writer_lock.h"
#include "support/expect_error.h"
#include "support/sqlite.h"
#include "support/temporary_file.h"

namespace lectern::test {
namespace {

namespace fs = std::filesystem;
using support::Sqlite;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kTexts = 12;

class VerifyTest : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < kTexts; ++i) {
      std::string text = "# Document " + std::to_string(i) + "\n\n## First part\n\n";
      for (int n = 0; n < 40; ++n) text += "Sentence " + std::to_string(n) + " of a naïve text. ";
      write("text" + std::to_string(i) + ".md", text + "\n\n## 第二部分\n\n绿茶不能用沸水冲泡。\n");
    }
    write("paper.pdf",
          make_pdf({{{72, 700, 11, "A document of two pages."}}, {{72, 700, 11, "Its second page."}}}, "Paper"));
    write("empty.txt", "");
    index();
    expected_ = dump(file_);
  }

  void write(const std::string& name, const std::string& text) { support::write_file(folder_ / name, text); }
  IndexReport index() {
    const std::vector<fs::path> folders = {folder_};
    return open_library(file_, embedder_)->index(folders);
  }
  void execute(const std::string& sql) { Sqlite(file_).execute(sql); }
  std::string found(const std::string& question) {
    const auto passages = open_library(file_, embedder_)->search(question, 1);
    return passages.empty() ? "" : fs::path(passages[0].file).filename().native();
  }

  // What verify says of documents: one damage, about that file.
  void expect_document_damage(const std::string& name, const std::string& what) {
    const LibraryCheck check = verify_library(file_);
    ASSERT_EQ(check.damages.size(), 1u) << what;
    EXPECT_EQ(check.damages[0].part, "document");
    EXPECT_EQ(fs::path(check.damages[0].file).filename(), name);
    EXPECT_THAT(check.damages[0].what, HasSubstr(what));
    EXPECT_EQ(check.readable, check.documents - 1);
    EXPECT_FALSE(check.refused);
    expect_index_heals();
  }

  void expect_index_heals() {
    EXPECT_EQ(index().indexed, 1);
    EXPECT_EQ(difference(dump(file_), expected_), "");
    EXPECT_TRUE(verify_library(file_).sound());
  }

  void expect_mended(const std::string& part, const std::string& what) {
    const LibraryCheck check = verify_library(file_);
    ASSERT_FALSE(check.damages.empty());
    EXPECT_EQ(check.damages[0].part, part);
    EXPECT_THAT(check.damages[0].what, HasSubstr(what));
    EXPECT_TRUE(check.mended);
    EXPECT_FALSE(check.refused);
    EXPECT_EQ(check.readable, check.documents);
    EXPECT_TRUE(verify_library(file_).sound());
    EXPECT_EQ(difference(dump(file_), expected_), "");
    EXPECT_THAT(found("sentence 7 naive"), testing::StartsWith("text"));
  }

  // A page of a table or an index, overwritten in the file itself.
  void damage_page(const std::string& of, int page_of_it = 0) {
    const auto pages = Sqlite(file_).rows("SELECT pageno FROM dbstat WHERE name = '" + of + "' ORDER BY pageno");
    const auto page = pages.empty() ? root_page(of) : std::stoul(pages.at(static_cast<std::size_t>(page_of_it)));
    auto bytes = support::read_file(file_);
    for (std::size_t i = 0; i < 64; ++i) bytes.at((page - 1) * 4096 + i) = std::byte{0x5a};
    support::write_file(file_, bytes);
  }
  std::size_t root_page(const std::string& of) {
    return std::stoul(Sqlite(file_).value("SELECT rootpage FROM sqlite_master WHERE name = '" + of + "'"));
  }

  FakeEmbedder embedder_;
  fs::path folder_ = support::temporary_folder("documents");
  fs::path file_ = support::temporary_folder("library") / "test.db";
  std::string expected_;
};

TEST_F(VerifyTest, AWholeOneIsWhole) {
  const LibraryCheck check = verify_library(file_);
  EXPECT_TRUE(check.sound());
  EXPECT_EQ(check.documents, kTexts + 2);
  EXPECT_EQ(check.readable, kTexts + 2);
  EXPECT_FALSE(check.mended);
  EXPECT_FALSE(check.refused);
  EXPECT_EQ(difference(dump(file_), expected_), "");
}

TEST_F(VerifyTest, ALetterOfAText) {
  execute(
      "UPDATE documents SET text = replace(text, 'Sentence 7', 'Sentence 9') WHERE CAST(path AS TEXT) LIKE "
      "'%text3.md'");
  expect_document_damage("text3.md", "its text or what describes it");
}

TEST_F(VerifyTest, APageOfADocument) {
  execute("UPDATE pages SET number = 7 WHERE number = 2");
  expect_document_damage("paper.pdf", "its text or what describes it");
}

TEST_F(VerifyTest, ABitOfAnEmbedding) {
  execute(
      "UPDATE chunks SET embedding = CAST(x'0000' || substr(embedding, 3) AS BLOB) WHERE id = (SELECT min(c.id) FROM "
      "chunks c JOIN documents d ON d.id = c.document WHERE CAST(d.path AS TEXT) LIKE '%text5.md' AND "
      "hex(substr(embedding, 1, 2)) "
      "<> "
      "'0000')");
  const LibraryCheck check = verify_library(file_);
  ASSERT_FALSE(check.sound());
  EXPECT_THAT(check.damages.back().what, HasSubstr("passages or their embeddings"));
  expect_index_heals();
}

TEST_F(VerifyTest, AnEmbeddingOfAnotherSize) {
  execute("UPDATE chunks SET embedding = substr(embedding, 3) WHERE id = 2");
  const LibraryCheck check = verify_library(file_);
  ASSERT_EQ(check.damages.size(), 2u);
  EXPECT_THAT(check.damages[0].what, HasSubstr(" bytes, no multiple of 128"));
  expect_index_heals();
}

TEST_F(VerifyTest, APassageThatIsGone) {
  execute("DELETE FROM chunk_words WHERE rowid = 3; DELETE FROM chunks WHERE id = 3");
  const LibraryCheck check = verify_library(file_);
  ASSERT_FALSE(check.sound());
  EXPECT_THAT(check.damages[0].what, HasSubstr("passages or their embeddings"));
  expect_index_heals();
}

TEST_F(VerifyTest, APassageThatPointsPastTheText) {
  execute("UPDATE chunks SET span_end = 100000 WHERE id = 1");
  const LibraryCheck check = verify_library(file_);
  ASSERT_FALSE(check.sound());
  EXPECT_THAT(check.damages[0].what, HasSubstr("its passages point past its text"));
  expect_index_heals();
}

TEST_F(VerifyTest, AFoldersName) {
  execute("UPDATE folders SET path = CAST('/elsewhere' AS BLOB)");
  const LibraryCheck check = verify_library(file_);
  ASSERT_EQ(check.damages.size(), 1u);
  EXPECT_EQ(check.damages[0].part, "folder");
  EXPECT_EQ(check.damages[0].file, "/elsewhere");
  index();
  EXPECT_EQ(difference(dump(file_), expected_), "");
}

TEST_F(VerifyTest, WordsThatAreOthers) {
  execute("UPDATE chunk_words_content SET c1 = replace(c1, 'Sentence', 'Gibberish')");
  expect_mended("index", "the full-text index is damaged");
}

TEST_F(VerifyTest, WordsThatAreOthersEverywhere) {
  execute("UPDATE chunk_words SET body = replace(body, 'Sentence', 'Gibberish')");
  expect_mended("index", "the full-text index has other words");
}

TEST_F(VerifyTest, WordsThatAreMissing) {
  execute("DELETE FROM chunk_words WHERE rowid IN (2, 3)");
  expect_mended("index", "the full-text index has other passages");
}

TEST_F(VerifyTest, AFullTextIndexThatIsGone) {
  execute("DELETE FROM chunk_words_data WHERE id > 10");
  expect_mended("index", "the full-text index is damaged");
}

TEST_F(VerifyTest, PagesOfIndexes) {
  for (const char* index : {"documents_by_content", "chunks_of_document", "chunk_words_data", "chunk_words_content"}) {
    SCOPED_TRACE(index);
    damage_page(index);
    expect_mended("file", "SQLite finds");
  }
}

TEST_F(VerifyTest, ALostPageOfTheTruthIsRefusedAndTheRestExported) {
  damage_page("documents", 1);
  const auto bytes = support::read_file(file_);
  const LibraryCheck check = verify_library(file_);
  EXPECT_TRUE(check.refused);
  EXPECT_FALSE(check.mended);
  EXPECT_EQ(check.documents, kTexts + 2);
  EXPECT_GT(check.readable, 0);
  EXPECT_LT(check.readable, check.documents);
  EXPECT_EQ(support::read_file(file_), bytes) << "nothing is written to it";
  support::expect_error(ErrorCode::kCorrupt, {"test.db", "is damaged", "--salvage"},
                        [&] { export_library(file_, Damaged::kRefuse, [](const auto&) {}); });
  std::vector<ExportedDocument> saved;
  const ExportReport report = export_library(file_, Damaged::kSkip, [&](const auto& one) { saved.push_back(one); });
  EXPECT_EQ(report.exported, check.readable);
  EXPECT_EQ(report.lost, check.documents - check.readable);
  for (const auto& one : saved) {
    if (one.document.type != "md") continue;
    EXPECT_THAT(one.text, HasSubstr("Sentence 39"));
  }
}

TEST_F(VerifyTest, ADamagedIndexCostsNoExportedDocument) {
  damage_page("documents", 1);
  const std::int64_t without = export_library(file_, Damaged::kSkip, [](const auto&) {}).exported;
  damage_page("chunks_of_document");
  EXPECT_EQ(export_library(file_, Damaged::kSkip, [](const auto&) {}).exported, without);
  EXPECT_EQ(verify_library(file_).readable, without);
}

TEST_F(VerifyTest, ATableThatIsAnother) {
  execute("CREATE TABLE intruder (a)");
  expect_mended("file", "its tables are not those of a library");
}

TEST_F(VerifyTest, OneThatIsBeingIndexedWaits) {
  const library::WriterLock lock(file_);
  support::expect_error(ErrorCode::kBusy, {"being indexed"}, [&] { verify_library(file_); });
}

TEST_F(VerifyTest, WhatIsNoLibrary) {
  support::expect_error(ErrorCode::kNotFound, {"none.db"}, [&] { verify_library(file_.parent_path() / "none.db"); });
  const fs::path text = file_.parent_path() / "text.db";
  support::write_file(text, std::string(5000, 'x'));
  support::expect_error(ErrorCode::kCorrupt, {"text.db", "no library"}, [&] { verify_library(text); });
}

// Any bit anywhere in the file: it is found, or nothing that the library holds has changed. And whatever is not refused
// is what it was after the next `index`.
TEST_F(VerifyTest, AnyBit) {
  const auto whole = support::read_file(file_);
  std::mt19937 random(20);
  int found = 0, healed = 0, refused = 0, harmless = 0;
  for (int i = 0; i < 120; ++i) {
    auto bytes = whole;
    const std::size_t place = random() % bytes.size();
    const unsigned bit = random() % 8;
    bytes[place] ^= static_cast<std::byte>(1u << bit);
    SCOPED_TRACE("byte " + std::to_string(place) + ", bit " + std::to_string(bit));
    for (const char* ending : {"-wal", "-shm"}) fs::remove(file_.native() + ending);
    support::write_file(file_, bytes);
    try {
      const LibraryCheck check = verify_library(file_);
      if (check.sound()) {
        ++harmless;
        EXPECT_EQ(difference(dump(file_), expected_), "");
        continue;
      }
      ++found;
      if (check.refused) {
        ++refused;
        continue;
      }
      index();
      EXPECT_EQ(difference(dump(file_), expected_), "") << check.damages[0].what;
      ++healed;
    } catch (const Error& error) {
      EXPECT_TRUE(error.code() == ErrorCode::kCorrupt || error.code() == ErrorCode::kVersion) << error.what();
      ++refused;
    }
    if (HasFailure()) break;
  }
  std::cout << "[ figures  ] " << found << " found, " << healed << " healed, " << refused << " refused, " << harmless
            << " in unused space\n";
  EXPECT_GT(healed, 0);
}

TEST_F(VerifyTest, Export) {
  std::vector<ExportedDocument> documents;
  const ExportReport report =
      export_library(file_, Damaged::kRefuse, [&](const auto& one) { documents.push_back(one); });
  EXPECT_EQ(report.exported, kTexts + 2);
  EXPECT_EQ(report.lost, 0);
  ASSERT_EQ(documents.size(), static_cast<std::size_t>(kTexts + 2));
  EXPECT_EQ(documents[0].document.file, (folder_ / "empty.txt").native());
  EXPECT_EQ(documents[0].document.state, "failed");
  EXPECT_EQ(documents[0].document.reason, "is empty");
  const ExportedDocument& paper = documents[1];
  EXPECT_EQ(paper.document.title, "Paper");
  EXPECT_EQ(paper.document.state, "indexed");
  ASSERT_EQ(paper.pages.size(), 2u);
  EXPECT_EQ(paper.pages[1].number, 2);
  ASSERT_FALSE(paper.chunks.empty());
  EXPECT_EQ(paper.chunks[0].page, 1);
  const ExportedDocument& text = documents[2];
  ASSERT_EQ(text.headings.size(), 3u);
  EXPECT_EQ(text.headings[2].number, 2);
  std::int64_t end = 0;
  for (const auto& chunk : text.chunks) {
    EXPECT_GE(chunk.span.begin, end);
    end = chunk.span.end;
    EXPECT_LE(end, std::ssize(text.text));
  }
}

TEST_F(VerifyTest, DescribesEachDocument) {
  write("text1.md", "Another text.");
  fs::remove(folder_ / "text2.md");
  const LibraryDetails details = describe_library(file_);
  EXPECT_EQ(details.summary.documents, kTexts + 1);
  EXPECT_EQ(details.summary.failed, 1);
  EXPECT_GT(details.summary.bytes, 10'000);
  EXPECT_THAT(details.embedding_models, testing::ElementsAre("fake-1"));
  std::map<std::string, std::string> states;
  for (const auto& one : details.documents) states[fs::path(one.file).filename()] = one.state;
  EXPECT_EQ(states["text0.md"], "current");
  EXPECT_EQ(states["text1.md"], "changed");
  EXPECT_EQ(states["text2.md"], "gone");
  EXPECT_EQ(states["empty.txt"], "failed");
  execute("UPDATE recipes SET chunker = 0");
  EXPECT_EQ(describe_library(file_).documents.back().state, "outdated");
}

TEST_F(VerifyTest, Removes) {
  support::write_file(file_.native() + "-notes", std::string_view("mine"));
  {
    const library::WriterLock lock(file_);
    support::expect_error(ErrorCode::kBusy, {"being indexed"}, [&] { remove_library(file_); });
  }
  remove_library(file_);
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(file_.parent_path())) left.push_back(entry.path().filename());
  EXPECT_THAT(left, testing::ElementsAre("test.db-notes"));
  support::expect_error(ErrorCode::kNotFound, {"test.db"}, [&] { remove_library(file_); });
}

TEST_F(VerifyTest, RemovesNothingElse) {
  const fs::path other = file_.parent_path() / "other.db";
  Sqlite(other).execute("CREATE TABLE theirs (a)");
  support::expect_error(ErrorCode::kInvalidArgument, {"other.db", "no library"}, [&] { remove_library(other); });
  EXPECT_TRUE(fs::exists(other));
}

}  // namespace
}  // namespace lectern::test
