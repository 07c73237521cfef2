#include "server/library_keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/paths.h"
#include "library/youtube/address.h"
#include "server/api_error.h"
#include "server/log.h"

namespace lectern::server {
namespace {

constexpr auto kBusyPause = std::chrono::seconds(1);

void log_report(const std::string& library, const IndexReport& report) {
  if (report.indexed + report.removed > 0 || report.cancelled) {
    log(fmt::format("library {}: read {} documents anew, {} unchanged, {} removed, {} failed{}",
                    lectern::quoted(library), report.indexed, report.unchanged, report.removed, report.failed,
                    report.cancelled ? "; stopped before the end" : ""));
  }
  for (const auto& failure : report.failures) {
    log(fmt::format("library {}: not read: {}: {}", lectern::quoted(library), lectern::quoted(failure.file),
                    failure.reason));
  }
}

}  // namespace

LibraryKeeper::LibraryKeeper(LibraryShelf& shelf)
    : shelf_(shelf), thread_([this](const std::stop_token& stop) { run(stop); }) {}

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
  enqueue(library);
}

void LibraryKeeper::enqueue(const std::string& library) {
  Work& work = works_[library];
  if (!work.wanted) queue_.push_back(library);
  work.wanted = true;
  changed_.notify_all();
}

void LibraryKeeper::cancel(const std::string& library) {
  const std::lock_guard lock(mutex_);
  const auto at = works_.find(library);
  if (at == works_.end()) return;
  at->second.wanted = false;
  std::erase(queue_, library);
  at->second.stop.request_stop();
}

void LibraryKeeper::pause(const std::string& library, const std::function<void()>& edit) {
  std::unique_lock lock(mutex_);
  Work& work = works_[library];
  ++work.paused;
  if (work.under_way) {
    enqueue(library);
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

nlohmann::ordered_json LibraryKeeper::json(const std::string& library) const {
  const std::lock_guard lock(mutex_);
  const auto at = works_.find(library);
  if (at == works_.end()) return nullptr;
  if (at->second.under_way) return at->second.progress.json();
  return at->second.wanted ? queued_json() : nullptr;
}

void LibraryKeeper::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stopping_ && !stop.stop_requested()) {
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

// Takes the first in the queue that may be read now; else `wake` is when to look again.
LibraryKeeper::Work* LibraryKeeper::next(std::string& library, Clock::time_point& wake) {
  const auto now = Clock::now();
  for (auto at = queue_.begin(); at != queue_.end(); ++at) {
    Work& work = works_.at(*at);
    if (work.paused > 0) continue;
    if (work.not_before > now) {
      wake = std::min(wake, work.not_before);
      continue;
    }
    library = *at;
    queue_.erase(at);
    return &work;
  }
  return nullptr;
}

void LibraryKeeper::do_work(const std::string& library, Work& work, std::unique_lock<std::mutex>& lock) {
  work.wanted = false;
  work.under_way = true;
  work.stop = {};
  work.progress = {};
  const auto stop = work.stop.get_token();
  lock.unlock();
  bool busy = false;
  try {
    index(library, work, stop);
  } catch (const Error& failure) {
    busy = failure.code() == ErrorCode::kBusy;
    if (!busy) log(fmt::format("library {}: reading stopped: {}", lectern::quoted(library), failure.what()));
  } catch (const std::exception& failure) {
    log(fmt::format("library {}: reading stopped: {}", lectern::quoted(library), failure.what()));
  }
  lock.lock();
  work.under_way = false;
  if (busy && !stop.stop_requested()) {
    work.not_before = Clock::now() + kBusyPause;
    enqueue(library);
  }
  changed_.notify_all();
}

// Folders first: what is on the network may take long, or fail.
void LibraryKeeper::index(const std::string& name, Work& work, const std::stop_token& stop) {
  const auto library = shelf_.open(name);
  std::vector<std::filesystem::path> folders, addresses;
  for (const auto& folder : library->statistics().folders) {
    (library::is_address(folder) ? addresses : folders).emplace_back(folder);
  }
  IndexOptions options;
  options.stop = stop;
  options.progress = [&](const Progress& progress) {
    const std::lock_guard lock(mutex_);
    work.progress.update(progress);
  };
  if (!folders.empty()) log_report(name, library->index(folders, options));
  if (!addresses.empty() && !stop.stop_requested()) log_report(name, library->index(addresses, options));
}

}  // namespace lectern::server
