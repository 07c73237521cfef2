// The server as the command starts it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lectern/engine.h"
#include "server/http_server.h"
#include "server/service.h"

namespace lectern::server {

struct ServerOptions {
  HttpOptions http;
  ServiceOptions service;
  std::string library = "default";             // that `folders` are read into
  std::vector<std::filesystem::path> folders;  // may be none
};

struct ServerModels {
  ServedModel chat, embedding;
  OpenModel open;  // another that a request names
};

/// Serves until SIGTERM or SIGINT, and reads the folders meanwhile. Calls `on_ready` with the address
/// ("http://127.0.0.1:8080") once it listens. Throws Error: kInvalidArgument (an address beyond this machine without an
/// API key; models of the wrong kind), kIo.
void serve(ServerModels models, ServerOptions options, const std::function<void(const std::string&)>& on_ready);

}  // namespace lectern::server
