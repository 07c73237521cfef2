#include "cli/model_path.h"

#include <gmock/gmock.h>
#include <stdlib.h>

#include "lectern/error.h"

namespace lectern::cli {
namespace {

TEST(ModelPath, TakesPathsAndNames) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "model-path-test";
  std::filesystem::create_directories(folder / "a-model");
  ::setenv("LECTERN_MODELS", folder.c_str(), 1);
  EXPECT_EQ(model_path("a-model"), folder / "a-model");
  EXPECT_EQ(model_path((folder / "a-model").native()), folder / "a-model");
  try {
    model_path("another");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kNotFound);
    EXPECT_THAT(error.what(), testing::HasSubstr(folder.native()));
    EXPECT_THAT(error.what(), testing::HasSubstr("share/lectern/models"));
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace lectern::cli
