#include <nlohmann/json.hpp>

#include "cli/json.h"
#include "hub/model_list.h"
#include "server/json_text.h"
#include "server/model_json.h"

namespace lectern::cli {
namespace {

using Json = nlohmann::ordered_json;
using server::dump;
using server::or_null;

}  // namespace

std::string to_json(std::span<const hub::ListedModel> models) {
  Json list = Json::array();
  for (const auto& model : models) {
    list.push_back(server::json_of(model));
    list.back()["path"] = or_null(model.path);
  }
  return dump({{"models", std::move(list)}});
}

std::string pulled_to_json(std::string_view id, std::string_view path, std::int64_t bytes) {
  return dump({{"id", id}, {"path", path}, {"bytes", bytes}});
}

}  // namespace lectern::cli
