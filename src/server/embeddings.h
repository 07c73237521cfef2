// /v1/embeddings
#pragma once

#include <string>

#include "lectern/engine.h"
#include "server/generation_request.h"

namespace lectern::server {

/// Embeds what `request` holds, and tells it as OpenAI's API does. Blocks. Throws ApiError, and Error as
/// `Engine::embed` does.
std::string embeddings_json(const EmbeddingRequest& request, Engine& embedder);

}  // namespace lectern::server
