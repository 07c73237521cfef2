#include "server/catalogue_api.h"

#include <nlohmann/json.hpp>

#include "core/paths.h"
#include "hub/pull.h"
#include "lectern/compile.h"
#include "server/api_error.h"
#include "server/json_text.h"
#include "server/model_json.h"

namespace lectern::server {
namespace {

using Json = nlohmann::ordered_json;

void pull_model(const hub::CatalogueModel& model, std::stop_token stop, const ProgressCallback& progress) {
  hub::DownloadOptions options;
  options.hub = hub::Hub::from_environment();
  options.stop = std::move(stop);
  hub::pull(model, options, progress);
}

ApiError not_in_catalogue(const std::string& id) {
  return {404, "The catalogue has no model \"" + to_valid_utf8(id) + "\": GET /v1/catalogue lists it.", "model",
          "model_not_found"};
}

const hub::CatalogueModel& in_catalogue(const std::string& id) {
  if (const auto* model = hub::catalogue().find(id); model != nullptr) return *model;
  throw not_in_catalogue(id);
}

Json json_of(const hub::ListedModel& model, const std::optional<DownloadState>& download) {
  Json json = server::json_of(model);
  if (download && !model.installed) {
    json["state"] = download->failed ? "failed" : "downloading";
    if (!download->failed) json["done"] = std::max(model.done, download->done);
  }
  const bool told = download && !model.installed;
  json["per_second"] = told && download->per_second ? Json(*download->per_second) : Json(nullptr);
  json["reason"] = told ? or_null(download->reason) : Json(nullptr);
  return json;
}

}  // namespace

CatalogueApi::CatalogueApi(ModelShelf& shelf) : shelf_(shelf), downloads_(pull_model) {}

std::vector<Route> CatalogueApi::routes() {
  const auto on_model = [this](void (CatalogueApi::*f)(const Asked&, const std::string&)) {
    return [this, f](const Asked& exchange, const PathParameters& path) { (this->*f)(exchange, path.at("model")); };
  };
  return {
      {"GET", "/v1/catalogue", false, [this](const Asked& exchange, const auto&) { list(exchange); }},
      {"DELETE", "/v1/catalogue/{model}", false, on_model(&CatalogueApi::remove)},
      {"POST", "/v1/catalogue/{model}/pull", false, on_model(&CatalogueApi::pull), RequestBody::kNone},
      {"DELETE", "/v1/catalogue/{model}/pull", false, on_model(&CatalogueApi::cancel)},
  };
}

void CatalogueApi::list(const Asked& exchange) const {
  Json list = Json::array();
  for (const auto& model : hub::list_models()) list.push_back(json_of(model, downloads_.state(model.id)));
  exchange->respond({.body = dump({{"object", "list"}, {"data", std::move(list)}})});
}

void CatalogueApi::show(const Asked& exchange, const std::string& id, int status) const {
  for (const auto& model : hub::list_models()) {
    if (model.id == id)
      return exchange->respond({.status = status, .body = dump(json_of(model, downloads_.state(id)))});
  }
  throw not_in_catalogue(id);
}

void CatalogueApi::pull(const Asked& exchange, const std::string& id) {
  const auto& model = in_catalogue(id);
  if (!hub::find_installed(id)) downloads_.start(model);
  show(exchange, id, 202);
}

void CatalogueApi::cancel(const Asked& exchange, const std::string& id) {
  in_catalogue(id);
  downloads_.cancel(id);
  show(exchange, id, 200);
}

void CatalogueApi::remove(const Asked& exchange, const std::string& id) {
  shelf_.unload(id);
  downloads_.cancel(id);
  try {
    hub::remove_model(id, forget_compiled);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kInvalidArgument) throw ApiError(409, error.what(), "model", "model_not_pulled");
    throw;
  }
  exchange->respond({.body = dump({{"id", id}, {"object", "model.deleted"}, {"deleted", true}})});
}

}  // namespace lectern::server
