#include "server/server.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include "lectern/error.h"
#include "server/free_memory.h"

namespace lectern::server {
namespace {

void check(const ServerModels& models, const ServerOptions& options) {
  const auto& gate = options.service.gate;
  if (!is_loopback(options.http.address) && !is_address(options.http.address)) {
    throw Error(ErrorCode::kInvalidArgument,
                "\"" + options.http.address + "\" is no address: write one as 127.0.0.1 or ::1, or localhost.");
  }
  if (gate.api_key.empty() && std::find(gate.origins.begin(), gate.origins.end(), "*") != gate.origins.end()) {
    throw Error(ErrorCode::kInvalidArgument,
                "With --allow-origin \"*\" any page that is open in a browser could read your documents, so that it "
                "needs an API key: put one into a file and name it with --api-key-file. Or name the one origin.");
  }
  if (!is_loopback(options.http.address) && options.service.gate.api_key.empty()) {
    throw Error(ErrorCode::kInvalidArgument,
                "At " + options.http.address +
                    " others can reach this server, so that it needs an API key: put one into a file and name it with "
                    "--api-key-file, or into the variable LECTERN_API_KEY.");
  }
  if (!models.chat.engine->info().generates) {
    throw Error(ErrorCode::kInvalidArgument,
                models.chat.model.id + " is an encoder and cannot answer: choose a model that generates text.");
  }
  if (models.embedding.engine->info().generates) {
    throw Error(ErrorCode::kInvalidArgument,
                models.embedding.model.id + " makes no embeddings: choose an encoder such as MiniLM.");
  }
}

std::string url(const std::string& address, int port) {
  const bool v6 = address.find(':') != std::string::npos;
  return "http://" + (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

}  // namespace

void serve(ServerModels models, ServerOptions options, const std::function<void(const std::string&)>& on_ready) {
  check(models, options);
  if (options.http.address == "localhost") options.http.address = "127.0.0.1";
  models.chat.model.kind = hub::ModelKind::kChat;
  models.embedding.model.kind = hub::ModelKind::kEmbedding;
  ModelShelfOptions shelf_options;
  shelf_options.open = std::move(models.open);
  shelf_options.free_memory = free_memory;
  shelf_options.since = std::time(nullptr);
  auto shelf = std::make_unique<ModelShelf>(std::move(models.chat), std::move(models.embedding), shelf_options);
  Service service(*shelf, options.service);
  HttpServer http(options.http, service);
  if (!options.folders.empty()) service.libraries().add_folders(options.library, options.folders);
  service.libraries().keep_all();
  on_ready(url(options.http.address, http.port()));
  http.run();
  // What the engines still tell, they tell to connections: those go last.
  service.stop();
  shelf.reset();
}

}  // namespace lectern::server
