// Sizes, and whether there is room for them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace lectern::hub {

/// "98 MB", "4.9 GB": millions and thousand millions, as disks and hubs count.
std::string size_text(std::int64_t bytes);

/// Throws Error kIo where the disk that `folder` is on has less left for this user.
void check_room(const std::filesystem::path& folder, std::int64_t bytes);

}  // namespace lectern::hub
