// From the catalogue to this machine.
#pragma once

#include <filesystem>

#include "hub/catalogue.h"
#include "hub/file_download.h"
#include "lectern/progress.h"

namespace lectern::hub {

/// Fetches what is missing of `model` and puts it into place, whole; returns where. `progress` counts bytes of all its
/// files. Throws Error as `download_file` does, and kBusy where another process pulls it.
std::filesystem::path pull(const CatalogueModel& model, const DownloadOptions& options,
                           const ProgressCallback& progress);

}  // namespace lectern::hub
