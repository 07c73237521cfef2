// Models that are being pulled.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "hub/catalogue.h"
#include "lectern/progress.h"
#include "server/workers.h"

namespace lectern::server {

struct DownloadState {
  bool failed = false;  // else it is under way
  std::int64_t done = 0;
  std::optional<double> per_second;  // bytes
  std::string reason;                // why it failed, or what it waits for; may be empty
};

/// Safe to use from any thread.
class Downloads {
 public:
  /// Pulls a model, which takes a while. Throws Error.
  using Pull = std::function<void(const hub::CatalogueModel&, std::stop_token, const ProgressCallback&)>;

  explicit Downloads(Pull pull) : pull_(std::move(pull)), workers_(std::make_unique<Workers>(2)) {}
  ~Downloads();
  Downloads(const Downloads&) = delete;

  /// Does nothing where it is under way. `model` must outlive this.
  void start(const hub::CatalogueModel& model);
  /// What has come of it stays. Does nothing where it is not under way.
  void cancel(const std::string& id);
  /// Nothing where it is neither under way nor failed.
  std::optional<DownloadState> state(const std::string& id) const;

 private:
  using Clock = std::chrono::steady_clock;

  struct Download {
    std::stop_source stop;
    DownloadState state;
    std::optional<Clock::time_point> begin;  // of the first bytes
    std::int64_t before = 0;                 // that were there then
  };

  void run(const hub::CatalogueModel& model, const std::shared_ptr<Download>& download);
  std::mutex& turn_of(const std::string& id);
  void note(Download& download, const Progress& progress);
  void fail(const std::shared_ptr<Download>& download, const std::string& reason);

  const Pull pull_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Download>> downloads_;
  std::map<std::string, std::mutex> turns_;  // of models: held while one is pulled
  std::unique_ptr<Workers> workers_;         // last: they use the others
};

}  // namespace lectern::server
