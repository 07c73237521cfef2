// Linked into a worker: where its program's name ends in a number, "…/worker-37", the allocation of that number fails.
// The worker gets no environment and no argument of ours, but it is called by a name.
#include <sys/auxv.h>

#include <cstddef>
#include <cstring>

namespace {

long number_in_name() {
  const char* name = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
  const char* dash = name == nullptr ? nullptr : std::strrchr(name, '-');
  long number = 0;
  for (const char* digit = dash == nullptr ? "" : dash + 1; *digit >= '0' && *digit <= '9'; ++digit) {
    number = number * 10 + (*digit - '0');
  }
  return number;
}

bool fails() {
  static long left = -1;  // no initializer that runs: allocations come before main
  if (left == -1) left = number_in_name();
  return left > 0 && --left == 0;
}

}  // namespace

extern "C" {

void* __real___libc_malloc(std::size_t size);
void* __real___libc_calloc(std::size_t count, std::size_t size);
void* __real___libc_realloc(void* memory, std::size_t size);
void* __real___libc_memalign(std::size_t alignment, std::size_t size);

void* __wrap___libc_malloc(std::size_t size) { return fails() ? nullptr : __real___libc_malloc(size); }
void* __wrap___libc_calloc(std::size_t count, std::size_t size) {
  return fails() ? nullptr : __real___libc_calloc(count, size);
}
void* __wrap___libc_realloc(void* memory, std::size_t size) {
  return fails() ? nullptr : __real___libc_realloc(memory, size);
}
void* __wrap___libc_memalign(std::size_t alignment, std::size_t size) {
  return fails() ? nullptr : __real___libc_memalign(alignment, size);
}

}  // extern "C"
