#include "models/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "core/paths.h"
#include "formats/quoted_text.h"
#include "lectern/error.h"

namespace lectern::models {
namespace {

using Definition = Model (*)(const formats::Checkpoint&);

const std::map<std::string, Definition>& definitions() {
  static const std::map<std::string, Definition> kDefinitions = {
      {"bert", build_bert},
      {"llama", build_llama},
      {"mistral", build_llama},
      {"qwen2", build_qwen2},
  };
  return kDefinitions;
}

}  // namespace

Model build_model(const formats::Checkpoint& checkpoint) {
  const auto definition = definitions().find(checkpoint.family());
  if (definition == definitions().end()) {
    throw Error(
        ErrorCode::kUnsupported,
        fmt::format("{} is of the family {}, which Lectern does not know; it knows {}.", quoted(checkpoint.path()),
                    formats::quoted_text(checkpoint.family()), fmt::join(known_families(), ", ")));
  }
  return definition->second(checkpoint);
}

std::vector<std::string> known_families() {
  std::vector<std::string> families;
  for (const auto& [family, definition] : definitions()) families.push_back(family);
  return families;
}

}  // namespace lectern::models
