// What requests ask for, as read from their JSON.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lectern/engine.h"
#include "lectern/tokenizer.h"

namespace lectern::server {

/// What /v1/chat/completions and /v1/completions have in common.
struct GenerationRequest {
  std::string model;
  bool stream = false;
  bool include_usage = false;
  int n = 1;                          // answers to each prompt
  std::optional<int> max_tokens;      // else what the context holds
  std::optional<std::uint64_t> seed;  // else one of chance
  std::optional<int> top_logprobs;    // how many to tell beside each token's own; nothing where none are wanted
  SamplingOptions sampling;           // but for max_tokens and seed
};

struct ChatRequest : GenerationRequest {
  std::vector<Message> messages;
  std::optional<std::string> library;  // answers from its passages
  int passages = 5;                    // of it, offered to the model
  std::optional<std::string> schema;   // JSON that the answer is held to, not yet understood
};

struct CompletionRequest : GenerationRequest {
  std::vector<std::string> texts;            // the prompts,
  std::vector<std::vector<TokenId>> tokens;  // or these
};

struct EmbeddingRequest {
  std::string model;
  bool base64 = false;
  std::optional<int> dimensions;
  std::vector<std::string> texts;
  std::vector<std::vector<TokenId>> tokens;
};

/// Of /v1/libraries/{library}/search.
struct SearchRequest {
  std::string query;
  int top_k = 5;
};

/// Each throws ApiError 400, which names the field. What depends on the model or the library comes later: first it is
/// seen whether that is there.
ChatRequest parse_chat_request(std::string_view json);
CompletionRequest parse_completion_request(std::string_view json);
/// What `request.schema` asks for. Throws ApiError 400, which names what is not understood.
std::shared_ptr<const Grammar> schema_grammar(const ChatRequest& request);
/// Throws ApiError 400 where `request` has what does not go with a library.
void check_library_request(const ChatRequest& request);

SearchRequest parse_search_request(std::string_view json);
EmbeddingRequest parse_embedding_request(std::string_view json);

}  // namespace lectern::server
