// The worker's allocations: one that fails ends the worker at once, as out of memory. The libraries that parse
// documents would otherwise go on in ways of their own, some with a part of the text that looks like all of it.
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "library/extract/worker_status.h"

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which allocate themselves

extern "C" {

// The C library's own; it lets programs replace the names below.
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

static void* checked(void* memory) {
  if (memory == nullptr) ::_exit(lectern::library::kWorkerOutOfMemory);
  return memory;
}

void* malloc(std::size_t size) { return checked(__libc_malloc(size)); }
void* calloc(std::size_t count, std::size_t size) { return checked(__libc_calloc(count, size)); }

void* realloc(void* memory, std::size_t size) {
  void* moved = __libc_realloc(memory, size);
  return size == 0 ? moved : checked(moved);  // of size 0 it frees
}

void* memalign(std::size_t alignment, std::size_t size) { return checked(__libc_memalign(alignment, size)); }
void* aligned_alloc(std::size_t alignment, std::size_t size) { return checked(__libc_memalign(alignment, size)); }

int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  const bool valid = alignment % sizeof(void*) == 0 && alignment != 0 && (alignment & (alignment - 1)) == 0;
  if (!valid) return EINVAL;
  *memory = checked(__libc_memalign(alignment, size));
  return 0;
}

}  // extern "C"

#endif
