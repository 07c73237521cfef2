#include "server/library_keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/paths.h"
#include "library/youtube/address.h"
#include "server/api_error.h"
#include "server/log.h"

namespace lectern::server {
namespace {

using std::chrono::seconds;

constexpr auto kBusyPause = seconds(1);    // another process writes to the library
constexpr auto kLookAgain = seconds(300);  // for what the kernel does not tell of: other machines' changes
constexpr auto kRescan = seconds(4);       // where a folder cannot be watched
constexpr auto kSettle = seconds(2);       // a file that was changed so lately may be half written
constexpr int kRest = 20;                  // of the time that looking took, until it is looked again by itself
constexpr auto kUrgent = seconds(2);       // what has been read for longer lets changes go first,
constexpr auto kTurn = seconds(5);         // and what somebody asked for goes first after that

}  // namespace

LibraryKeeper::LibraryKeeper(LibraryShelf& shelf, std::size_t most_watches)
    : shelf_(shelf),
      // The libraries themselves are there, and change whenever they are used.
      watch_(std::make_unique<library::FolderWatch>(library::FolderWatch::Options{data_directory(), most_watches},
                                                    [this](const auto& folders) { note_changes(folders); })),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

LibraryKeeper::~LibraryKeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (auto& [library, work] : works_) work.stop.request_stop();
  }
  changed_.notify_all();
}

void LibraryKeeper::read(const std::string& library) {
  const std::lock_guard lock(mutex_);
  works_[library].held = false;
  enqueue(library, Reason::kAsked);
}

void LibraryKeeper::keep(const std::string& library) {
  const std::lock_guard lock(mutex_);
  if (!works_[library].kept) enqueue(library, Reason::kLook);
}

void LibraryKeeper::note_changes(const std::set<std::string>& folders) {
  const std::lock_guard lock(mutex_);
  for (const auto& [library, work] : works_) {
    const auto has = [&](const std::string& folder) { return folders.contains(folder); };
    if (std::ranges::any_of(work.folders, has)) enqueue(library, Reason::kChanged);
  }
}

void LibraryKeeper::enqueue(const std::string& library, Reason reason) {
  Work& work = works_[library];
  if (work.held) return;
  if (!work.wanted) queue_.push_back(library);
  work.kept = true;
  work.wanted = std::max(work.wanted.value_or(reason), reason);
  changed_.notify_all();
}

void LibraryKeeper::cancel(const std::string& library) {
  const std::lock_guard lock(mutex_);
  const auto at = works_.find(library);
  if (at == works_.end()) return;
  Work& work = at->second;
  if (!work.wanted && !work.under_way) return;
  work.held = true;
  work.wanted.reset();
  std::erase(queue_, library);
  work.stop.request_stop();
}

void LibraryKeeper::forget(const std::string& library) {
  cancel(library);
  const std::lock_guard lock(mutex_);
  Work& work = works_[library];
  work.kept = work.held = false;
  work.folders.clear();
  work.failures.clear();
  work.look_again = Clock::time_point::max();
  watch_folders();
}

void LibraryKeeper::pause(const std::string& library, const std::function<void()>& edit) {
  std::unique_lock lock(mutex_);
  Work& work = works_[library];
  ++work.paused;
  if (work.under_way) {
    enqueue(library, *work.under_way);
    work.stop.request_stop();
    changed_.wait(lock, [&] { return !work.under_way; });
  }
  lock.unlock();
  const auto go_on = [&] {
    lock.lock();
    --work.paused;
    changed_.notify_all();
  };
  try {
    edit();
  } catch (...) {
    go_on();
    throw;
  }
  go_on();
}

// That it looks at folders in which nothing changed is no news.
nlohmann::ordered_json LibraryKeeper::json(const std::string& library) const {
  const std::lock_guard lock(mutex_);
  const auto at = works_.find(library);
  if (at == works_.end()) return nullptr;
  const Work& work = at->second;
  if (work.under_way && (work.under_way == Reason::kAsked || work.progress.any())) return work.progress.json();
  return work.wanted.value_or(Reason::kLook) == Reason::kLook ? nlohmann::ordered_json(nullptr) : queued_json();
}

bool LibraryKeeper::is_held(const std::string& library) const {
  const std::lock_guard lock(mutex_);
  const auto at = works_.find(library);
  return at != works_.end() && at->second.held;
}

void LibraryKeeper::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stopping_ && !stop.stop_requested()) {
    enqueue_due();
    std::string library;
    auto wake = Clock::time_point::max();
    if (Work* work = next(library, wake)) {
      do_work(library, *work, lock);
    } else if (wake == Clock::time_point::max()) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, wake);
    }
  }
}

void LibraryKeeper::enqueue_due() {
  for (auto& [library, work] : works_) {
    if (work.look_again > Clock::now()) continue;
    work.look_again = Clock::time_point::max();
    enqueue(library, Reason::kLook);
  }
}

// Takes the first in the queue that may be read now, one with changes before all others; else `wake` is when to look
// again.
LibraryKeeper::Work* LibraryKeeper::next(std::string& library, Clock::time_point& wake) {
  for (const auto& [name, work] : works_) wake = std::min(wake, work.look_again);
  const auto now = Clock::now();
  auto first = queue_.end();
  for (auto at = queue_.begin(); at != queue_.end(); ++at) {
    const Work& work = works_.at(*at);
    if (work.paused > 0) continue;
    if (work.not_before > now && work.wanted != Reason::kAsked) {
      wake = std::min(wake, work.not_before);
    } else if (first == queue_.end() ||
               (work.wanted == Reason::kChanged && works_.at(*first).wanted != Reason::kChanged)) {
      first = at;
    }
  }
  if (first == queue_.end()) return nullptr;
  library = *first;
  queue_.erase(first);
  return &works_.at(library);
}

void LibraryKeeper::do_work(const std::string& library, Work& work, std::unique_lock<std::mutex>& lock) {
  work.under_way = std::exchange(work.wanted, std::nullopt);
  work.look_again = Clock::time_point::max();
  work.stop = {};
  work.progress = {};
  const auto stop = work.stop.get_token();
  const auto begin = Clock::now();
  lock.unlock();
  auto end = End::kDone;
  try {
    end = index(library, work, stop);
  } catch (const Error& failure) {
    if (failure.code() == ErrorCode::kBusy && !stop.stop_requested()) end = End::kBusy;
    if (end != End::kBusy)
      log(fmt::format("library {}: reading stopped: {}", lectern::quoted(library), failure.what()));
  } catch (const std::exception& failure) {
    log(fmt::format("library {}: reading stopped: {}", lectern::quoted(library), failure.what()));
  }
  lock.lock();
  end_work(library, work, Clock::now() - begin, end);
}

void LibraryKeeper::end_work(const std::string& library, Work& work, Clock::duration taken, End end) {
  const auto reason = std::exchange(work.under_way, std::nullopt);
  const bool whole = std::ranges::all_of(work.folders, [&](const auto& one) { return watch_->is_whole(one); });
  const auto now = Clock::now();
  if (work.kept && !work.folders.empty()) {
    const auto rest = whole ? kLookAgain : kRescan;
    work.look_again = now + (end == End::kUnsettled ? kSettle : std::max<Clock::duration>(rest, kRest * taken));
  }
  if (end == End::kDone ||
      end == End::kUnsettled) {  // where something changes all the time, looking shall not take all the time
    work.not_before = now + std::min<Clock::duration>(taken, seconds(2));
  } else {
    work.not_before = end == End::kBusy ? now + kBusyPause : now;
    enqueue(library, reason.value_or(Reason::kLook));  // behind what is urgent
  }
  if (!told_of_watches_ && watch_->ran_out()) {
    told_of_watches_ = true;
    log("The system has no more watches for folders: those that are not watched are looked at every few seconds. "
        "Raise fs.inotify.max_user_watches to have all of them watched.");
  }
  changed_.notify_all();
}

void LibraryKeeper::watch_folders() {
  std::set<std::string> all;
  for (const auto& [library, work] : works_) all.insert(work.folders.begin(), work.folders.end());
  watch_->watch(std::move(all));
}

// Folders first: what is on the network may take long, or fail. It is looked at when somebody asks.
LibraryKeeper::End LibraryKeeper::index(const std::string& name, Work& work, const std::stop_token& stop) {
  const auto library = shelf_.open(name);
  std::vector<std::filesystem::path> folders, addresses;
  for (const auto& folder : library->statistics().folders) {
    (library::is_address(folder) ? addresses : folders).emplace_back(folder);
  }
  bool asked = false;
  {
    const std::lock_guard lock(mutex_);
    asked = work.under_way == Reason::kAsked;
    work.folders.assign(folders.begin(), folders.end());
    watch_folders();
  }
  IndexOptions options;
  options.stop = stop;
  options.newest_first = true;
  options.settle = kSettle;
  options.pause = [this, begin = std::optional<Clock::time_point>()]() mutable {  // listing takes no part of its turn
    if (!begin) begin = Clock::now();
    return is_urgent(*begin);
  };
  options.progress = [&](const Progress& progress) {
    const std::lock_guard lock(mutex_);
    work.progress.update(progress);
  };
  bool paused = false, unsettled = false;
  const auto read = [&](const std::vector<std::filesystem::path>& roots) {
    if (roots.empty() || paused || stop.stop_requested()) return;
    const auto report = library->index(roots, options);
    log_report(name, work, report);
    paused = report.cancelled && !stop.stop_requested();
    unsettled = unsettled || report.unsettled > 0;
  };
  read(folders);
  if (asked) read(addresses);
  if (paused) return End::kPaused;
  return unsettled ? End::kUnsettled : End::kDone;
}

bool LibraryKeeper::is_urgent(Clock::time_point begin) const {
  const std::lock_guard lock(mutex_);
  const auto taken = Clock::now() - begin;
  return std::ranges::any_of(queue_, [&](const auto& one) {
    const auto wanted = works_.at(one).wanted;
    return (wanted == Reason::kChanged && taken > kUrgent) || (wanted == Reason::kAsked && taken > kTurn);
  });
}

// A failure is told once, and again when it is another one.
void LibraryKeeper::log_report(const std::string& library, Work& work, const IndexReport& report) const {
  if (report.indexed + report.removed > 0) {
    log(fmt::format("library {}: read {} documents anew, {} unchanged, {} removed, {} failed", lectern::quoted(library),
                    report.indexed, report.unchanged, report.removed, report.failed));
  }
  std::set<std::string> failures;
  for (const auto& failure : report.failures) {
    auto text = lectern::quoted(failure.file) + ": " + failure.reason;
    if (!work.failures.contains(text)) log(fmt::format("library {}: not read: {}", lectern::quoted(library), text));
    failures.insert(std::move(text));
  }
  work.failures = std::move(failures);
}

}  // namespace lectern::server
