#include "cli/model_path.h"

#include "core/paths.h"
#include "hub/catalogue.h"
#include "hub/model_store.h"
#include "lectern/error.h"

namespace lectern::cli {
namespace {

namespace fs = std::filesystem;

std::string advice(const std::string& model) {
  const bool name = model.find('/') == std::string::npos;
  if (const auto* known = name ? hub::catalogue().find(hub::model_id(model)) : nullptr; known != nullptr)
    return "Fetch it: lectern models pull " + known->id;
  return "Check the name; `lectern models list` tells which there are.";
}

}  // namespace

fs::path model_path(const std::string& model) {
  if (auto found = hub::find_model(model)) return *found;
  std::string message = "There is no model " + lectern::quoted(model);
  if (!fs::path(model).is_absolute()) {
    message += ", neither as a path nor in any of";
    for (const auto& folder : hub::model_folders()) message += " " + lectern::quoted(folder) + ",";
    message.pop_back();
  }
  throw Error(ErrorCode::kNotFound, message + ". " + advice(model));
}

}  // namespace lectern::cli
