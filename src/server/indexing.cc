#include "server/indexing.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "core/paths.h"
#include "server/log.h"

namespace lectern::server {

Indexing::Indexing(std::shared_ptr<Library> library, std::vector<std::filesystem::path> folders)
    : thread_([this, library = std::move(library), folders = std::move(folders)](const std::stop_token& stop) {
        run(stop, *library, folders);
      }) {}

Indexing::~Indexing() = default;

void Indexing::run(const std::stop_token& stop, Library& library, const std::vector<std::filesystem::path>& folders) {
  IndexOptions options;
  options.stop = stop;
  options.progress = [this](const Progress& progress) {
    const std::lock_guard lock(mutex_);
    now_ = {std::string(progress.stage), std::string(progress.unit), std::string(progress.detail), progress.done,
            progress.total};
  };
  try {
    const auto report = library.index(folders, options);
    log(fmt::format("read {} documents anew, {} unchanged, {} removed, {} failed", report.indexed, report.unchanged,
                    report.removed, report.failed));
    for (const auto& failure : report.failures)
      log(fmt::format("not read: {}: {}", lectern::quoted(failure.file), failure.reason));
  } catch (const std::exception& failure) {
    log(fmt::format("reading stopped: {}", failure.what()));
  }
  const std::lock_guard lock(mutex_);
  now_.finished = true;
}

nlohmann::ordered_json Indexing::json() const {
  const std::lock_guard lock(mutex_);
  if (now_.finished) return nullptr;
  return {{"stage", now_.stage}, {"unit", now_.unit}, {"done", now_.done}, {"total", now_.total}, {"file", now_.file}};
}

}  // namespace lectern::server
