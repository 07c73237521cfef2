#include "library/companions.h"

#include <algorithm>
#include <string>

namespace lectern::library {

bool is_of_library(std::string_view path, std::string_view library) {
  if (!path.starts_with(library)) return false;
  path.remove_prefix(library.size());
  return path.empty() || std::ranges::find(kCompanions, path) != std::end(kCompanions);
}

std::vector<std::filesystem::path> companions(const std::filesystem::path& library) {
  std::vector<std::filesystem::path> out;
  for (const std::string_view ending : kCompanions) out.emplace_back(library.native() + std::string(ending));
  return out;
}

}  // namespace lectern::library
