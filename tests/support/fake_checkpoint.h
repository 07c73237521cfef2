// A checkpoint that is what the test says.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "formats/checkpoint.h"

namespace lectern::test {

class FakeCheckpoint : public formats::Checkpoint {
 public:
  explicit FakeCheckpoint(formats::CheckpointFormat format) : format_(format) {}
  formats::CheckpointFormat format() const override { return format_; }
  const std::filesystem::path& path() const override { return path_; }
  std::string family() const override { return "llama"; }
  std::span<const formats::CheckpointTensor> tensors() const override { return {}; }
  const formats::Metadata& metadata() const override { return fields; }
  std::string side_file(std::string_view name) const override {
    const auto found = files.find(name);
    return found == files.end() ? "" : found->second;
  }
  std::string content_hash(const std::stop_token&) const override { return ""; }

  formats::Metadata fields;
  std::map<std::string, std::string, std::less<>> files;

 private:
  formats::CheckpointFormat format_;
  std::filesystem::path path_ = "a model";
};

}  // namespace lectern::test
