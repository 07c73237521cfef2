// The command in a home of its own, with the suite's models and compiled engines.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "process.h"

namespace lectern::test {

class CommandTest : public testing::Test {
 protected:
  ProcessResult lectern(std::vector<std::string> arguments, ProcessOptions options = {}) {
    arguments.insert(arguments.begin(), LECTERN_COMMAND);
    return run_process(arguments, in_home(std::move(options)));
  }

  ProcessOptions in_home(ProcessOptions options = {}) const {
    options.environment.insert({{"HOME", home()},
                                {"XDG_DATA_HOME", home() + "/data"},
                                {"XDG_STATE_HOME", home() + "/state"},
                                {"NO_COLOR", "1"},
                                {"TERM", "xterm"},
                                {"LC_ALL", "C.UTF-8"}});
    return options;
  }

  std::string home() const { return folder_.path().native(); }

  std::string write(const std::string& name, const std::string& text) const {
    const auto file = folder_.path() / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file.native();
  }

 private:
  TemporaryFolder folder_;
};

inline constexpr const char* kDocuments = "examples/library";  // tests run in the source folder
inline constexpr const char* kModel = "smollm2-135m-instruct-q4_1.gguf";
inline constexpr const char* kEmbedder = "all-minilm-l6-v2";

/// An error is one line that begins as every error of the command does.
MATCHER(IsOneError, "") { return arg.starts_with("lectern: ") && !arg.empty() && arg.find('\n') == arg.size() - 1; }

}  // namespace lectern::test
