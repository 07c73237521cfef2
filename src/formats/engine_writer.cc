#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <new>

#include "core/paths.h"
#include "formats/checksum.h"
#include "formats/engine_file.h"
#include "formats/engine_header_checks.h"
#include "formats/engine_header_json.h"
#include "formats/engine_preamble.h"
#include "lectern/error.h"

namespace lectern::formats {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint64_t aligned(std::uint64_t offset) { return (offset + 63) / 64 * 64; }

void write_at(int descriptor, Bytes bytes, std::uint64_t offset, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      throw Error(ErrorCode::kIo,
                  quoted(path) + " cannot be written: " + std::strerror(errno) + ". Is there space left for it?");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
}

// Memory for one weight at a time, aligned as kernels want it.
class WeightBuffer {
 public:
  explicit WeightBuffer(std::size_t bytes) : data_(::operator new(aligned(bytes), kAlignment)) {}
  ~WeightBuffer() { ::operator delete(data_, kAlignment); }
  WeightBuffer(const WeightBuffer&) = delete;

  std::span<std::byte> zeroed(std::size_t bytes) {
    std::memset(data_, 0, bytes);
    return {static_cast<std::byte*>(data_), bytes};
  }

 private:
  static constexpr std::align_val_t kAlignment{64};
  void* data_;
};

void place_sections(EngineHeader& header, Bytes tokenizer, Bytes chat_template) {
  header.sections.clear();
  std::uint64_t end = sizeof(EnginePreamble);
  const auto place = [&](const char* name, std::uint64_t bytes, std::uint64_t sum) {
    if (bytes == 0) return;
    header.sections.push_back({name, aligned(end), bytes, sum});
    end = aligned(end) + bytes;
  };
  std::uint64_t weight_bytes = 0;
  for (const WeightSpec& weight : header.weights) weight_bytes = std::max(weight_bytes, weight.offset + weight.bytes);
  place("tokenizer", tokenizer.size(), checksum(tokenizer));
  place("chat_template", chat_template.size(), checksum(chat_template));
  place("weights", weight_bytes, 0);
}

std::uint64_t sections_end(const EngineHeader& header) {
  return header.sections.empty() ? sizeof(EnginePreamble)
                                 : header.sections.back().offset + header.sections.back().bytes;
}

// What the reader would refuse is a bug in the compiler: found here, before anything is written.
void check_as_reader_does(const EngineHeader& header, const std::filesystem::path& path) {
  for (const KernelCall& call : header.program) {
    for (const auto& [name, value] : call.attributes) {  // JSON has no way to write them
      if (!std::isfinite(value))
        throw Error(ErrorCode::kInternal, "Attribute " + name + " of " + call.op + " is not finite.");
    }
  }
  try {
    const std::string what = "The header for " + quoted(path);
    check_engine_header(engine_header_from_json(to_json_text(header), what), sizeof(EnginePreamble),
                        aligned(sections_end(header)), what);
  } catch (const Error& error) {
    throw Error(ErrorCode::kInternal, error.what());
  }
}

void write_preamble(int descriptor, Bytes header, std::uint64_t offset, const std::filesystem::path& path) {
  EnginePreamble preamble{};
  preamble.magic = kEngineMagic;
  preamble.version = kEngineFormatVersion;
  preamble.file_bytes = offset + header.size();
  preamble.header_offset = offset;
  preamble.header_bytes = header.size();
  preamble.header_checksum = checksum(header);
  preamble.checksum = checksum(std::as_bytes(std::span(&preamble, 1)).first(offsetof(EnginePreamble, checksum)));
  write_at(descriptor, std::as_bytes(std::span(&preamble, 1)), 0, path);
}

}  // namespace

void write_engine_file(const std::filesystem::path& path, EngineHeader header, Bytes tokenizer,
                       std::string_view chat_template,
                       const std::function<void(int index, std::span<std::byte> out)>& write_weight) {
  const Bytes chat_template_bytes = std::as_bytes(std::span(chat_template));
  place_sections(header, tokenizer, chat_template_bytes);
  check_as_reader_does(header, path);
  const auto offset_of = [&](std::string_view name) {
    const auto named = [&](const SectionSpec& section) { return section.name == name; };
    const auto found = std::find_if(header.sections.begin(), header.sections.end(), named);
    return found == header.sections.end() ? 0 : found->offset;
  };
  write_atomically(path, [&](int descriptor) {
    write_at(descriptor, tokenizer, offset_of("tokenizer"), path);
    write_at(descriptor, chat_template_bytes, offset_of("chat_template"), path);
    std::uint64_t largest = 0;
    for (const WeightSpec& weight : header.weights) largest = std::max(largest, weight.bytes);
    WeightBuffer buffer(largest);
    for (std::size_t i = 0; i < header.weights.size(); ++i) {
      WeightSpec& weight = header.weights[i];
      const std::span<std::byte> out = buffer.zeroed(weight.bytes);
      write_weight(static_cast<int>(i), out);
      weight.checksum = checksum(out);
      write_at(descriptor, out, offset_of("weights") + weight.offset, path);
    }
    const std::string text = to_json_text(header);
    const std::uint64_t offset = aligned(sections_end(header));
    write_at(descriptor, std::as_bytes(std::span(text)), offset, path);
    write_preamble(descriptor, std::as_bytes(std::span(text)), offset, path);
  });
}

}  // namespace lectern::formats
