// The models on this machine.
//
// $XDG_DATA_HOME/lectern/models/
//   ID.gguf, ID/     a model: one GGUF file, or a folder in Hugging Face's layout
//   .parts/ID/       what has come of one that is being pulled; ID.lock beside it is held by whoever pulls
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hub/catalogue.h"

namespace lectern::hub {

/// Where models are looked for, the first first: $LECTERN_MODELS, $XDG_DATA_HOME/lectern/models, and
/// ../share/lectern/models beside the executable.
std::vector<std::filesystem::path> model_folders();

/// `model` as a path, else by that name or id in one of the folders.
std::optional<std::filesystem::path> find_model(const std::string& model);

struct InstalledModel {
  std::string id;
  std::filesystem::path path;
  std::int64_t bytes = 0;
  ModelKind kind = ModelKind::kChat;
  std::string problem = {};  // why it cannot answer, as its header shows; empty: nothing is known against it
};

/// In the folders, by id; of two with one id, the one that is found first.
std::vector<InstalledModel> installed_models();
std::optional<InstalledModel> find_installed(const std::string& id);
/// One that lies wherever it does.
InstalledModel model_at(const std::filesystem::path& path);

/// "models/smollm2.gguf" is "smollm2".
std::string model_id(const std::filesystem::path& model);

/// What it will need to answer: as the catalogue says, else about its size.
std::int64_t memory_bytes(const InstalledModel& model);

/// The folder that models are pulled into.
std::filesystem::path pulled_models();
/// Where a model of the catalogue is put.
std::filesystem::path installed_path(const CatalogueModel& model);
/// Where the parts of one are.
std::filesystem::path parts_of(const std::string& id);
/// How many bytes of it have come, where it is not whole.
std::int64_t bytes_pulled(const CatalogueModel& model);

/// Deletes a model that was pulled, or the parts of one. Throws Error: kNotFound (there is neither), kInvalidArgument
/// (it lies in another folder), kBusy (it is being pulled), kIo, and what `goes` throws, which is called with the path
/// of a whole model before it is deleted.
void remove_model(const std::string& id, const std::function<void(const std::filesystem::path&)>& goes = {});

}  // namespace lectern::hub
