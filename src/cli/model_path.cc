#include "cli/model_path.h"

#include <cstdlib>
#include <vector>

#include "core/paths.h"
#include "lectern/error.h"

namespace lectern::cli {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> model_folders() {
  std::vector<fs::path> folders;
  if (const char* named = std::getenv("LECTERN_MODELS"); named != nullptr && *named != '\0')
    folders.emplace_back(named);
  try {
    folders.push_back(data_directory() / "models");
  } catch (const Error&) {
    // No home, or one that cannot be written: the other folders may still have it.
  }
  folders.push_back((executable_directory() / "../share/lectern/models").lexically_normal());
  return folders;
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

}  // namespace

std::optional<fs::path> try_model_path(const std::string& model) {
  if (is_there(model)) return fs::path(model);
  if (fs::path(model).is_absolute()) return std::nullopt;
  for (const auto& folder : model_folders()) {
    if (is_there(folder / model)) return folder / model;
  }
  return std::nullopt;
}

fs::path model_path(const std::string& model) {
  if (auto found = try_model_path(model)) return *found;
  std::string message = "There is no model " + lectern::quoted(model);
  if (!fs::path(model).is_absolute()) {
    message += ", neither as a path nor in any of";
    for (const auto& folder : model_folders()) message += " " + lectern::quoted(folder) + ",";
    message.pop_back();
  }
  message += ". ";
  const bool ours = model == kDefaultModel || model == kDefaultEmbeddingModel;
  message += ours ? "Run scripts/setup, which fetches it, or set LECTERN_MODELS to the folder that has it."
                  : "Check the name.";
  throw Error(ErrorCode::kNotFound, message);
}

}  // namespace lectern::cli
