#include "server/body_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "core/paths.h"
#include "lectern/error.h"

namespace lectern::server {
namespace {

constexpr const char* kPrefix = ".upload-";  // hidden, so that it is not read as a document

[[noreturn]] void fail(const std::filesystem::path& path, const char* what, int error) {
  throw Error(ErrorCode::kIo, lectern::quoted(path) + " cannot be " + what + ": " + std::strerror(error) + ".");
}

}  // namespace

BodyFile::BodyFile(const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) fail(folder, "made", failed.value());
  std::string path = (folder / kPrefix).native() + "XXXXXX";
  descriptor_ = ::mkostemp(path.data(), O_CLOEXEC);
  if (descriptor_ < 0) fail(folder, "written to", errno);
  path_ = path;
}

BodyFile::~BodyFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!path_.empty()) ::unlink(path_.c_str());
}

void BodyFile::write(std::span<const char> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path_.parent_path(), "written to", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void BodyFile::keep(const std::filesystem::path& path) {
  if (::fsync(descriptor_) != 0) fail(path, "written", errno);
  if (::rename(path_.c_str(), path.c_str()) != 0) fail(path, "made", errno);
  path_.clear();
}

void remove_left_bodies(const std::filesystem::path& folder) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (entry.path().filename().native().starts_with(kPrefix)) std::filesystem::remove(entry.path(), ignored);
  }
}

}  // namespace lectern::server
