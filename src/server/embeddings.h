// /v1/embeddings
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "lectern/engine.h"
#include "server/generation_request.h"

namespace lectern::server {

/// Embeds what `request` holds, and tells it as OpenAI's API does; nothing where it was stopped. Blocks. Throws
/// ApiError, and Error as `Engine::embed` does.
std::optional<std::string> embeddings_json(const EmbeddingRequest& request, Engine& embedder,
                                           const std::stop_token& stop);

}  // namespace lectern::server
