#include "server/model_json.h"

#include <nlohmann/json.hpp>

#include "server/json_text.h"

namespace lectern::server {

nlohmann::ordered_json json_of(const hub::ListedModel& model) {
  return {{"id", model.id},
          {"name", model.name},
          {"kind", name(model.kind)},
          {"bytes", model.bytes},
          {"memory_bytes", model.memory_bytes},
          {"licence", or_null(model.licence)},
          {"source", or_null(model.source)},
          {"state", model.installed ? "installed" : "available"},
          {"done", model.done}};
}

}  // namespace lectern::server
