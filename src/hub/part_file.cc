#include "hub/part_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/paths.h"
#include "hub/disk_space.h"
#include "lectern/error.h"

namespace lectern::hub {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

fs::path part_of(const fs::path& whole) { return whole.native() + ".part"; }

}  // namespace

PartFile::PartFile(fs::path whole, const ModelFile& file)
    : whole_(std::move(whole)), part_(part_of(whole_)), state_(part_.native() + ".json"), file_(file) {
  std::error_code failed;
  fs::create_directories(whole_.parent_path(), failed);
  descriptor_ = ::open(part_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor_ < 0) refuse("cannot be made");
  try {
    recall();
  } catch (...) {
    close();
    throw;
  }
}

PartFile::~PartFile() { close(); }

// What came for another version of the catalogue, or before it could be noted what it is, is of no use.
void PartFile::recall() {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) refuse("cannot be read");
  size_ = status.st_size;
  std::ifstream in(state_);
  const Json state = Json::parse(std::string{std::istreambuf_iterator<char>(in), {}}, nullptr, false);
  const bool ours = state.is_object() && state.value("sha256", Json()) == file_.sha256 &&
                    state.value("bytes", Json()) == file_.bytes && state.value("etag", Json()).is_string();
  if (ours && size_ <= file_.bytes) {
    etag_ = state["etag"].get<std::string>();
  } else if (size_ > 0) {
    restart({});
  }
}

void PartFile::remember() const {
  const std::string state = Json{{"sha256", file_.sha256}, {"bytes", file_.bytes}, {"etag", etag_}}.dump();
  write_atomically(state_, [&](int descriptor) {
    if (::write(descriptor, state.data(), state.size()) != static_cast<ssize_t>(state.size()))
      refuse("cannot be noted beside it");
  });
}

void PartFile::restart(const std::string& etag) {
  if (::ftruncate(descriptor_, 0) != 0) refuse("cannot be emptied");
  size_ = 0;
  etag_ = etag;
  remember();
}

void PartFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) refuse("cannot be written");
    size_ += written;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void PartFile::finish() {
  if (::fsync(descriptor_) != 0) refuse("cannot be written");
  close();
  if (::rename(part_.c_str(), whole_.c_str()) != 0) refuse("cannot be put into place");
  std::error_code ignored;
  fs::remove(state_, ignored);
  sync_folder(whole_.parent_path());
}

void PartFile::discard() {
  close();
  std::error_code ignored;
  fs::remove(part_, ignored);
  fs::remove(state_, ignored);
  size_ = 0;
}

void PartFile::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void PartFile::refuse(const std::string& what) const {
  const int error = errno;
  std::string message = quoted(part_) + " " + what + ": " + std::strerror(error) + ".";
  if (error == ENOSPC || error == EDQUOT) {
    message += " The rest takes " + size_text(file_.bytes - size_) +
               ": make room, then pull it again; what has come is "
               "kept.";
  } else {
    message += " Check the folder's permissions.";
  }
  throw Error(ErrorCode::kIo, message);
}

std::int64_t bytes_of_part(const fs::path& whole) {
  std::error_code missing;
  const auto bytes = fs::file_size(part_of(whole), missing);
  return missing ? 0 : static_cast<std::int64_t>(bytes);
}

void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!synced)
    throw Error(ErrorCode::kIo, "The folder " + quoted(folder) + " cannot be synced: " + std::strerror(error) + ".");
}

}  // namespace lectern::hub
