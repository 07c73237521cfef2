// The models on this machine and in the catalogue, as they are shown.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hub/catalogue.h"

namespace lectern::hub {

struct ListedModel {
  std::string id, name;
  ModelKind kind = ModelKind::kChat;
  std::int64_t bytes = 0, memory_bytes = 0;
  std::string licence, source;   // empty: not in the catalogue
  std::vector<ModelFile> files;  // of the catalogue's, with what they are checked against
  bool installed = false;
  std::string path;       // of an installed one
  std::string problem;    // why that cannot answer; empty: nothing is known against it
  std::int64_t done = 0;  // bytes that are here
};

/// Installed ones first, then the catalogue's in its order.
std::vector<ListedModel> list_models();

}  // namespace lectern::hub
