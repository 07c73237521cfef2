// Retrieval with the real embedding model.
#include <gtest/gtest.h>

#include <cstdlib>

#include "lectern/compile.h"
#include "lectern/library.h"
#include "support/temporary_file.h"

namespace lectern::test {
namespace {

namespace fs = std::filesystem;

TEST(LibraryWithMiniLm, FindsWhatNoWordOfTheQuestionNames) {
  const char* models = std::getenv("LECTERN_MODELS");
  ASSERT_NE(models, nullptr) << "LECTERN_MODELS names the folder of the checkpoints";
  const auto engine = load_engine(engine_for(fs::path(models) / "all-minilm-l6-v2"));
  const auto library = open_library(support::temporary_folder("library") / "test.db", *engine);
  const std::vector<fs::path> folders = {"examples/library"};
  const auto report = library->index(folders);
  EXPECT_EQ(report.failed, 0);
  EXPECT_GE(report.indexed, 12);
  EXPECT_EQ(library->index(folders).unchanged, report.indexed);

  const auto first = [&](const char* question) {
    const auto passages = library->search(question, 1);
    return passages.empty() ? "" : fs::path(passages[0].file).filename().native();
  };
  EXPECT_EQ(first("My tyre lost its air, what now?"), "bicycle-handbook.pdf");
  EXPECT_EQ(first("Is our greenery toxic for a kitten?"), "houseplants.html");
  EXPECT_EQ(first("How do I look after a burnt finger?"), "first-aid.txt");
  EXPECT_EQ(first("泡茶用多热的水？"), "泡茶指南.txt");
}

}  // namespace
}  // namespace lectern::test
