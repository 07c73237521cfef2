#include "server/free_memory.h"

#include <algorithm>
#include <fstream>
#include <string>

namespace lectern::server {
namespace {

// The number after `name` in a file of lines "name number".
std::optional<std::int64_t> field(const char* file, const std::string& name) {
  std::ifstream in(file);
  for (std::string word; in >> word;) {
    if (std::int64_t number = 0; word == name && in >> number) return number;
  }
  return {};
}

std::optional<std::int64_t> number_in(const char* file) {
  std::ifstream in(file);
  if (std::int64_t number = 0; in >> number) return number;
  return {};  // "max"
}

// Pages of files give way.
std::optional<std::int64_t> left_of_control_group() {
  const auto limit = number_in("/sys/fs/cgroup/memory.max"), used = number_in("/sys/fs/cgroup/memory.current");
  if (!limit || !used) return {};
  return *limit - *used + field("/sys/fs/cgroup/memory.stat", "inactive_file").value_or(0);
}

}  // namespace

std::optional<std::int64_t> free_memory() {
  const auto kibibytes = field("/proc/meminfo", "MemAvailable:");
  const auto group = left_of_control_group();
  if (!kibibytes) return group;
  return std::min(*kibibytes * 1024, group.value_or(*kibibytes * 1024));
}

}  // namespace lectern::server
