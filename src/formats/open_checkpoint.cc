#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>

#include "core/mapped_file.h"
#include "core/paths.h"
#include "formats/checkpoint.h"
#include "formats/gguf.h"
#include "formats/hugging_face.h"
#include "lectern/error.h"

namespace lectern::formats {
namespace {

namespace fs = std::filesystem;

std::string first_bytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string begin(512, '\0');
  file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  begin.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return begin;
}

struct Stranger {
  std::string_view begin;  // lower case
  ErrorCode code;
  const char* message;
};

// What people take for a checkpoint.
constexpr std::array kStrangers = {
    Stranger{"lectern", ErrorCode::kInvalidArgument, "is an engine file already; a checkpoint was asked for"},
    Stranger{"<!doctype", ErrorCode::kCorrupt, "is a web page: the download failed. Download the model again"},
    Stranger{"<html", ErrorCode::kCorrupt, "is a web page: the download failed. Download the model again"},
    Stranger{"version https://git-lfs", ErrorCode::kCorrupt,
             "is a Git LFS pointer, not the file itself. Fetch it with git lfs pull"},
    Stranger{
        "pk\x03\x04", ErrorCode::kUnsupported,
        "is a zip archive, as PyTorch saves models; Lectern reads GGUF and safetensors. Get the model in one of those"},
    Stranger{"fugg", ErrorCode::kUnsupported, "is a big-endian GGUF file; Lectern reads little-endian ones"},
    Stranger{"tjgg", ErrorCode::kUnsupported, "is in a format older than GGUF. Download the model anew"},
    Stranger{"fmgg", ErrorCode::kUnsupported, "is in a format older than GGUF. Download the model anew"},
    Stranger{"lmgg", ErrorCode::kUnsupported, "is in a format older than GGUF. Download the model anew"}};

[[noreturn]] void refuse(const fs::path& path, std::string begin) {
  begin.erase(0, begin.find_first_not_of(" \t\r\n"));
  std::transform(begin.begin(), begin.end(), begin.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const Stranger& stranger : kStrangers) {
    if (begin.starts_with(stranger.begin)) throw Error(stranger.code, quoted(path) + " " + stranger.message + ".");
  }
  throw Error(ErrorCode::kCorrupt, quoted(path) +
                                       " is no checkpoint: it is neither a GGUF file nor a folder with "
                                       "config.json and *.safetensors. Was it downloaded whole?");
}

// Eight bytes of size, then a JSON object.
bool looks_like_safetensors(const fs::path& path, std::string_view begin) {
  return path.extension() == ".safetensors" || (begin.size() > 9 && begin.substr(8, 2) == "{\"");
}

}  // namespace

std::unique_ptr<Checkpoint> open_checkpoint(const fs::path& path) {
  std::error_code failed;
  const fs::file_status status = fs::status(path, failed);
  if (status.type() == fs::file_type::none) {
    throw Error(ErrorCode::kIo, quoted(path) + " cannot be opened: " + failed.message() + ".");
  }
  if (!fs::exists(status)) throw Error(ErrorCode::kNotFound, quoted(path) + " does not exist. Check the path.");
  if (fs::is_directory(status)) return open_hugging_face(path);
  if (!fs::is_regular_file(status)) {
    throw Error(ErrorCode::kIo, quoted(path) + " is not a file. Name a file or folder.");
  }
  const std::string begin = first_bytes(path);
  if (begin.starts_with("GGUF")) return open_gguf(path);
  if (begin.empty()) {
    MappedFile unreadable_or_empty(path);  // says which
  }
  if (looks_like_safetensors(path, begin)) return open_hugging_face(path);
  refuse(path, begin);
}

}  // namespace lectern::formats
