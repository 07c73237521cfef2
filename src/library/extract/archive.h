// A zip archive in memory, unpacked part by part: what most office documents are.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct zip;

namespace lectern::library {

/// Names are looked up in the archive alone: whatever they say, nothing on a disk is opened or written. What all parts
/// unpack to is bounded, whatever the archive claims.
class Archive {
 public:
  /// `bytes` must outlive it. `kind` is what the file ought to be, for failures: "a Word document". Throws
  /// ExtractFailure.
  Archive(std::string_view bytes, std::string_view kind);
  ~Archive();
  Archive(const Archive&) = delete;

  /// Unpacked; nothing where there is no such part.
  std::optional<std::string> part(const std::string& name);
  std::string needed_part(const std::string& name);  // throws ExtractFailure where there is none

 private:
  std::string kind_;
  zip* archive_ = nullptr;
  std::uint64_t unpacked_ = 0;
};

/// The part that `reference` (a relative URI, perhaps with a fragment) means within part `from`. Never above the root.
std::string resolve_reference(std::string_view from, std::string_view reference);

}  // namespace lectern::library
