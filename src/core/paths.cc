#include "core/paths.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "lectern/error.h"

namespace lectern {
namespace {

std::filesystem::path xdg_directory(const char* variable, const char* below_home) {
  std::filesystem::path base;
  if (const char* value = std::getenv(variable); value != nullptr && *value == '/') {
    base = value;  // the specification ignores relative values
  } else if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
    base = std::filesystem::path(home) / below_home;
  } else {
    throw Error(ErrorCode::kIo, std::string("Neither ") + variable + " nor HOME is set: set one to a folder.");
  }
  base /= "lectern";
  std::error_code failed;
  std::filesystem::create_directories(base, failed);
  if (failed)
    throw Error(ErrorCode::kIo, quoted(base) + " cannot be created: " + failed.message() + ". Set " + variable +
                                    " to a folder that can be written.");
  return base;
}

// Length of the well-formed UTF-8 character at `text`, 0 where there is none (RFC 3629).
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0u) == 0x80u; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    if (!follows(1) || !follows(2)) return 0;
    if (first == 0xe0 && byte(1) < 0xa0) return 0;   // overlong
    if (first == 0xed && byte(1) >= 0xa0) return 0;  // surrogates
    return 3;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (!follows(1) || !follows(2) || !follows(3)) return 0;
    if (first == 0xf0 && byte(1) < 0x90) return 0;
    if (first == 0xf4 && byte(1) >= 0x90) return 0;
    return 4;
  }
  return 0;
}

}  // namespace

std::filesystem::path cache_directory() { return xdg_directory("XDG_CACHE_HOME", ".cache"); }
std::filesystem::path data_directory() { return xdg_directory("XDG_DATA_HOME", ".local/share"); }

std::filesystem::path executable_directory() { return std::filesystem::read_symlink("/proc/self/exe").parent_path(); }

std::string quoted(const std::filesystem::path& path) {
  const std::string& bytes = path.native();
  std::string out = "\"";
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = character_length(std::string_view(bytes).substr(i));
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (length == 0 || byte < 0x20 || byte == 0x7f) {
      char escape[5];
      std::snprintf(escape, sizeof escape, "\\x%02x", byte);
      out += escape;
      ++i;
    } else {
      out.append(bytes, i, length);
      i += length;
    }
  }
  return out + "\"";
}

std::string to_valid_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t length = character_length(bytes);
    out += length == 0 ? std::string_view("\xef\xbf\xbd") : bytes.substr(0, length);
    bytes.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

void write_atomically(const std::filesystem::path& path, const std::function<void(int)>& write) {
  std::string temporary = path.native() + ".XXXXXX";
  const int descriptor = ::mkostemp(temporary.data(), O_CLOEXEC);
  const auto refuse = [&](const char* what) {
    const int error = errno;
    ::unlink(temporary.c_str());
    throw Error(ErrorCode::kIo, quoted(path) + " " + what + ": " + std::strerror(error) +
                                    ". Check the folder's permissions and the space left.");
  };
  if (descriptor < 0) refuse("cannot be created");
  try {
    write(descriptor);
  } catch (...) {
    ::close(descriptor);
    ::unlink(temporary.c_str());
    throw;
  }
  const bool synced = ::fchmod(descriptor, 0644) == 0 && ::fsync(descriptor) == 0;
  if (::close(descriptor) != 0 || !synced) refuse("cannot be written");
  if (::rename(temporary.c_str(), path.c_str()) != 0) refuse("cannot be put into place");
}

}  // namespace lectern
