// Running a program as a person or another program does.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lectern::test {

struct ProcessResult {
  int status = -1;  // exit status; 128 + signal where one ended it
  std::string out, err;
};

struct ProcessOptions {
  std::string input = {};                               // standard input
  std::map<std::string, std::string> environment = {};  // beside this process's own; an empty value unsets
  std::filesystem::path directory = {};                 // to run in; empty: this process's
  std::string out_file = {};                            // standard output goes there, "/dev/full"; empty: to `out`
};

ProcessResult run_process(const std::vector<std::string>& arguments, const ProcessOptions& options = {});

/// A program on a terminal of its own.
class TerminalProcess {
 public:
  TerminalProcess(const std::vector<std::string>& arguments, const ProcessOptions& options);
  ~TerminalProcess();
  TerminalProcess(const TerminalProcess&) = delete;

  void type(std::string_view keys);
  /// Reads until `text` has come since the last call, or a minute has gone by; returns whether it came.
  bool sees(std::string_view text);
  const std::string& screen() const { return screen_; }  // everything that came so far
  /// Waits for the end; its exit status as above.
  int wait();

 private:
  bool read_more(int milliseconds);

  pid_t process_ = -1;
  int terminal_ = -1;
  std::string screen_;
  std::size_t seen_ = 0;
};

/// A folder for one test, gone with it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace lectern::test
