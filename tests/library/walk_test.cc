#include "library/walk.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "library/document_types.h"
#include "library/unprivileged.h"
#include "support/temporary_file.h"

namespace lectern::test {
namespace {

namespace fs = std::filesystem;

// "name: failure" of each file, relative to `folder`.
std::vector<std::string> walked(const fs::path& folder, std::vector<fs::path> roots = {}) {
  if (roots.empty()) roots = {folder};
  std::vector<std::string> out;
  for (const auto& file : library::walk(roots, folder / "lib.db").files) {
    const auto name = fs::path(file.path).lexically_relative(folder).native();
    out.push_back(file.failure.empty() ? name : name + ": " + file.failure);
  }
  return out;
}

void touch(const fs::path& path) {
  fs::create_directories(path.parent_path());
  support::write_file(path, std::string("x"));
}

TEST(Walk, FindsFilesInOrderAndPassesOverHiddenOnesAndTheLibrary) {
  const auto folder = support::temporary_folder("walk");
  for (const char* name :
       {"b.txt", "a/z.PDF", "a/deep/er/y.md", ".hidden.txt", ".git/x.txt", "lib.db", "lib.db-wal", "lib.db-writer"}) {
    touch(folder / name);
  }
  EXPECT_THAT(walked(folder), testing::ElementsAre("a/deep/er/y.md", "a/z.PDF", "b.txt"));
}

TEST(Walk, PassesOverWhatProgramsLeaveBesideAFile) {
  const auto folder = support::temporary_folder("walk");
  for (const char* name :
       {"a.txt", "a.txt~", "#a.txt#", "~$a.docx", "b.pdf.part", "b.pdf.crdownload", "old~/c.txt", "#1.txt"})
    touch(folder / name);
  EXPECT_THAT(walked(folder), testing::ElementsAre("#1.txt", "a.txt", "old~/c.txt"));
}

TEST(Walk, ListsWhatIsNotRead) {
  const auto folder = support::temporary_folder("walk");
  touch(folder / "song.mp3");
  ASSERT_EQ(::mkfifo((folder / "pipe.txt").c_str(), 0600), 0);
  fs::create_symlink("nowhere.txt", folder / "broken.txt");
  fs::create_symlink("loop.txt", folder / "loop.txt");
  EXPECT_THAT(walked(folder),
              testing::ElementsAre("broken.txt: is a link to a file that does not exist",
                                   "loop.txt: is a link that leads to itself",
                                   "pipe.txt: is a pipe: only regular files are read",
                                   "song.mp3: is not of a type that Lectern reads (" + library::known_types() + ")"));
}

TEST(Walk, VisitsEachFileOnceThroughLinks) {
  const auto folder = support::temporary_folder("walk"), outside = support::temporary_folder("outside");
  touch(folder / "z/real.txt");
  touch(outside / "far.txt");
  fs::create_symlink(folder / "z", folder / "a-link-to-z");
  fs::create_symlink(folder, folder / "z/up");  // a loop
  fs::create_symlink(folder / "z/real.txt", folder / "again.txt");
  fs::create_symlink(outside, folder / "outside");
  fs::create_symlink(outside / "far.txt", folder / "far-too.txt");
  touch(folder / ".kept/hidden.txt");
  fs::create_symlink(folder / ".kept/hidden.txt", folder / "shown.txt");
  const std::string out = ": is a link that leads out of the folder: index what it points to under its own name";
  EXPECT_THAT(walked(folder), testing::ElementsAre("far-too.txt" + out, "outside" + out, "shown.txt", "z/real.txt"));
  EXPECT_THAT(walked(folder, {folder, outside}), testing::Contains(testing::EndsWith("/far.txt")));
}

TEST(Walk, RootsMayBeLinks) {
  const auto folder = support::temporary_folder("walk"), outside = support::temporary_folder("outside");
  touch(outside / "a.txt");
  fs::create_symlink(outside, folder / "link");
  EXPECT_THAT(walked(folder, {folder / "link"}), testing::ElementsAre("link/a.txt"));
}

TEST(Walk, RootsMayBeFilesOverlapOrBeMissing) {
  const auto folder = support::temporary_folder("walk");
  touch(folder / "a/b/c.txt");
  EXPECT_THAT(walked(folder, {folder / "a/b/../b/", folder / "a", folder / "a/b/c.txt", folder / "none"}),
              testing::ElementsAre("a/b/c.txt", "none: does not exist"));
}

TEST(Walk, FoldersThatMayNotBeListed) {
  const auto folder = support::temporary_folder("walk");
  const Unprivileged somebody({folder});
  touch(folder / "locked/a.txt");
  fs::permissions(folder / "locked", fs::perms::none);
  EXPECT_THAT(walked(folder), testing::ElementsAre("locked: is a folder that cannot be listed: Permission denied"));
  fs::permissions(folder / "locked", fs::perms::owner_all);
}

}  // namespace
}  // namespace lectern::test
