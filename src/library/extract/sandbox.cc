#include "library/extract/sandbox.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>

namespace lectern::library {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitizer = true;  // reserves terabytes of address space, and reads /proc to report
#else
constexpr bool kSanitizer = false;
#endif

// Character tables of Asian PDFs without their own (package poppler-data): opened when a font asks for them.
constexpr const char* kReadable[] = {"/usr/share/poppler"};

[[noreturn]] void refuse(const std::string& what, int error) {
  throw std::runtime_error(what + ": " + std::strerror(error));
}

void limit(__rlimit_resource resource, rlim_t soft, rlim_t hard, const char* name) {
  const rlimit value{soft, hard};
  if (::setrlimit(resource, &value) != 0) refuse(std::string("setrlimit ") + name, errno);
}

// Restricts opening to reading below kReadable; false where the kernel has no Landlock (before 5.13, or turned off).
bool restrict_files() {
  landlock_ruleset_attr handled = {};
  handled.handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                              LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
  const auto rules = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0));
  if (rules < 0) return false;
  for (const char* folder : kReadable) {
    landlock_path_beneath_attr below = {};
    below.parent_fd = ::open(folder, O_PATH | O_CLOEXEC);
    if (below.parent_fd < 0) continue;  // not installed
    below.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
    ::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0);
    ::close(below.parent_fd);
  }
  const bool done = ::syscall(SYS_landlock_restrict_self, rules, 0) == 0;
  ::close(rules);
  return done;
}

class Filter {
 public:
  // What is not allowed fails with EPERM: poppler goes on without the file that it may not have.
  Filter() : context_(seccomp_init(SCMP_ACT_ERRNO(EPERM)), &seccomp_release) {
    if (!context_) throw std::runtime_error("seccomp_init failed");
  }
  void allow(int call) { check(seccomp_rule_add(context_.get(), SCMP_ACT_ALLOW, call, 0)); }
  void allow_read_only_open() {
    constexpr scmp_datum_t kWriting = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;
    check(seccomp_rule_add(context_.get(), SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                           SCMP_A2(SCMP_CMP_MASKED_EQ, kWriting, 0)));
  }
  void kill(int call) { check(seccomp_rule_add(context_.get(), SCMP_ACT_KILL_PROCESS, call, 0)); }
  void load() { check(seccomp_load(context_.get())); }

 private:
  static void check(int result) {
    if (result < 0) refuse("seccomp", -result);
  }
  std::unique_ptr<void, decltype(&seccomp_release)> context_;
};

void filter_calls(bool may_read_files) {
  Filter filter;
  for (const int call :
       {SCMP_SYS(read),          SCMP_SYS(pread64),        SCMP_SYS(readv),        SCMP_SYS(write),
        SCMP_SYS(writev),        SCMP_SYS(lseek),          SCMP_SYS(close),        SCMP_SYS(fstat),
        SCMP_SYS(newfstatat),    SCMP_SYS(mmap),           SCMP_SYS(mprotect),     SCMP_SYS(munmap),
        SCMP_SYS(mremap),        SCMP_SYS(madvise),        SCMP_SYS(brk),          SCMP_SYS(futex),
        SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),   SCMP_SYS(time),         SCMP_SYS(getrandom),
        SCMP_SYS(rt_sigaction),  SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
        SCMP_SYS(getpid),        SCMP_SYS(gettid),         SCMP_SYS(tgkill),       SCMP_SYS(sched_yield),
        SCMP_SYS(exit),          SCMP_SYS(exit_group)}) {
    filter.allow(call);
  }
  if (kSanitizer) {  // it asks the kernel through a pipe whether memory may be read
    for (const int call : {SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(prlimit64), SCMP_SYS(sched_getaffinity)}) {
      filter.allow(call);
    }
  }
  if (may_read_files) filter.allow_read_only_open();
  for (const int call : {SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(clone),
                         SCMP_SYS(clone3), SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(ptrace)}) {
    if (!kSanitizer) filter.kill(call);  // only a taken-over process would ask
  }
  filter.load();
}

}  // namespace

void enter_sandbox(const SandboxLimits& limits) {
  const auto memory = static_cast<rlim_t>(limits.memory_bytes);
  if (!kSanitizer) limit(RLIMIT_AS, memory, memory, "AS");
  const auto seconds = static_cast<rlim_t>(limits.cpu_seconds);
  limit(RLIMIT_CPU, seconds, seconds + 2, "CPU");
  limit(RLIMIT_FSIZE, 0, 0, "FSIZE");
  limit(RLIMIT_CORE, 0, 0, "CORE");
  limit(RLIMIT_NOFILE, 16, 16, "NOFILE");
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) refuse("no_new_privs", errno);
  filter_calls(restrict_files());
}

}  // namespace lectern::library
