#include "hub/disk_space.h"

#include <fmt/format.h>

#include "core/paths.h"
#include "lectern/error.h"

namespace lectern::hub {

std::string size_text(std::int64_t bytes) {
  const auto size = static_cast<double>(bytes);
  if (bytes < 1000) return fmt::format("{} bytes", bytes);
  if (size < 999.5e3) return fmt::format("{:.0f} kB", size / 1e3);
  if (size < 9.95e6) return fmt::format("{:.1f} MB", size / 1e6);
  if (size < 999.5e6) return fmt::format("{:.0f} MB", size / 1e6);
  return fmt::format("{:.1f} GB", size / 1e9);
}

void check_room(const std::filesystem::path& folder, std::int64_t bytes) {
  std::error_code failed;
  const auto space = std::filesystem::space(folder, failed);
  // Where it cannot be known, writing will tell.
  if (failed || bytes <= 0 || space.available >= static_cast<std::uintmax_t>(bytes)) return;
  throw Error(ErrorCode::kIo,
              fmt::format("The model takes {} more, and the disk of {} has {} left: make room, then "
                          "pull it again.",
                          size_text(bytes), quoted(folder), size_text(static_cast<std::int64_t>(space.available))));
}

}  // namespace lectern::hub
