#include "server/model_json.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "server/json_text.h"

namespace lectern::server {

nlohmann::ordered_json json_of(const hub::ListedModel& model) {
  auto files = nlohmann::ordered_json::array();
  for (const auto& file : model.files)
    files.push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", or_null(file.sha256)}});
  return {{"id", model.id},
          {"name", model.name},
          {"kind", name(model.kind)},
          {"bytes", model.bytes},
          {"memory_bytes", model.memory_bytes},
          {"licence", or_null(model.licence)},
          {"source", or_null(model.source)},
          {"state", model.installed ? "installed" : "available"},
          {"done", model.done},
          {"problem", or_null(model.problem)},
          {"files", std::move(files)}};
}

}  // namespace lectern::server
