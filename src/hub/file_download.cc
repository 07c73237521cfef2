#include "hub/file_download.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "core/hash.h"
#include "core/paths.h"
#include "hub/disk_space.h"
#include "hub/http_get.h"
#include "hub/part_file.h"
#include "hub/refusal.h"
#include "lectern/error.h"

namespace lectern::hub {
namespace {

constexpr int kMostRedirects = 5;
constexpr std::int64_t kLongestWait = 60;  // seconds that a hub may ask for

bool is_redirect(int status) { return status >= 301 && status <= 308 && status != 304 && status != 306; }

// Sleeps, unless it is stopped first.
void sleep(std::chrono::milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any().wait_for(lock, stop, time, [] { return false; });
  if (stop.stop_requested()) throw Error(ErrorCode::kCancelled, "The download was stopped.");
}

class FileDownload {
 public:
  FileDownload(const CatalogueModel& model, const ModelFile& file, const std::filesystem::path& path,
               const DownloadOptions& options, const DownloadProgress& progress)
      : model_(model), file_(file), options_(options), progress_(progress), part_(path, file), sha256_(file.sha256) {}

  void run() {
    tell();
    int tries = 0;
    std::int64_t furthest = part_.size();
    while (part_.size() < file_.bytes) {
      const Broken broken = attempt();
      if (part_.size() == file_.bytes) break;
      if (part_.size() > furthest) tries = 0;
      furthest = std::max(furthest, part_.size());
      if (++tries >= options_.tries) give_up(broken);
      wait(broken, tries);
    }
    check();
    part_.finish();
  }

 private:
  struct Broken {
    std::string why;
    std::optional<std::int64_t> retry_after = {};
    int status = 0;
  };
  struct WrongPart {};  // was sent

  Broken attempt() try {
    const HttpResult result = request();
    const int status = result.head.status;
    if (status == 200 || status == 206) return {result.failure.empty() ? "the file came cut short" : result.failure};
    if (status == 416) throw WrongPart();  // what there is reaches beyond the hub's file
    if (status == 0) return {result.failure};
    if (!may_pass(status)) throw refusal(status, options_.hub, model_, file_);
    return {fmt::format("the hub answers with {}", status), result.head.retry_after, status};
  } catch (const WrongPart&) {
    part_.restart({});
    return {"the hub has another part of the file than was asked for"};
  }

  // Follows redirects itself: libcurl would take the token to wherever they lead.
  HttpResult request() {
    std::string address = file_address(options_.hub, model_, file_);
    for (int hop = 0; hop <= kMostRedirects; ++hop) {
      const HttpResult result = perform(get(address));
      if (!is_redirect(result.head.status)) return result;
      if (same_origin(address, options_.hub.address)) learn(result.head);
      address = redirected(address, result.head.location);
    }
    throw Error(ErrorCode::kIo, fmt::format("The hub sends the download of {} from one address to the next, more than "
                                            "{} times. Try again later, or set LECTERN_HUB to another hub.",
                                            file_.name, kMostRedirects));
  }

  HttpGet get(const std::string& address) {
    const bool of_hub = same_origin(address, options_.hub.address);
    HttpGet get;
    get.address = address;
    if (of_hub) get.token = options_.hub.token;
    get.offset = part_.size();
    if (get.offset > 0) get.if_range = part_.etag();
    get.connect_time = options_.connect_time;
    get.stall_time = options_.stall_time;
    get.stop = options_.stop;
    get.on_head = [this, of_hub](const ResponseHead& head) {
      if (of_hub) learn(head);
      begin(head);
    };
    get.on_body = [this](std::string_view bytes) { add(bytes); };
    return get;
  }

  // The hub knows what it will send before it does.
  void learn(const ResponseHead& head) {
    if (head.linked_size && *head.linked_size != file_.bytes) other_size(*head.linked_size);
    if (head.linked_sha256.empty()) return;
    if (!file_.sha256.empty() && head.linked_sha256 != file_.sha256) {
      throw Error(ErrorCode::kCorrupt,
                  fmt::format("The hub's {} is another file by now: its SHA-256 is {}, the catalogue's {}. It is not "
                              "fetched; a newer Lectern may know it.",
                              file_.name, head.linked_sha256, file_.sha256));
    }
    sha256_ = head.linked_sha256;
  }

  void begin(const ResponseHead& head) {
    if (head.status == 206) {
      if (!continues(head)) throw WrongPart();
      return;
    }
    if (head.content_length && *head.content_length != file_.bytes) other_size(*head.content_length);
    part_.restart(head.etag);
  }

  bool continues(const ResponseHead& head) const {
    const auto& range = head.content_range;
    const bool same = head.etag.empty() || part_.etag().empty() || head.etag == part_.etag();
    return same && range && range->first == part_.size() && range->total.value_or(file_.bytes) == file_.bytes;
  }

  void add(std::string_view bytes) {
    if (static_cast<std::int64_t>(bytes.size()) > file_.bytes - part_.size()) {
      part_.discard();
      throw Error(ErrorCode::kCorrupt, fmt::format("The hub sends more of {} than the {} bytes that it should have: "
                                                   "it was deleted. Try again later.",
                                                   file_.name, file_.bytes));
    }
    part_.append(bytes);
    tell();
  }

  [[noreturn]] void other_size(std::int64_t bytes) const {
    throw Error(ErrorCode::kCorrupt,
                fmt::format("The hub's {} has {} bytes, and the catalogue says {}: it is another file by now, and is "
                            "not fetched; a newer Lectern may know it.",
                            file_.name, bytes, file_.bytes));
  }

  void check() {
    if (sha256_.empty()) {
      part_.discard();
      throw Error(ErrorCode::kUnsupported,
                  fmt::format("Neither the catalogue nor the hub tells a SHA-256 of {}, so that it cannot be checked: "
                              "it was deleted. Add \"sha256\" to the catalogue.",
                              file_.name));
    }
    const std::string found = sha256_of_file(part_.path());
    if (found == sha256_) return;
    part_.discard();
    throw Error(
        ErrorCode::kCorrupt,
        fmt::format("{} came with wrong bytes (SHA-256 {} instead of {}), and was deleted. Pull it again; where "
                    "that happens again, something between the hub and here changes it.",
                    file_.name, found, sha256_));
  }

  void wait(const Broken& broken, int tries) {
    auto pause = options_.longest_pause;
    if (tries < 16) pause = std::min(pause, options_.first_pause * (1 << (tries - 1)));
    if (broken.retry_after)
      pause = std::max<std::chrono::milliseconds>(pause, std::chrono::seconds(*broken.retry_after));
    if (pause > std::max<std::chrono::milliseconds>(options_.longest_pause, std::chrono::seconds(kLongestWait)))
      give_up(broken);
    if (progress_) progress_(part_.size(), broken.why);
    sleep(pause, options_.stop);
  }

  [[noreturn]] void give_up(const Broken& broken) const {
    const std::string wait = broken.retry_after ? fmt::format(" in {} seconds", *broken.retry_after) : "";
    throw Error(
        broken.status == 429 ? ErrorCode::kBusy : ErrorCode::kIo,
        fmt::format("{} stopped at {} of {}: {}. What has come is kept: pull it again{} to go on from there.",
                    file_.name, size_text(part_.size()), size_text(file_.bytes), to_valid_utf8(broken.why), wait));
  }

  void tell() const {
    if (progress_) progress_(part_.size(), {});
  }

  const CatalogueModel& model_;
  const ModelFile& file_;
  const DownloadOptions& options_;
  const DownloadProgress& progress_;
  PartFile part_;
  std::string sha256_;  // that it has to have
};

}  // namespace

void download_file(const CatalogueModel& model, const ModelFile& file, const std::filesystem::path& path,
                   const DownloadOptions& options, const DownloadProgress& progress) {
  FileDownload(model, file, path, options, progress).run();
}

}  // namespace lectern::hub
