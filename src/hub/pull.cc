#include "hub/pull.h"

#include "core/file_lock.h"
#include "core/paths.h"
#include "hub/disk_space.h"
#include "hub/model_store.h"
#include "hub/part_file.h"
#include "lectern/error.h"

namespace lectern::hub {
namespace {

namespace fs = std::filesystem;

// Left out where an earlier call has it whole and checked.
void fetch(const CatalogueModel& model, const DownloadOptions& options, const ProgressCallback& progress) {
  const std::int64_t total = model.bytes();
  std::int64_t before = 0;
  for (const auto& file : model.files) {
    const auto tell = [&](std::int64_t bytes, std::string_view waits_for) {
      if (progress)
        progress({.stage = "pull", .unit = "bytes", .done = before + bytes, .total = total, .detail = waits_for});
    };
    const auto path = parts_of(model.id) / file.name;
    if (!fs::exists(path)) download_file(model, file, path, options, tell);
    before += file.bytes;
  }
}

void put_into_place(const CatalogueModel& model, const fs::path& place) {
  const auto parts = parts_of(model.id);
  std::error_code failed;
  fs::rename(model.is_one_file() ? parts / model.files.front().name : parts, place, failed);
  if (failed) throw Error(ErrorCode::kIo, quoted(place) + " cannot be put into place: " + failed.message() + ".");
  sync_folder(place.parent_path());
  fs::remove_all(parts, failed);
}

}  // namespace

fs::path pull(const CatalogueModel& model, const DownloadOptions& options, const ProgressCallback& progress) {
  const auto parts = parts_of(model.id), place = installed_path(model);
  std::error_code failed;
  fs::create_directories(parts, failed);
  if (failed) {
    throw Error(ErrorCode::kIo, quoted(parts) + " cannot be made: " + failed.message() +
                                    ". Check the permissions of the folder that models are pulled into.");
  }
  const FileLock lock(parts.native() + ".lock",
                      "The model " + model.id + " is being pulled already: wait until that is done, or stop it.");
  if (!fs::exists(place)) {
    check_room(parts, model.bytes() - bytes_pulled(model));
    fetch(model, options, progress);
    put_into_place(model, place);
  }
  return place;
}

}  // namespace lectern::hub
