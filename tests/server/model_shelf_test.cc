#include "server/model_shelf.h"

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <nlohmann/json.hpp>
#include <thread>

#include "lectern/error.h"
#include "server/api_error.h"

namespace lectern::server {
namespace {

using hub::ModelKind;
using testing::ElementsAre;
using testing::HasSubstr;

// An engine that only is there.
class StillEngine : public Engine {
 public:
  StillEngine(bool generates, std::atomic<int>& alive) : alive_(alive) {
    info_.generates = generates;
    info_.context_length = 77;
    ++alive_;
  }
  ~StillEngine() override { --alive_; }

  const ModelInfo& info() const override { return info_; }
  const Tokenizer& tokenizer() const override { throw Error(ErrorCode::kInternal, "none"); }
  EngineStatistics statistics() const override {
    EngineStatistics made;
    made.kv_blocks_total = 5;
    made.kv_blocks_free = 3;
    made.steps = 10;
    return made;
  }
  int threads() const override { return 1; }
  std::shared_ptr<Generation> submit(Request) override { throw Error(ErrorCode::kInternal, "none"); }
  std::vector<std::vector<float>> embed(std::span<const std::vector<TokenId>>) override { return {}; }

 private:
  ModelInfo info_;
  std::atomic<int>& alive_;
};

class ModelShelfTest : public testing::Test {
 protected:
  ModelShelfTest() {
    ModelShelfOptions options;
    options.open = [this](const std::filesystem::path& path, const std::stop_token& stop) { return open(path, stop); };
    options.installed = [this] { return installed_; };
    options.free_memory = [this] { return free_; };
    shelf_ = std::make_unique<ModelShelf>(served("default", ModelKind::kChat), served("own", ModelKind::kEmbedding),
                                          std::move(options));
  }

  std::unique_ptr<Engine> open(const std::filesystem::path& path, const std::stop_token& stop) {
    ++opened_;
    if (gate_) gate_->get();
    if (path == "endless") {
      while (!stop.stop_requested()) std::this_thread::yield();
      throw Error(ErrorCode::kCancelled, "stopped");
    }
    if (path == "broken") throw Error(ErrorCode::kCorrupt, "broken is damaged");
    return std::make_unique<StillEngine>(path.native().find("encoder") == std::string::npos, alive_);
  }

  ServedModel served(const std::string& id, ModelKind kind) {
    return {{id, id, 1000, kind}, std::make_unique<StillEngine>(kind == ModelKind::kChat, alive_)};
  }

  std::future<EngineLease> ask(const std::string& id, ModelKind kind = ModelKind::kChat) {
    auto promise = std::make_shared<std::promise<EngineLease>>();
    shelf_->lend(id, kind, [promise](EngineLease engine, std::exception_ptr failure) {
      if (failure)
        promise->set_exception(failure);
      else
        promise->set_value(std::move(engine));
    });
    return promise->get_future();
  }

  int status_of(const std::string& id, ModelKind kind = ModelKind::kChat) {
    try {
      ask(id, kind).get();
    } catch (const ApiError& error) {
      message_ = error.what();
      return error.status();
    }
    return 200;
  }

  std::vector<std::string> loaded() const {
    std::vector<std::string> ids;
    const auto list = nlohmann::json::parse(shelf_->list_json());
    for (const auto& model : list["data"]) {
      if (model["lectern"]["loaded"] == true) ids.push_back(model["id"]);
    }
    return ids;
  }

  std::vector<hub::InstalledModel> installed_ = {{"a", "a", 1000, ModelKind::kChat},
                                                 {"b", "b", 1000, ModelKind::kChat},
                                                 {"broken", "broken", 1000, ModelKind::kChat},
                                                 {"endless", "endless", 1000, ModelKind::kChat},
                                                 {"encoder", "encoder", 1000, ModelKind::kEmbedding},
                                                 {"another-encoder", "encoder2", 1000, ModelKind::kEmbedding}};
  std::optional<std::int64_t> free_ = 1'000'000;
  std::atomic<int> alive_ = 0, opened_ = 0;
  std::optional<std::shared_future<void>> gate_;  // that opening waits at
  std::string message_;
  std::unique_ptr<ModelShelf> shelf_;
};

TEST_F(ModelShelfTest, LoadsWhatIsNamed) {
  EXPECT_EQ(shelf_->loaded("a", ModelKind::kChat), nullptr);
  EXPECT_NE(ask("a").get(), nullptr);
  EXPECT_NE(shelf_->loaded("a", ModelKind::kChat), nullptr);
  EXPECT_EQ(opened_, 1);
  EXPECT_THAT(loaded(), ElementsAre("default", "own", "a"));
}

TEST_F(ModelShelfTest, TheOneAskedForLongestAgoGoes) {
  ask("a").get();
  shelf_->loaded("default", ModelKind::kChat);
  ask("b").get();
  EXPECT_THAT(loaded(), ElementsAre("default", "own", "b"));
  ask("a").get();
  EXPECT_THAT(loaded(), ElementsAre("own", "a", "b"));
  EXPECT_EQ(alive_, 3);
  ask("default").get();
  EXPECT_THAT(loaded(), ElementsAre("default", "own", "a")) << "what it began with comes back";
}

TEST_F(ModelShelfTest, OneInUseStays) {
  const auto first = shelf_->loaded("default", ModelKind::kChat);
  {
    const auto second = ask("a").get();
    EXPECT_EQ(status_of("b"), 503);
    EXPECT_THAT(message_, HasSubstr("try again"));
    EXPECT_THAT(loaded(), ElementsAre("default", "own", "a"));
  }
  EXPECT_EQ(status_of("b"), 200);
  EXPECT_THAT(loaded(), ElementsAre("default", "own", "b"));
  EXPECT_TRUE(first->info().generates);
}

TEST_F(ModelShelfTest, ManyAtOnceLoadItOnceAndOthersGoOn) {
  std::promise<void> gate;
  gate_ = gate.get_future().share();
  std::vector<std::future<EngineLease>> asked;
  for (int i = 0; i < 50; ++i) asked.push_back(ask("a"));
  EXPECT_NE(shelf_->loaded("default", ModelKind::kChat), nullptr) << "while another loads";
  EXPECT_EQ(shelf_->loaded("a", ModelKind::kChat), nullptr);
  gate.set_value();
  for (auto& one : asked) EXPECT_NE(one.get(), nullptr);
  EXPECT_EQ(opened_, 1);
}

TEST_F(ModelShelfTest, TooManyDoNotWait) {
  std::promise<void> gate;
  gate_ = gate.get_future().share();
  std::vector<std::future<EngineLease>> asked;
  for (int i = 0; i < 1024; ++i) asked.push_back(ask("a"));
  EXPECT_THROW(ask("a"), ApiError);
  gate.set_value();
  for (auto& one : asked) one.get();
}

TEST_F(ModelShelfTest, AFailureIsOfThoseWhoAskedAlone) {
  EXPECT_EQ(status_of("broken"), 422);
  EXPECT_EQ(status_of("broken"), 422) << "it is tried again";
  EXPECT_EQ(opened_, 2);
  EXPECT_NE(ask("a").get(), nullptr);
}

TEST_F(ModelShelfTest, ClosedItGivesUpWhatLoadsAndLoadsNoMore) {
  auto first = ask("endless"), second = ask("endless"), behind = ask("a");
  while (opened_ == 0) std::this_thread::yield();
  shelf_->close();
  for (auto* one : {&first, &second, &behind}) {
    try {
      one->get();
      ADD_FAILURE() << "it was loaded";
    } catch (const ApiError& error) {
      EXPECT_EQ(error.status(), 503);
      EXPECT_THAT(error.what(), HasSubstr("is being stopped"));
    }
  }
  EXPECT_EQ(status_of("b"), 503);
  EXPECT_NE(shelf_->loaded("default", ModelKind::kChat), nullptr) << "which answers go on with";
  shelf_->stop();
  EXPECT_EQ(opened_, 1);
}

TEST_F(ModelShelfTest, WhatIsKnownToBeBrokenIsNeitherListedNorOpened) {
  installed_[0].problem = "\"a\" is empty.";
  EXPECT_EQ(shelf_->list_json().find("\"a\""), std::string::npos);
  EXPECT_EQ(status_of("a"), 422);
  EXPECT_THAT(message_, HasSubstr("The model \"a\" cannot answer: \"a\" is empty. To mend that, put a whole file"));
  EXPECT_EQ(opened_, 0);
  installed_[0].problem.clear();
  EXPECT_EQ(status_of("a"), 200) << "it was mended";
}

TEST_F(ModelShelfTest, MemoryIsLookedAtFirst) {
  free_ = 1000;
  EXPECT_EQ(status_of("a"), 503);
  EXPECT_THAT(message_, HasSubstr("needs about 1 kB of memory, and 1 kB are free"));
  EXPECT_THAT(loaded(), ElementsAre("own")) << "what nobody used was tried first";
  EXPECT_EQ(opened_, 0);
  free_.reset();
  EXPECT_EQ(status_of("a"), 200) << "where it is unknown";
}

TEST_F(ModelShelfTest, TheEmbedderOfLibrariesStays) {
  EXPECT_EQ(status_of("encoder", ModelKind::kEmbedding), 200);
  EXPECT_EQ(status_of("another-encoder", ModelKind::kEmbedding), 200);
  EXPECT_THAT(loaded(), ElementsAre("default", "own", "another-encoder"));
  EXPECT_FALSE(shelf_->embedder().info().generates);
}

TEST_F(ModelShelfTest, KindsAndNamesAreChecked) {
  EXPECT_EQ(status_of("encoder"), 400);
  EXPECT_EQ(status_of("a", ModelKind::kEmbedding), 400);
  EXPECT_THROW(shelf_->loaded("own", ModelKind::kChat), ApiError);
  EXPECT_EQ(status_of("../a"), 404);
  EXPECT_EQ(status_of("qwen2.5-0.5b-instruct-q8_0"), 404);
  EXPECT_THAT(message_, HasSubstr("lectern models pull qwen2.5-0.5b-instruct-q8_0"));
}

TEST_F(ModelShelfTest, UnloadsWhatNobodyUses) {
  {
    const auto engine = ask("a").get();
    EXPECT_THROW(shelf_->unload("a"), ApiError);
  }
  EXPECT_NE(status_of("encoder", ModelKind::kEmbedding), 503) << "by now the shelf has let go of it, too";
  shelf_->unload("a");
  EXPECT_THAT(loaded(), ElementsAre("default", "own", "encoder"));
  shelf_->unload("b");
  EXPECT_THROW(shelf_->unload("default"), ApiError);
  EXPECT_THROW(shelf_->unload("own"), ApiError);
}

TEST_F(ModelShelfTest, CountersNeverFall) {
  EXPECT_EQ(shelf_->chat_statistics().steps, 10);
  ask("a").get();
  ask("b").get();
  EXPECT_EQ(shelf_->chat_statistics().steps, 30);
  EXPECT_EQ(shelf_->chat_statistics().kv_blocks_total, 10) << "of the two that are loaded";
  EXPECT_EQ(shelf_->embedding_statistics().steps, 10);
}

}  // namespace
}  // namespace lectern::server
