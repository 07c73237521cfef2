#include "library/extract/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "support/temporary_file.h"

namespace lectern::test {
namespace {

// Whether a process inside the sandbox gets through `action`.
template <typename F>
bool succeeds(F&& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    library::enter_sandbox({});
    ::_exit(action() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(Sandbox, LeavesComputing) {
  EXPECT_TRUE(succeeds([] { return std::string(1000000, 'a').size() == 1000000; }));
}

TEST(Sandbox, OpensNoFile) {
  const auto folder = support::temporary_folder("sandbox");
  support::write_file(folder / "there", std::string("text"));
  EXPECT_FALSE(succeeds([&] { return ::open((folder / "there").c_str(), O_RDONLY) >= 0; }));
  EXPECT_FALSE(succeeds([&] { return ::open((folder / "new").c_str(), O_WRONLY | O_CREAT, 0600) >= 0; }));
  EXPECT_FALSE(std::filesystem::exists(folder / "new"));
  EXPECT_FALSE(succeeds([] { return ::open("/etc/passwd", O_RDONLY) >= 0; }));
  EXPECT_FALSE(succeeds([&] { return ::unlink((folder / "there").c_str()) == 0; }));
}

TEST(Sandbox, WritesToNoFileThatIsOpen) {
  const auto folder = support::temporary_folder("sandbox");
  const int descriptor = ::open((folder / "open").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  EXPECT_FALSE(succeeds([&] { return ::write(descriptor, "x", 1) == 1; }));
  ::close(descriptor);
}

TEST(Sandbox, HasNoNetworkAndStartsNothing) {
  EXPECT_FALSE(succeeds([] { return ::socket(AF_INET, SOCK_STREAM, 0) >= 0; }));
  EXPECT_FALSE(succeeds([] { return ::socket(AF_UNIX, SOCK_STREAM, 0) >= 0; }));
  EXPECT_FALSE(succeeds([] { return ::execl("/bin/true", "true", nullptr) == 0; }));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_FALSE(succeeds([] { return ::fork() >= 0; }));
#endif
}

TEST(Sandbox, EndsEndlessWork) {
  const pid_t child = ::fork();
  if (child == 0) {
    library::enter_sandbox({std::int64_t{2} << 30, 1});
    volatile unsigned turns = 0;
    for (;;) {
      const unsigned next = turns + 1;
      turns = next;
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGXCPU);
}

}  // namespace
}  // namespace lectern::test
