// The models that a server offers, by the names that requests use.
#pragma once

#include <cstdint>
#include <string>

#include "lectern/engine.h"

namespace lectern::server {

struct ServedModel {
  std::string id;  // its file's name
  Engine* engine = nullptr;
};

struct ServedModels {
  ServedModel chat, embedding;
  std::int64_t since = 0;  // seconds since 1970

  /// Throws ApiError 404 for another name, 400 for the other model.
  Engine& chat_engine(const std::string& id) const { return find(id, chat, embedding, "generates no text"); }
  Engine& embedder(const std::string& id) const { return find(id, embedding, chat, "makes no embeddings"); }

  /// {"object":"list","data":[…]}
  std::string list_json() const;
  /// One of them. Throws ApiError 404.
  std::string json_of(const std::string& id) const;

 private:
  static Engine& find(const std::string& id, const ServedModel& wanted, const ServedModel& other, const char* lack);
};

}  // namespace lectern::server
