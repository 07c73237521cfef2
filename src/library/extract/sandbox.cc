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

constexpr std::uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kReadFile = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t kRun = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE;

// What may be opened, kept by the kernel (Landlock, since 5.13).
class OpenRules {
 public:
  OpenRules() {
    landlock_ruleset_attr handled = {};
    handled.handled_access_fs = kRead | kRun | LANDLOCK_ACCESS_FS_WRITE_FILE;
    rules_ = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0));
  }
  ~OpenRules() {
    if (rules_ >= 0) ::close(rules_);
  }
  OpenRules(const OpenRules&) = delete;

  // `access` to `path` and, where it is a folder, to all below; a path that is not there is passed over.
  void allow(const char* path, std::uint64_t access) {
    landlock_path_beneath_attr below = {};
    below.parent_fd = ::open(path, O_PATH | O_CLOEXEC);
    if (below.parent_fd < 0) return;
    below.allowed_access = access;
    ::syscall(SYS_landlock_add_rule, rules_, LANDLOCK_RULE_PATH_BENEATH, &below, 0);
    ::close(below.parent_fd);
  }
  // False where the kernel does not know how.
  bool restrict() { return rules_ >= 0 && ::syscall(SYS_landlock_restrict_self, rules_, 0) == 0; }

 private:
  int rules_;
};

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

void allow_computing(Filter& filter) {
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
}

// Only a taken-over process would ask for these.
void kill_starting_and_reaching(Filter& filter) {
  for (const int call : {SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(clone), SCMP_SYS(clone3),
                         SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(ptrace)}) {
    filter.kill(call);
  }
}

void limit_all_but_memory(const SandboxLimits& limits) {
  const auto seconds = static_cast<rlim_t>(limits.cpu_seconds);
  limit(RLIMIT_CPU, seconds, seconds + 2, "CPU");
  limit(RLIMIT_FSIZE, 0, 0, "FSIZE");
  limit(RLIMIT_CORE, 0, 0, "CORE");
  limit(RLIMIT_NOFILE, 16, 16, "NOFILE");
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) refuse("no_new_privs", errno);
}

void limit_memory(const SandboxLimits& limits) {
  const auto memory = static_cast<rlim_t>(limits.memory_bytes);
  limit(RLIMIT_AS, memory, memory, "AS");
}

}  // namespace

void enter_sandbox(const SandboxLimits& limits) {
  if (!kSanitizer) limit_memory(limits);
  limit_all_but_memory(limits);
  OpenRules rules;
  for (const char* folder : kReadable) rules.allow(folder, kRead);
  Filter filter;
  allow_computing(filter);
  filter.allow(SCMP_SYS(wait4));  // for a tool that was started before
  if (kSanitizer) {               // it asks the kernel through a pipe whether memory may be read
    for (const int call : {SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(prlimit64), SCMP_SYS(sched_getaffinity)}) {
      filter.allow(call);
    }
  } else {
    kill_starting_and_reaching(filter);
    filter.kill(SCMP_SYS(execve));
  }
  if (rules.restrict()) filter.allow_read_only_open();
  filter.load();
}

void enter_tool_sandbox(const SandboxLimits& limits, const char* program, std::span<const char* const> readable) {
  limit_all_but_memory(limits);
  OpenRules rules;
  rules.allow(program, kRun);
  for (const char* loader : {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"}) rules.allow(loader, kRun);
  for (const char* folder : {"/lib", "/lib64", "/usr/lib", "/usr/lib64"}) rules.allow(folder, kRead);
  for (const char* folder : readable) rules.allow(folder, kRead);
  for (const char* file : {"/etc/ld.so.cache", "/proc/self/fd/0"}) rules.allow(file, kReadFile);
  if (!rules.restrict()) throw std::runtime_error("this kernel cannot confine it (it has no Landlock, of Linux 5.13)");
  Filter filter;
  allow_computing(filter);
  filter.allow_read_only_open();
  for (const int call :
       {SCMP_SYS(execve),          SCMP_SYS(access),     SCMP_SYS(faccessat),  SCMP_SYS(faccessat2),
        SCMP_SYS(readlink),        SCMP_SYS(readlinkat), SCMP_SYS(arch_prctl), SCMP_SYS(set_tid_address),
        SCMP_SYS(set_robust_list), SCMP_SYS(rseq),       SCMP_SYS(prlimit64),  SCMP_SYS(setrlimit),
        SCMP_SYS(getuid),          SCMP_SYS(geteuid),    SCMP_SYS(getgid),     SCMP_SYS(getegid),
        SCMP_SYS(fcntl),           SCMP_SYS(ioctl),      SCMP_SYS(uname),      SCMP_SYS(stat),
        SCMP_SYS(fadvise64)}) {
    filter.allow(call);
  }
  kill_starting_and_reaching(filter);
  filter.load();
  limit_memory(limits);  // last: a sanitized process has more than that until it becomes the program
}

}  // namespace lectern::library
