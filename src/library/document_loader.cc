#include "library/document_loader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "core/clock.h"
#include "core/hash.h"
#include "lectern/error.h"
#include "library/youtube/address.h"

namespace lectern::library {
namespace {

using Clock = std::chrono::steady_clock;

class OpenFile {
 public:
  // Never waits, whatever stands at `path` by now.
  explicit OpenFile(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)), error_(errno) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;

  int get() const { return descriptor_; }
  int error() const { return error_; }

 private:
  int descriptor_;
  int error_;
};

std::string open_failure(int error) {
  if (error == ENOENT || error == ENOTDIR) return "vanished before it could be read";
  if (error == EACCES || error == EPERM) return "may not be read: its permissions forbid it";
  return std::string("cannot be opened: ") + std::strerror(error);
}

std::string amount(std::int64_t bytes) {
  constexpr std::int64_t kMebibyte = std::int64_t{1} << 20;
  return bytes < kMebibyte ? std::to_string(bytes) + " bytes" : std::to_string(bytes / kMebibyte) + " MiB";
}

std::int64_t modified_ns(const struct stat& status) {
  return std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
}

}  // namespace

DocumentLoader::DocumentLoader(Store& store, const Chunker& chunker, Settings settings,
                               std::vector<StoredDocument> gone)
    : store_(store), chunker_(chunker), settings_(std::move(settings)) {
  for (StoredDocument& row : gone) gone_.emplace(row.content_hash, std::move(row));
}

LoadTimes DocumentLoader::times() const {
  const std::lock_guard lock(mutex_);
  return times_;
}

Loaded DocumentLoader::load(const Job& job) {
  Loaded out;
  if (job.stored_text) {
    out.kind = Loaded::Kind::kChunks;
    out.row = *job.known;
    const std::lock_guard lock(mutex_);
    out.document = store_.document(job.known->id);
  } else {
    out.row = {0,  job.file.path, job.file.size,    job.file.modified_ns,
               "", job.file.type, job.file.failure, settings_.recipe};
    if (is_video_url(job.file.path)) {
      load_video(job, out);
    } else if (!out.row.failed()) {
      load_file(job, out);
    }
  }
  if (out.kind == Loaded::Kind::kChunks || out.kind == Loaded::Kind::kDocument) make_chunks(out);
  return out;
}

void DocumentLoader::load_file(const Job& job, Loaded& out) {
  const OpenFile file(job.file.path);
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    out.row.failure = open_failure(file.get() < 0 ? file.error() : errno);
    return;
  }
  if (!S_ISREG(status.st_mode)) {
    out.row.failure = "is no regular file any more";
    return;
  }
  out.row.size = status.st_size;
  out.row.modified_ns = modified_ns(status);
  if (status.st_size > settings_.max_file_bytes) {
    out.row.failure = "is larger than " + amount(settings_.max_file_bytes) + ", the limit (--max-file-size)";
    return;
  }
  read_document(file.get(), job, out);
  struct stat after {};
  const bool changed =
      ::fstat(file.get(), &after) != 0 || after.st_size != status.st_size || modified_ns(after) != out.row.modified_ns;
  if (changed && out.kind != Loaded::Kind::kFailed) {
    out.kind = Loaded::Kind::kFailed;
    out.row.failure = "changed while it was read: index it again";
    out.row.content_hash.clear();
  }
  if (out.row.failed() && job.known && !job.known->failed()) {
    out.unsettled = is_fresh(out.row);
    out.keeps_known = out.unsettled || changed;
  }
}

// Whether it was changed a moment ago: an empty file, or half of one, may be on its way to be whole.
bool DocumentLoader::is_fresh(const StoredDocument& row) const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::abs(now - std::chrono::nanoseconds(row.modified_ns)) < settings_.settle;
}

void DocumentLoader::read_document(int descriptor, const Job& job, Loaded& out) {
  try {
    out.row.content_hash = sha256_of_file("/proc/self/fd/" + std::to_string(descriptor));
  } catch (const Error&) {
    out.row.failure = "cannot be read: the disk or the file system reports an error";
    return;
  }
  const auto& known = job.known;
  if (known && known->content_hash == out.row.content_hash && known->recipe == settings_.recipe) {
    out.kind = Loaded::Kind::kUnchanged;
    out.row.id = known->id;
    out.row.failure = known->failure;
    return;
  }
  if (auto from = take_gone(out.row)) {
    out.kind = Loaded::Kind::kMoved;
    out.moved_from = std::move(*from);
    return;
  }
  const auto begin = Clock::now();
  Extraction extraction = extractor_.extract(descriptor, job.file.type, settings_.limits, settings_.stop);
  {
    const std::lock_guard lock(mutex_);
    times_.extract_s += seconds_since(begin);
  }
  out.row.failure = std::move(extraction.failure);
  if (extraction.try_again) out.row.content_hash.clear();
  if (out.row.failed()) return;
  out.kind = Loaded::Kind::kDocument;
  out.document = std::move(extraction.document);
}

// One that cannot be had again (in another language) stays as it is.
void DocumentLoader::load_video(const Job& job, Loaded& out) {
  const auto begin = Clock::now();
  Extraction extraction = settings_.videos->read(job.file.path, job.file.type, settings_.limits, settings_.stop);
  {
    const std::lock_guard lock(mutex_);
    times_.extract_s += seconds_since(begin);
  }
  out.row.failure = std::move(extraction.failure);
  out.keeps_known = out.row.failed() && job.known && !job.known->failed();
  if (out.row.failed()) return;
  out.row.content_hash = sha256(std::as_bytes(std::span(extraction.document.text)));
  out.kind = Loaded::Kind::kDocument;
  out.document = std::move(extraction.document);
}

std::optional<StoredDocument> DocumentLoader::take_gone(const StoredDocument& row) {
  const std::lock_guard lock(mutex_);
  for (auto [at, end] = gone_.equal_range(row.content_hash); at != end; ++at) {
    if (at->second.type != row.type || at->second.recipe != settings_.recipe) continue;
    auto found = std::move(at->second);
    gone_.erase(at);
    return found;
  }
  return std::nullopt;
}

void DocumentLoader::make_chunks(Loaded& out) {
  const auto begin = Clock::now();
  out.chunks = chunker_.chunk(out.document);
  const std::lock_guard lock(mutex_);
  times_.chunk_s += seconds_since(begin);
}

}  // namespace lectern::library
