// `kill -9` at random moments of `lectern index`: what was committed answers, the next one completes it. Six here,
// LECTERN_CRASH_TEST=full makes it fifty (scripts/crash-test).
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <random>
#include <set>
#include <sstream>

#include "command.h"
#include "library/dump.h"
#include "support/sanitizer.h"

namespace lectern::test {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr int kFiles = kSanitizer ? 8 : 40;

std::multiset<std::string> lines(const std::string& text) {
  std::multiset<std::string> out;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) out.insert(line);
  return out;
}

class CrashCommandTest : public CommandTest {
 protected:
  void SetUp() override {
    for (int i = 0; i < kFiles; ++i) {
      std::string text = "# Report " + std::to_string(i) + "\n\n";
      for (int n = 0; n < 38; ++n) {
        text +=
            "The " + std::to_string(n * 7 + i) + " boats of harbour " + std::to_string(i) + " carry salt and timber. ";
      }
      write("documents/report" + std::to_string(i) + ".md", text + "\n");
    }
    write("documents/minutes.docx", read("examples/library/garden-meeting-minutes.docx"));
    write("documents/rules.pdf", read("examples/library/allotment-rules.pdf"));
  }
  static std::string read(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  std::vector<std::string> index(const std::string& library) const {
    return {"index", home() + "/documents", "--library", library, "--threads", "1", "--json"};
  }
  // Whether the signal found it alive.
  bool index_and_kill(const std::string& library, std::chrono::microseconds after) {
    const pid_t child = ::fork();
    if (child == 0) {
      auto arguments = index(library);
      arguments.insert(arguments.begin(), LECTERN_COMMAND);
      std::vector<char*> argv;
      for (auto& argument : arguments) argv.push_back(argument.data());
      argv.push_back(nullptr);
      ::setenv("XDG_DATA_HOME", (home() + "/data").c_str(), 1);
      (void)!::freopen("/dev/null", "w", stdout);
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    ::usleep(static_cast<useconds_t>(after.count()));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status);
  }
};

TEST_F(CrashCommandTest, KilledAtRandomMoments) {
  const char* mode = std::getenv("LECTERN_CRASH_TEST");
  const int kills = mode != nullptr && std::string(mode) == "full" ? 50 : kSanitizer ? 3 : 6;
  const auto reference = home() + "/reference.db";
  ASSERT_EQ(lectern(index(home() + "/first.db")).status, 0);  // compiles the model where that was not done yet
  const auto begin = Clock::now();
  ASSERT_EQ(lectern(index(reference)).status, 0);
  const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin);
  const std::string expected = dump(reference);
  const auto all = lines(expected);
  std::mt19937_64 random(static_cast<std::uint64_t>(Clock::now().time_since_epoch().count()));
  int hit = 0, empty = 0, partial = 0;
  for (int i = 0; i < kills; ++i) {
    const auto library = home() + "/killed" + std::to_string(i) + ".db";
    const std::chrono::microseconds after(random() % static_cast<std::uint64_t>(whole.count()));
    SCOPED_TRACE("killed after " + std::to_string(after.count()) + " of " + std::to_string(whole.count()) + " µs");
    hit += index_and_kill(library, after) ? 1 : 0;
    std::size_t held = 0;
    if (std::filesystem::exists(library) && std::filesystem::file_size(library) > 0) {
      const auto search = lectern({"search", "boats of the harbour", "--library", library, "--json"});
      ASSERT_EQ(search.status, 0) << search.err;
      const auto committed = lines(dump(library));
      EXPECT_TRUE(std::includes(all.begin(), all.end(), committed.begin(), committed.end()));
      held = committed.size();
      EXPECT_EQ(json::parse(search.out)["passages"].empty(), held <= 1);
    }
    (held <= 1 ? empty : partial) += 1;
    ASSERT_EQ(lectern(index(library)).status, 0);
    EXPECT_EQ(difference(dump(library), expected), "");
    EXPECT_EQ(lectern({"library", "verify", library}).status, 0);
    if (HasFailure()) return;
    std::filesystem::remove(library);
  }
  std::cout << "[ figures  ] " << kills << " kills, " << hit << " while it ran, " << empty
            << " before the first document was committed, " << partial << " later\n";
}

}  // namespace
}  // namespace lectern::test
