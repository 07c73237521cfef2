// One file from the hub: fetched in as many requests as it takes, and checked.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string_view>

#include "hub/catalogue.h"
#include "hub/hub_address.h"

namespace lectern::hub {

struct DownloadOptions {
  Hub hub;
  std::stop_token stop = {};
  int tries = 7;                                // in a row that bring nothing
  std::chrono::milliseconds first_pause{1000};  // between tries; each is twice the one before, up to `longest_pause`
  std::chrono::milliseconds longest_pause{30'000};
  std::chrono::seconds connect_time{30}, stall_time{60};
};

/// Called with the bytes that are there, and while it waits with the reason.
using DownloadProgress = std::function<void(std::int64_t bytes, std::string_view waits_for)>;

/// Fetches `file` of `model` to `path`, going on from what an earlier call left there. The file appears whole and
/// checked, or not at all; what has come of it stays, unless it is wrong. Throws Error: kIo (the hub, the network, the
/// disk), kCorrupt (other bytes than they should be), kUnsupported (nothing to check them against), kNotFound, kBusy
/// (the hub asks to wait), kCancelled.
void download_file(const CatalogueModel& model, const ModelFile& file, const std::filesystem::path& path,
                   const DownloadOptions& options, const DownloadProgress& progress);

}  // namespace lectern::hub
