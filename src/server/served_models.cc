#include "server/served_models.h"

#include <nlohmann/json.hpp>

#include "server/api_error.h"
#include "server/json_text.h"

namespace lectern::server {
namespace {

using Json = nlohmann::ordered_json;

Json json_of_model(const ServedModel& model, std::int64_t since) {
  return {{"id", model.id},
          {"object", "model"},
          {"created", since},
          {"owned_by", "lectern"},
          {"context_length", model.engine->info().context_length},
          {"generates", model.engine->info().generates}};
}

ApiError no_such_model(const std::string& id) {
  return {404, "There is no model \"" + id + "\" here: GET /v1/models lists them.", "model", "model_not_found"};
}

}  // namespace

Engine& ServedModels::find(const std::string& id, const ServedModel& wanted, const ServedModel& other,
                           const char* lack) {
  if (id == wanted.id) return *wanted.engine;
  if (id != other.id) throw no_such_model(id);
  throw ApiError(400, "The model \"" + id + "\" " + lack + ": use \"" + wanted.id + "\".", "model", "invalid_value");
}

std::string ServedModels::list_json() const {
  return dump(
      {{"object", "list"}, {"data", Json::array({json_of_model(chat, since), json_of_model(embedding, since)})}});
}

std::string ServedModels::json_of(const std::string& id) const {
  for (const auto* model : {&chat, &embedding}) {
    if (model->id == id) return dump(json_of_model(*model, since));
  }
  throw no_such_model(id);
}

}  // namespace lectern::server
