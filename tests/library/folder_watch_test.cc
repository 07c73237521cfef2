#include "library/folder_watch.h"

#include <gmock/gmock.h>

#include <condition_variable>
#include <fstream>

#include "support/temporary_file.h"

namespace lectern::test {
namespace {

namespace fs = std::filesystem;
using library::FolderWatch;

// Waits for news as long as it takes, so that a slow machine fails nothing.
class News {
 public:
  void add(const FolderWatch::Folders& folders) {
    const std::lock_guard lock(mutex_);
    folders_.insert(folders.begin(), folders.end());
    told_.notify_all();
  }
  // Of that folder; forgets it.
  bool of(const fs::path& folder) {
    std::unique_lock lock(mutex_);
    const bool came = told_.wait_for(lock, std::chrono::minutes(1), [&] { return folders_.contains(folder.native()); });
    folders_.erase(folder.native());
    return came;
  }
  bool none() {
    std::unique_lock lock(mutex_);
    return !told_.wait_for(lock, std::chrono::milliseconds(600), [&] { return !folders_.empty(); });
  }

 private:
  std::mutex mutex_;
  std::condition_variable told_;
  FolderWatch::Folders folders_;
};

class FolderWatchTest : public testing::Test {
 protected:
  std::unique_ptr<FolderWatch> watch(FolderWatch::Folders folders, FolderWatch::Options options = {}) {
    auto out = std::make_unique<FolderWatch>(std::move(options), [this](const auto& news) { news_.add(news); });
    const auto all = folders;
    out->watch(std::move(folders));
    for (const auto& folder : all) EXPECT_TRUE(news_.of(folder)) << "it is told of what came before the watch";
    return out;
  }
  void write(const std::string& name) { support::write_file(folder_ / name, "text"); }

  News news_;
  fs::path folder_ = support::temporary_folder("watched");
  fs::path other_ = support::temporary_folder("elsewhere");
};

TEST_F(FolderWatchTest, TellsOfFilesThatComeChangeAndGo) {
  const auto watching = watch({folder_});
  EXPECT_TRUE(watching->is_whole(folder_));
  write("a.txt");
  EXPECT_TRUE(news_.of(folder_));
  std::ofstream(folder_ / "a.txt", std::ios::app) << "more";
  EXPECT_TRUE(news_.of(folder_));
  write(".a.txt.swp");  // hidden: as an editor does it
  EXPECT_TRUE(news_.none());
  fs::rename(folder_ / ".a.txt.swp", folder_ / "a.txt");
  EXPECT_TRUE(news_.of(folder_));
  fs::remove(folder_ / "a.txt");
  EXPECT_TRUE(news_.of(folder_));
}

TEST_F(FolderWatchTest, TellsOfWhatHappensInNewFolders) {
  const auto watching = watch({folder_});
  fs::create_directories(folder_ / "one/two/three");
  EXPECT_TRUE(news_.of(folder_));
  write("one/two/three/a.txt");
  EXPECT_TRUE(news_.of(folder_));
  fs::create_directories(folder_ / ".hidden/one");
  write(".hidden/one/a.txt");
  EXPECT_TRUE(news_.none());
}

TEST_F(FolderWatchTest, FollowsFoldersThatMove) {
  fs::create_directories(folder_ / "one/two");
  const auto watching = watch({folder_});
  fs::rename(folder_ / "one", folder_ / "uno");
  EXPECT_TRUE(news_.of(folder_));
  write("uno/two/a.txt");
  EXPECT_TRUE(news_.of(folder_));
  fs::rename(folder_ / "uno", other_ / "uno");
  EXPECT_TRUE(news_.of(folder_));
  support::write_file(other_ / "uno/two/b.txt", "elsewhere");
  EXPECT_TRUE(news_.none());
  fs::rename(other_ / "uno", folder_ / "back");
  EXPECT_TRUE(news_.of(folder_));
  write("back/two/c.txt");
  EXPECT_TRUE(news_.of(folder_));
}

TEST_F(FolderWatchTest, KnowsFoldersApart) {
  const auto watching = watch({folder_, other_});
  write("a.txt");
  EXPECT_TRUE(news_.of(folder_));
  support::write_file(other_ / "b.txt", "text");
  EXPECT_TRUE(news_.of(other_));
  watching->watch({other_});
  support::write_file(other_ / "c.txt", "text");
  EXPECT_TRUE(news_.of(other_));
  write("d.txt");
  EXPECT_TRUE(news_.none());
}

TEST_F(FolderWatchTest, WatchesASingleFileWhateverTakesItsPlace) {
  write("one.txt");
  const auto watching = watch({folder_ / "one.txt"});
  write("two.txt");
  EXPECT_TRUE(news_.none());
  fs::rename(folder_ / "two.txt", folder_ / "one.txt");
  EXPECT_TRUE(news_.of(folder_ / "one.txt"));
  std::ofstream(folder_ / "one.txt", std::ios::app) << "more";
  EXPECT_TRUE(news_.of(folder_ / "one.txt"));
}

TEST_F(FolderWatchTest, AFolderThatGoesAndComesBack) {
  const auto watching = watch({folder_});
  fs::remove_all(folder_);
  EXPECT_TRUE(news_.of(folder_));
  EXPECT_FALSE(watching->is_whole(folder_));
  EXPECT_FALSE(watching->ran_out());
  fs::create_directories(folder_);
  watching->watch({folder_});  // as whoever looks at it again does
  EXPECT_TRUE(news_.of(folder_));
  EXPECT_TRUE(watching->is_whole(folder_));
  write("a.txt");
  EXPECT_TRUE(news_.of(folder_));
}

TEST_F(FolderWatchTest, SaysWhatItCannotWatch) {
  fs::create_directories(folder_ / "one/two");
  const auto watching = watch({folder_}, {.unwatched = {}, .most = 2});
  EXPECT_FALSE(watching->is_whole(folder_));
  EXPECT_TRUE(watching->ran_out());
  write("a.txt");
  EXPECT_TRUE(news_.of(folder_));
}

TEST_F(FolderWatchTest, PassesOverTheFolderThatItIsToldTo) {
  fs::create_directories(folder_ / "data/deeper");
  const auto watching = watch({folder_}, {.unwatched = folder_ / "data", .most = 0});
  write("data/library.db");
  EXPECT_TRUE(news_.none());
  write("data/deeper/a.txt");
  EXPECT_TRUE(news_.of(folder_));
}

TEST_F(FolderWatchTest, LinksAreNotFollowed) {
  fs::create_directories(other_ / "deeper");
  fs::create_directory_symlink(other_, folder_ / "link");
  const auto watching = watch({folder_});
  support::write_file(other_ / "deeper/a.txt", "text");
  EXPECT_TRUE(news_.none());
}

}  // namespace
}  // namespace lectern::test
