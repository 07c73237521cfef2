#include "library/writer_lock.h"

#include "core/paths.h"

namespace lectern::library {

WriterLock::WriterLock(const std::filesystem::path& library)
    : FileLock(library.native() + "-writer", "The library " + quoted(library) +
                                                 " is being indexed by another process: wait until that is done. "
                                                 "Searching it works meanwhile.") {}

}  // namespace lectern::library
