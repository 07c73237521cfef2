#include "library/writer_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/paths.h"
#include "lectern/error.h"

namespace lectern::library {

WriterLock::WriterLock(const std::filesystem::path& library) {
  const std::filesystem::path file = library.native() + "-writer";
  descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) {
    throw Error(ErrorCode::kIo,
                quoted(file) + " cannot be made: " + std::strerror(errno) + ". Check that its folder may be written.");
  }
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  const int error = errno;
  ::close(descriptor_);
  if (error == EWOULDBLOCK) {
    throw Error(ErrorCode::kBusy, "The library " + quoted(library) +
                                      " is being indexed by another process: wait until that is done. Searching it "
                                      "works meanwhile.");
  }
  throw Error(ErrorCode::kIo, quoted(file) + " cannot be locked: " + std::strerror(error) + ".");
}

WriterLock::~WriterLock() { ::close(descriptor_); }

}  // namespace lectern::library
