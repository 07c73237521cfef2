#include "library/failing_vfs.h"

#include <signal.h>
#include <sqlite3.h>

#include <atomic>
#include <stdexcept>

namespace lectern::test {
namespace {

std::atomic<int> calls = 0, nth_to_fail = 0;
std::atomic<Call> armed_call = Call::kWrite;
std::atomic<Fault> armed_fault = Fault::kError;

sqlite3_vfs* real_vfs = nullptr;
sqlite3_mem_methods real_memory;

bool fails(Call call) {
  if (nth_to_fail == 0 || call != armed_call) return false;
  const int now = ++calls;
  const Fault fault = armed_fault;
  if (now == nth_to_fail && fault == Fault::kDeath) ::raise(SIGKILL);
  return fault == Fault::kFullDisk ? now >= nth_to_fail : now == nth_to_fail;
}

// SQLite gives the memory: this and the real file after it.
struct File {
  sqlite3_file base;
  sqlite3_io_methods methods;  // of this file: the real one's version

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }

template <auto Method, typename... Arguments>
int forward(sqlite3_file* file, Arguments... arguments) {
  sqlite3_file* real = of(file)->real();
  return (real->pMethods->*Method)(real, arguments...);
}

int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  sqlite3_file* real = of(file)->real();
  if (!fails(Call::kWrite)) return real->pMethods->xWrite(real, bytes, size, offset);
  if (armed_fault == Fault::kHalf) real->pMethods->xWrite(real, bytes, size / 2, offset);
  return armed_fault == Fault::kFullDisk ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

int sync(sqlite3_file* file, int flags) {
  return fails(Call::kSync) ? SQLITE_IOERR_FSYNC : forward<&sqlite3_io_methods::xSync>(file, flags);
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  return fails(Call::kTruncate) ? SQLITE_IOERR_TRUNCATE : forward<&sqlite3_io_methods::xTruncate>(file, size);
}

int share(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  if (fails(Call::kShare)) return SQLITE_IOERR_SHMSIZE;
  return forward<&sqlite3_io_methods::xShmMap>(file, page, size, extend, out);
}

// Not xFetch: without it every page is read by xRead.
void wrap(File* file, const sqlite3_io_methods& real) {
  file->methods = {2,
                   &forward<&sqlite3_io_methods::xClose>,
                   &forward<&sqlite3_io_methods::xRead, void*, int, sqlite3_int64>,
                   &write,
                   &truncate,
                   &sync,
                   &forward<&sqlite3_io_methods::xFileSize, sqlite3_int64*>,
                   &forward<&sqlite3_io_methods::xLock, int>,
                   &forward<&sqlite3_io_methods::xUnlock, int>,
                   &forward<&sqlite3_io_methods::xCheckReservedLock, int*>,
                   &forward<&sqlite3_io_methods::xFileControl, int, void*>,
                   &forward<&sqlite3_io_methods::xSectorSize>,
                   &forward<&sqlite3_io_methods::xDeviceCharacteristics>,
                   &share,
                   &forward<&sqlite3_io_methods::xShmLock, int, int, int>,
                   [](sqlite3_file* f) { of(f)->real()->pMethods->xShmBarrier(of(f)->real()); },
                   &forward<&sqlite3_io_methods::xShmUnmap, int>,
                   nullptr,
                   nullptr};
  if (real.iVersion < 2) file->methods.iVersion = 1;
  file->base.pMethods = &file->methods;
}

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  if (fails(Call::kOpen)) return SQLITE_CANTOPEN;
  const int code = real_vfs->xOpen(real_vfs, name, of(file)->real(), flags, out_flags);
  if (code == SQLITE_OK) wrap(of(file), *of(file)->real()->pMethods);
  return code;
}

int remove(sqlite3_vfs*, const char* name, int sync_folder) {
  return fails(Call::kDelete) ? SQLITE_IOERR_DELETE : real_vfs->xDelete(real_vfs, name, sync_folder);
}

void* allocate(int size) { return fails(Call::kAllocate) ? nullptr : real_memory.xMalloc(size); }
void* reallocate(void* memory, int size) {
  return fails(Call::kAllocate) ? nullptr : real_memory.xRealloc(memory, size);
}

}  // namespace

void install_failing_vfs() {
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory);
  static sqlite3_mem_methods memory = real_memory;
  memory.xMalloc = &allocate;
  memory.xRealloc = &reallocate;
  if (sqlite3_config(SQLITE_CONFIG_MALLOC, &memory) != SQLITE_OK) throw std::runtime_error("SQLite is in use");
  real_vfs = sqlite3_vfs_find(nullptr);
  static sqlite3_vfs vfs = *real_vfs;
  vfs.zName = "failing";
  vfs.szOsFile = static_cast<int>(sizeof(File)) + real_vfs->szOsFile;
  vfs.xOpen = &open;
  vfs.xDelete = &remove;
  sqlite3_vfs_register(&vfs, 1);
}

void arm(Call call, Fault fault, int nth) {
  calls = 0;
  armed_call = call;
  armed_fault = fault;
  nth_to_fail = nth;
}

int disarm() {
  nth_to_fail = 0;
  return calls;
}

std::ostream& operator<<(std::ostream& out, Call call) {
  constexpr const char* kNames[] = {"write", "sync", "truncate", "open", "delete", "share", "allocate"};
  return out << kNames[static_cast<int>(call)];
}

std::ostream& operator<<(std::ostream& out, Fault fault) {
  constexpr const char* kNames[] = {"error", "half", "full disk", "death"};
  return out << kNames[static_cast<int>(fault)];
}

}  // namespace lectern::test
