#include "server/server.h"

#include <ctime>
#include <utility>

#include "lectern/error.h"

namespace lectern::server {
namespace {

void check(const ServerModels& models, const ServerOptions& options) {
  if (!is_loopback(options.http.address) && options.service.gate.api_key.empty()) {
    throw Error(ErrorCode::kInvalidArgument,
                "At " + options.http.address +
                    " others can reach this server, so that it needs an API key: put one into a file and name it with "
                    "--api-key-file, or into the variable LECTERN_API_KEY.");
  }
  if (!models.chat->info().generates) {
    throw Error(ErrorCode::kInvalidArgument,
                models.chat_id + " is an encoder and cannot answer: choose a model that generates text.");
  }
  if (models.embedder->info().generates) {
    throw Error(ErrorCode::kInvalidArgument,
                models.embedding_id + " makes no embeddings: choose an encoder such as MiniLM.");
  }
}

std::string url(const std::string& address, int port) {
  const bool v6 = address.find(':') != std::string::npos;
  return "http://" + (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

}  // namespace

void serve(ServerModels models, const ServerOptions& options, const std::function<void(const std::string&)>& on_ready) {
  check(models, options);
  Service service(
      {{models.chat_id, models.chat.get()}, {models.embedding_id, models.embedder.get()}, std::time(nullptr)},
      options.service);
  HttpServer http(options.http, service);
  if (!options.folders.empty()) service.libraries().add_folders(options.library, options.folders);
  service.libraries().keep_all();
  on_ready(url(options.http.address, http.port()));
  http.run();
  // What the engines still tell, they tell to connections: those go last.
  service.stop();
  models.chat.reset();
  models.embedder.reset();
}

}  // namespace lectern::server
