#include "hub/model_store.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/file_lock.h"
#include "core/paths.h"
#include "hub/model_check.h"
#include "hub/part_file.h"
#include "lectern/error.h"

namespace lectern::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOneFile = ".gguf";

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

std::int64_t bytes_below(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return static_cast<std::int64_t>(fs::file_size(path, ignored));
  std::int64_t bytes = 0;
  for (fs::recursive_directory_iterator entry(path, ignored), end; !ignored && entry != end; entry.increment(ignored)) {
    std::error_code gone;
    const auto size = entry->is_regular_file(gone) ? entry->file_size(gone) : 0;
    if (!gone) bytes += static_cast<std::int64_t>(size);
  }
  return bytes;
}

// The one family of encoders is BERT, which comes in Hugging Face's layout alone.
ModelKind kind_of(const fs::path& path) {
  std::ifstream in(path / "config.json");
  const auto config = nlohmann::json::parse(std::string{std::istreambuf_iterator<char>(in), {}}, nullptr, false);
  const bool encoder = config.is_object() && config.value("model_type", nlohmann::json()) == "bert";
  return encoder ? ModelKind::kEmbedding : ModelKind::kChat;
}

bool is_model(const fs::path& path) {
  if (path.filename().native().starts_with(".")) return false;
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return is_there(path / "config.json");
  return path.extension() == kOneFile && fs::is_regular_file(path, ignored);
}

void add_models_of(const fs::path& folder, std::vector<InstalledModel>& models) {
  std::vector<fs::path> paths;
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, ignored), end; !ignored && entry != end; entry.increment(ignored)) {
    if (is_model(entry->path())) paths.push_back(entry->path());
  }
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) {
    const auto id = model_id(path);
    const bool known = std::any_of(models.begin(), models.end(), [&](const auto& model) { return model.id == id; });
    if (known) continue;
    models.push_back(model_at(path));
    models.back().problem = problem_of(path);
  }
}

}  // namespace

std::vector<fs::path> model_folders() {
  std::vector<fs::path> folders;
  if (const char* named = std::getenv("LECTERN_MODELS"); named != nullptr && *named != '\0')
    folders.emplace_back(named);
  try {
    folders.push_back(pulled_models());
  } catch (const Error&) {
    // No home, or one that cannot be written: the other folders may still have it.
  }
  folders.push_back((executable_directory() / "../share/lectern/models").lexically_normal());
  return folders;
}

std::optional<fs::path> find_model(const std::string& model) {
  if (is_there(model)) return fs::path(model);
  if (model.empty() || fs::path(model).is_absolute()) return std::nullopt;
  for (const auto& folder : model_folders()) {
    for (const auto& name : {model, model + std::string(kOneFile)}) {
      if (is_there(folder / name)) return folder / name;
    }
  }
  return std::nullopt;
}

std::vector<InstalledModel> installed_models() {
  std::vector<InstalledModel> models;
  for (const auto& folder : model_folders()) add_models_of(folder, models);
  std::sort(models.begin(), models.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return models;
}

std::optional<InstalledModel> find_installed(const std::string& id) {
  for (auto& model : installed_models()) {
    if (model.id == id) return model;
  }
  return std::nullopt;
}

InstalledModel model_at(const fs::path& path) { return {model_id(path), path, bytes_below(path), kind_of(path), {}}; }

std::string model_id(const fs::path& model) {
  const fs::path path = model.has_filename() ? model : model.parent_path();
  const bool file = path.extension() == kOneFile || path.extension() == ".lectern";
  return to_valid_utf8((file ? path.stem() : path.filename()).native());
}

std::int64_t memory_bytes(const InstalledModel& model) {
  const auto* known = catalogue().find(model.id);
  return known != nullptr ? known->memory_bytes() : model.bytes + model.bytes / 8;
}

fs::path pulled_models() { return data_directory() / "models"; }

fs::path installed_path(const CatalogueModel& model) {
  return pulled_models() / (model.is_one_file() ? model.id + std::string(kOneFile) : model.id);
}

fs::path parts_of(const std::string& id) { return pulled_models() / ".parts" / id; }

std::int64_t bytes_pulled(const CatalogueModel& model) {
  std::int64_t bytes = 0;
  for (const auto& file : model.files) {
    const auto whole = parts_of(model.id) / file.name;
    bytes += is_there(whole) ? file.bytes : bytes_of_part(whole);
  }
  return bytes;
}

void remove_model(const std::string& id, const std::function<void(const fs::path&)>& goes) {
  const auto installed = find_installed(id);
  const bool ours = installed && installed->path.parent_path() == pulled_models();
  const bool partly = catalogue().find(id) != nullptr && is_there(parts_of(id));
  if (!ours && !partly) {
    if (!installed) throw Error(ErrorCode::kNotFound, "There is no model \"" + to_valid_utf8(id) + "\" to delete.");
    throw Error(ErrorCode::kInvalidArgument,
                "The model is " + quoted(installed->path) + ", which was not pulled: delete it there yourself.");
  }
  std::error_code failed;
  if (partly) {
    const FileLock lock(parts_of(id).native() + ".lock", "The model " + id + " is being pulled: stop that first.");
    fs::remove_all(parts_of(id), failed);
  }
  if (ours && !failed && goes) goes(installed->path);
  if (ours && !failed) fs::remove_all(installed->path, failed);
  if (failed) throw Error(ErrorCode::kIo, "The model " + id + " cannot be deleted: " + failed.message() + ".");
}

}  // namespace lectern::hub
