#include "server/downloads.h"

#include "core/clock.h"
#include "lectern/error.h"
#include "server/api_error.h"
#include "server/log.h"

namespace lectern::server {

Downloads::~Downloads() {
  {
    const std::lock_guard lock(mutex_);
    for (auto& [id, download] : downloads_) download->stop.request_stop();
  }
  workers_.reset();
}

void Downloads::start(const hub::CatalogueModel& model) {
  const std::lock_guard lock(mutex_);
  auto& download = downloads_[model.id];
  if (download && !download->state.failed) return;
  download = std::make_shared<Download>();
  workers_->post([this, &model, download] { run(model, download); });
}

// It takes up to a second until the transfer ends; another pull of the model waits for that.
void Downloads::cancel(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto download = downloads_.find(id);
  if (download == downloads_.end()) return;
  download->second->stop.request_stop();
  downloads_.erase(download);
}

std::optional<DownloadState> Downloads::state(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto download = downloads_.find(id);
  if (download == downloads_.end()) return {};
  return download->second->state;
}

void Downloads::run(const hub::CatalogueModel& model, const std::shared_ptr<Download>& download) {
  const auto stop = download->stop.get_token();
  const std::lock_guard one_at_a_time(turn_of(model.id));
  if (stop.stop_requested()) return;
  try {
    pull_(model, stop, [&](const Progress& progress) { note(*download, progress); });
    const std::lock_guard lock(mutex_);
    if (!stop.stop_requested()) downloads_.erase(model.id);
  } catch (...) {
    const std::string reason = current_api_error().what();
    if (stop.stop_requested()) return;
    log("pulling " + model.id + " failed: " + reason);
    fail(download, reason);
  }
}

std::mutex& Downloads::turn_of(const std::string& id) {
  const std::lock_guard lock(mutex_);
  return turns_[id];
}

void Downloads::note(Download& download, const Progress& progress) {
  const std::lock_guard lock(mutex_);
  if (!download.begin) {
    download.begin = Clock::now();
    download.before = progress.done;
  }
  const double seconds = seconds_since(*download.begin);
  download.state.done = progress.done;
  download.state.reason = std::string(progress.detail);
  if (seconds >= 1) download.state.per_second = static_cast<double>(progress.done - download.before) / seconds;
}

void Downloads::fail(const std::shared_ptr<Download>& download, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  download->state.failed = true;
  download->state.per_second.reset();
  download->state.reason = reason;
}

}  // namespace lectern::server
