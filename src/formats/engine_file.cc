#include "formats/engine_file.h"

#include <cstddef>
#include <cstring>
#include <fstream>

#include "core/paths.h"
#include "formats/checksum.h"
#include "formats/engine_header_checks.h"
#include "formats/engine_header_json.h"
#include "formats/engine_preamble.h"
#include "formats/quoted_text.h"
#include "lectern/error.h"

namespace lectern::formats {
namespace {

using Bytes = std::span<const std::byte>;

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& why,
                         ErrorCode code = ErrorCode::kCorrupt) {
  throw Error(code, quoted(path) + " " + why + ": compile the checkpoint again.");
}

EnginePreamble read_preamble(Bytes bytes, const std::filesystem::path& path) {
  EnginePreamble preamble;
  const std::size_t magic = std::min(bytes.size(), kEngineMagic.size());
  if (std::memcmp(bytes.data(), kEngineMagic.data(), magic) != 0) {
    throw Error(ErrorCode::kCorrupt, quoted(path) + " is not an engine file. Make one with lectern compile.");
  }
  if (bytes.size() < sizeof preamble)
    refuse(path, "was cut short: it ends after " + std::to_string(bytes.size()) + " bytes");
  std::memcpy(&preamble, bytes.data(), sizeof preamble);
  if (preamble.version != kEngineFormatVersion) {
    refuse(path,
           "was written in version " + std::to_string(preamble.version) +
               " of the engine format; this Lectern reads version " + std::to_string(kEngineFormatVersion),
           ErrorCode::kVersion);
  }
  if (preamble.checksum != checksum(bytes.first(offsetof(EnginePreamble, checksum))) || preamble.zero_too != 0) {
    refuse(path, "is damaged in its first 64 bytes");
  }
  return preamble;
}

Bytes header_bytes(const EnginePreamble& preamble, Bytes file, const std::filesystem::path& path) {
  if (preamble.file_bytes != file.size()) {
    refuse(path, (file.size() < preamble.file_bytes ? "was cut short: it has " : "has grown: it has ") +
                     std::to_string(file.size()) + " bytes of " + std::to_string(preamble.file_bytes));
  }
  if (preamble.header_bytes > kMaxEngineHeaderBytes || preamble.header_offset > file.size() ||
      preamble.header_bytes != file.size() - preamble.header_offset) {
    refuse(path, "has a header that is not at its end");
  }
  const Bytes header = file.subspan(preamble.header_offset, preamble.header_bytes);
  if (checksum(header) != preamble.header_checksum) refuse(path, "is damaged in its header");
  return header;
}

}  // namespace

EngineFile::EngineFile(const std::filesystem::path& path, WeightCheck check) : path_(path), file_(path) {
  const Bytes bytes = file_.bytes();
  const EnginePreamble preamble = read_preamble(bytes, path);
  const Bytes text = header_bytes(preamble, bytes, path);
  const std::string what = "The header of " + quoted(path);
  header_ = engine_header_from_json({reinterpret_cast<const char*>(text.data()), text.size()}, what);
  check_engine_header(header_, sizeof preamble, preamble.header_offset, what);
  for (const SectionSpec& spec : header_.sections) {
    if (spec.name != "weights" && checksum(section(spec.name)) != spec.checksum) {
      refuse(path, "is damaged in its section " + quoted_text(spec.name));
    }
  }
  weights_ = section("weights");
  if (check == WeightCheck::kAtOpening && weights_.size() <= kWeightBytesCheckedAtOpening) verify_weights(*this);
}

Bytes EngineFile::section(std::string_view name) const {
  for (const SectionSpec& spec : header_.sections) {
    if (spec.name == name) return file_.bytes().subspan(spec.offset, spec.bytes);
  }
  return {};
}

Bytes EngineFile::weight(int index) const {
  if (index < 0) return {};
  const WeightSpec& spec = header_.weights.at(static_cast<std::size_t>(index));
  return weights_.subspan(spec.offset, spec.bytes);
}

void verify_weights(const EngineFile& file) {
  for (std::size_t i = 0; i < file.header().weights.size(); ++i) {
    const WeightSpec& spec = file.header().weights[i];
    if (checksum(file.weight(static_cast<int>(i))) != spec.checksum) {
      refuse(file.path(), "is damaged in its weight " + quoted_text(spec.name));
    }
  }
}

bool is_engine_file(const std::filesystem::path& path) {
  std::array<char, kEngineMagic.size()> begin{};
  std::ifstream file(path, std::ios::binary);
  return file.read(begin.data(), begin.size()) && begin == kEngineMagic;
}

}  // namespace lectern::formats
