#include "compiler/engine_cache.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <stop_token>

#include "formats/engine_file.h"
#include "lectern/compile.h"
#include "lectern/error.h"
#include "support/tiny_decoder.h"
#include "support/tiny_folder.h"

namespace lectern::compiler {
namespace {

namespace fs = std::filesystem;
using support::TinyDecoder;

class EngineCacheTest : public testing::Test {
 protected:
  void SetUp() override { ::setenv("XDG_CACHE_HOME", home.c_str(), 1); }

  // The engine, and whether it was compiled by this call.
  std::pair<fs::path, bool> engine(const fs::path& model,
                                   const CompileOptions& options = {.target = "scalar", .precision = {}}) {
    bool compiled = false;
    const fs::path path = engine_for(model, options, [&](const Progress& progress) {
      EXPECT_EQ(progress.stage, "compile");
      EXPECT_EQ(progress.unit, "MiB");
      EXPECT_LE(progress.done, progress.total);
      compiled = true;
    });
    EXPECT_NO_THROW(formats::EngineFile{path});
    return {path, compiled};
  }

  const fs::path home = support::temporary_folder("cache");
};

TEST_F(EngineCacheTest, SecondCallCompilesNothing) {
  const fs::path model = support::write(TinyDecoder{});
  const auto [first, compiled] = engine(model);
  EXPECT_TRUE(compiled);
  EXPECT_EQ(engine(model), std::pair(first, false));
  EXPECT_EQ(engine_for(first), first);  // an engine is its own
}

TEST_F(EngineCacheTest, TargetsAndPrecisionsAreOtherEngines) {
  const fs::path model = support::write(TinyDecoder{});
  const auto scalar = engine(model).first;
  EXPECT_NE(engine(model, {"avx2", {}}).first, scalar);
  EXPECT_NE(engine(model, {"scalar", WeightPrecision::kQ8}).first, scalar);
  EXPECT_EQ(formats::EngineFile(scalar).header().target, "scalar");
}

TEST_F(EngineCacheTest, SameContentUnderAnotherNameIsFound) {
  const auto first = engine(support::write(TinyDecoder{})).first;
  EXPECT_EQ(engine(support::write(TinyDecoder{})), std::pair(first, false));
}

TEST_F(EngineCacheTest, ChangedCheckpointIsCompiledAnew) {
  const fs::path model = support::write(TinyDecoder{});
  const auto first = engine(model).first;
  support::write_file(model, support::build({.seed = 2}));
  const auto [second, compiled] = engine(model);
  EXPECT_TRUE(compiled);
  EXPECT_NE(second, first);
}

TEST_F(EngineCacheTest, ChangedFolderIsCompiledAnew) {
  const fs::path model = support::write_encoder_folder({});
  const auto first = engine(model).first;
  support::write_file(model / "sentence_bert_config.json", R"({"max_seq_length": 32})");
  const auto [second, compiled] = engine(model);
  EXPECT_TRUE(compiled);
  EXPECT_NE(second, first);
  EXPECT_EQ(formats::EngineFile(second).header().config.context_length, 32);
}

TEST_F(EngineCacheTest, DamagedEntryIsCompiledAgain) {
  const fs::path model = support::write(TinyDecoder{});
  const auto first = engine(model).first;
  fs::resize_file(first, fs::file_size(first) / 2);
  EXPECT_EQ(engine(model), std::pair(first, true));
  support::write_file(first, std::string_view("not an engine"));
  EXPECT_EQ(engine(model), std::pair(first, true));
  auto bytes = support::read_file(first);
  bytes[bytes.size() / 2] ^= std::byte{1};  // among the weights
  support::write_file(first, bytes);
  EXPECT_EQ(engine(model), std::pair(first, true));
  EXPECT_EQ(engine(model), std::pair(first, false));
}

TEST_F(EngineCacheTest, DamagedMemoryOfAHashIsHashedAgain) {
  const fs::path model = support::write(TinyDecoder{});
  const auto first = engine(model).first;
  support::write_file(home / "lectern/checkpoints" / fingerprint(model), std::string_view("half a ha"));
  EXPECT_EQ(engine(model), std::pair(first, false));
}

TEST_F(EngineCacheTest, StoppedItLeavesNothing) {
  const fs::path model = support::write(TinyDecoder{});
  const auto files = [&] {
    const fs::recursive_directory_iterator all(home);
    return std::count_if(begin(all), end(all), [](const auto& entry) { return entry.is_regular_file(); });
  };
  std::stop_source at_once, soon;
  at_once.request_stop();
  const auto stopped = [&](const CompileOptions& options, const ProgressCallback& progress) {
    try {
      engine_for(model, options, progress);
    } catch (const Error& error) {
      return error.code() == ErrorCode::kCancelled;
    }
    return false;
  };
  EXPECT_TRUE(stopped({"scalar", {}, at_once.get_token()}, {})) << "while it is hashed";
  EXPECT_EQ(files(), 0);
  int weights = 0;
  EXPECT_TRUE(stopped({"scalar", {}, soon.get_token()}, [&](const Progress&) {
    if (++weights == 3) soon.request_stop();
  }));
  EXPECT_EQ(weights, 3);
  EXPECT_EQ(files(), 1) << "the hash alone";
  EXPECT_TRUE(engine(model).second);
}

TEST_F(EngineCacheTest, AHashThatCannotBeKeptIsFoundEachTime) {
  const fs::path model = support::write(TinyDecoder{});
  fs::create_directories(home / "lectern/checkpoints" / fingerprint(model) / "in the way");
  const auto first = engine(model).first;
  EXPECT_EQ(engine(model), std::pair(first, false));
}

TEST_F(EngineCacheTest, WhatCannotBeWrittenSaysWhereElseItMayBe) {
  const fs::path model = support::write(TinyDecoder{});
  support::write_file(home / "lectern", std::string_view("in the way"));
  try {
    engine(model);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIo);
    EXPECT_NE(std::string(error.what()).find("et XDG_CACHE_HOME to a folder that can be written"), std::string::npos)
        << error.what();
  }
}

TEST_F(EngineCacheTest, ProcessesAtOnceAllGetAWholeEngine) {
  const fs::path model = support::write(TinyDecoder{});
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      int status = 1;
      try {
        formats::EngineFile file(engine_for(model, {"scalar", {}}));
        status = file.header().config.name == "tiny llama" ? 0 : 1;
      } catch (...) {
      }
      ::_exit(status);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  EXPECT_FALSE(engine(model).second);
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(home / "lectern/engines")) ++files;
  EXPECT_EQ(files, 1u);
}

TEST_F(EngineCacheTest, FailuresLeaveNothingBehind) {
  const fs::path model = support::temporary_folder("bad") / "bad.gguf";
  support::write_file(model, support::GgufBuilder().text("general.architecture", "mamba").build());
  EXPECT_THROW(engine(model), Error);
  EXPECT_TRUE(fs::is_empty(home / "lectern/engines"));
  EXPECT_THROW(engine(model.parent_path() / "missing.gguf"), Error);
}

TEST_F(EngineCacheTest, ForgetsWhatWasCompiledOfACheckpoint) {
  const fs::path model = support::write(TinyDecoder{});
  const fs::path other = support::write(TinyDecoder{.seed = 2});
  const auto scalar = engine(model).first, avx2 = engine(model, {"avx2", {}}).first, kept = engine(other).first;
  forget_compiled(model);
  EXPECT_FALSE(fs::exists(scalar));
  EXPECT_FALSE(fs::exists(avx2));
  EXPECT_TRUE(fs::exists(kept));
  EXPECT_FALSE(fs::exists(home / "lectern/checkpoints" / fingerprint(model)));
  EXPECT_TRUE(fs::exists(model)) << "the checkpoint itself is its owner's";
  forget_compiled(model);  // there is nothing any more
  EXPECT_EQ(engine(model), std::pair(scalar, true));
  EXPECT_THROW(forget_compiled(model.parent_path() / "missing.gguf"), Error);
}

TEST_F(EngineCacheTest, KeepsWhatAnotherCheckpointOfThatContentAskedFor) {
  const fs::path model = support::write(TinyDecoder{}), copy = support::write(TinyDecoder{});
  const auto first = engine(model).first;
  ASSERT_EQ(engine(copy), std::pair(first, false));
  forget_compiled(model);
  EXPECT_EQ(engine(copy), std::pair(first, false));
  forget_compiled(copy);
  EXPECT_FALSE(fs::exists(first));
}

TEST_F(EngineCacheTest, EnginesAskedForLongestAgoGoFirst) {
  const EngineCache cache(home / "small", 2500);
  const auto make = [](const fs::path& path) { support::write_file(path, std::string(1000, 'x')); };
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(48);
  const auto age = [&](const fs::path& path, int hours) { fs::last_write_time(path, old + std::chrono::hours(hours)); };
  const fs::path a = cache.find_or_make("a", make);
  age(a, 2);
  const fs::path b = cache.find_or_make("b", make);
  age(b, 1);
  const fs::path abandoned = home / "small/engines/c.lectern.x1y2z3";
  make(abandoned);
  age(abandoned, 0);
  const fs::path c = cache.find_or_make("c", make);
  EXPECT_TRUE(fs::exists(a));
  EXPECT_FALSE(fs::exists(b));
  EXPECT_TRUE(fs::exists(c));
  EXPECT_FALSE(fs::exists(abandoned));
}

}  // namespace
}  // namespace lectern::compiler
