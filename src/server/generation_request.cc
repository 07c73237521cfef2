#include "server/generation_request.h"

#include <fmt/format.h>

#include <charconv>
#include <climits>
#include <nlohmann/json.hpp>

#include "server/api_error.h"
#include "server/json_fields.h"
#include "server/json_text.h"

namespace lectern::server {
namespace {

using Json = nlohmann::json;

constexpr int kMostChoices = 128;
constexpr std::size_t kMostStops = 16, kLongestStop = 1024;
constexpr std::size_t kLargestSchema = 64 * 1024;  // bytes
constexpr int kMostMembers = 16'384;               // of response_format, within: a schema of that size has fewer
constexpr std::size_t kMostMessages = 4096;
constexpr int kMostPassages = 100;
constexpr int kMostTopLogprobs = 20;
constexpr std::size_t kMostBiases = 1024;
constexpr int kLargestBias = 100, kLargestPenalty = 2;
constexpr std::size_t kMostInputs = 2048;
constexpr int kDefaultCompletionTokens = 16;  // as OpenAI's

std::vector<std::string> read_stops(Fields& fields) {
  const Json* value = fields.find("stop");
  if (value == nullptr) return {};
  const auto one = Json::array({*value});
  const Json& list = value->is_array() ? *value : one;
  if (list.size() > kMostStops) fields.refuse("stop", fmt::format("has more than {} strings", kMostStops));
  std::vector<std::string> stops;
  for (const auto& stop : list) {
    if (!stop.is_string()) fields.refuse("stop", "has to be a string or a list of strings");
    stops.push_back(stop.get<std::string>());
    if (stops.back().empty() || stops.back().size() > kLongestStop)
      fields.refuse("stop", fmt::format("has a string that is empty or longer than {} bytes", kLongestStop));
  }
  return stops;
}

// {"token id": bias}
std::vector<std::pair<TokenId, float>> read_bias(Fields& fields) {
  const Json* map = fields.find("logit_bias");
  if (map == nullptr) return {};
  if (!map->is_object() || map->size() > kMostBiases)
    fields.refuse("logit_bias", fmt::format("has to be an object of at most {} token ids", kMostBiases));
  std::vector<std::pair<TokenId, float>> biases;
  for (const auto& [name, bias] : map->items()) {
    TokenId token = -1;
    const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), token);
    if (failed != std::errc() || end != name.data() + name.size() || token < 0)
      fields.refuse("logit_bias", "has a name that is no token id");
    if (!bias.is_number() || !(bias >= -kLargestBias && bias <= kLargestBias))
      fields.refuse("logit_bias",
                    fmt::format("has a bias that is no number from {} to {}", -kLargestBias, kLargestBias));
    biases.emplace_back(token, bias.get<float>());
  }
  return biases;
}

void read_stream(Fields& fields, GenerationRequest& request) {
  request.stream = fields.flag("stream").value_or(false);
  const Json* options = fields.find("stream_options");
  if (options == nullptr) return;
  if (!request.stream) fields.refuse("stream_options", "goes with stream alone");
  Fields inner(*options, "stream_options.");
  request.include_usage = inner.flag("include_usage").value_or(false);
  inner.refuse_others();
}

void read_common(Fields& fields, GenerationRequest& request, double temperature = 1) {
  request.model = fields.required_text("model");
  read_stream(fields, request);
  request.n = static_cast<int>(fields.integer("n", 1, kMostChoices).value_or(1));
  if (const auto seed = fields.integer("seed", INT64_MIN, INT64_MAX)) request.seed = static_cast<std::uint64_t>(*seed);
  if (const auto most = fields.integer("max_tokens", 1, INT_MAX)) request.max_tokens = static_cast<int>(*most);
  auto& sampling = request.sampling;
  sampling.temperature = fields.number("temperature", 0, 2).value_or(temperature);
  sampling.top_p = fields.number("top_p", 0, 1).value_or(1);
  if (const auto top_k = fields.integer("top_k", 0, INT_MAX)) sampling.top_k = static_cast<int>(*top_k);
  sampling.ignore_end = fields.flag("ignore_eos").value_or(false);
  sampling.stop = read_stops(fields);
  sampling.presence_penalty = fields.number("presence_penalty", -kLargestPenalty, kLargestPenalty).value_or(0);
  sampling.frequency_penalty = fields.number("frequency_penalty", -kLargestPenalty, kLargestPenalty).value_or(0);
  sampling.logit_bias = read_bias(fields);
  fields.text("user");  // whose request it is makes no difference here
}

// What clients send of their own accord.
void take_defaults_of_chat(Fields& fields) {
  fields.take_default("tools", Json::array());
  fields.take_default("functions", Json::array());
  fields.take_default("tool_choice", "none");
  fields.flag("parallel_tool_calls");  // without tools there is no difference
  fields.take_default("store", false);
  fields.take_default("metadata", Json::object());
  fields.take_default("modalities", Json::array({"text"}));
  fields.take_default("service_tier", "auto");
}

// The schema is read once more for the order of its members.
std::string read_schema(Fields& format, std::string_view body) {
  const Json* json_schema = format.find("json_schema");
  if (json_schema == nullptr) format.refuse("json_schema", "is missing");
  Fields fields(*json_schema, "response_format.json_schema.");
  fields.required_text("name");
  fields.text("description");
  fields.flag("strict");  // it is held to either way
  const Json* schema = fields.find("schema");
  if (schema == nullptr) fields.refuse("schema", "is missing");
  if (schema->dump().size() > kLargestSchema) fields.refuse("schema", "is larger than 64 KiB");
  fields.refuse_others();
  // An object that keeps its order takes long to fill, the longer the more members it has: of the body nothing else is
  // read, nor more than a schema has room for (a member given twice is read twice).
  bool wanted = false;
  int members = 0;
  const auto ordered = nlohmann::ordered_json::parse(body, [&](int depth, auto event, const auto& name) {
    if (event != nlohmann::ordered_json::parse_event_t::key) return true;
    if (depth == 1) wanted = name == "response_format";
    return wanted && ++members <= kMostMembers;
  });
  if (members > kMostMembers) fields.refuse("schema", "stands beside too much else in response_format");
  return ordered["response_format"]["json_schema"]["schema"].dump();
}

void read_response_format(Fields& fields, std::string_view body, ChatRequest& request) {
  const Json* format = fields.find("response_format");
  if (format == nullptr) return;
  Fields inner(*format, "response_format.");
  const std::string type = inner.required_text("type");
  if (type == "json_object") {
    request.sampling.grammar = json_object_grammar();
  } else if (type == "json_schema") {
    request.schema = read_schema(inner, body);
  } else if (type != "text") {
    inner.refuse("type", "has to be text, json_object or json_schema");
  }
  inner.refuse_others();
  const bool held = request.sampling.grammar || request.schema;
  if (held && request.sampling.ignore_end) fields.refuse("ignore_eos", "does not go with a response_format");
  if (held && !request.sampling.stop.empty()) fields.refuse("stop", "does not go with a response_format");
  if (held && request.library) fields.refuse("response_format", "does not go with library");
}

// A string, or a list of text parts.
std::string read_content(Fields& fields, const std::string& where) {
  const Json* content = fields.find("content");
  if (content == nullptr) fields.refuse("content", "is missing");
  if (content->is_string()) return content->get<std::string>();
  if (!content->is_array()) fields.refuse("content", "has to be a string or a list of text parts");
  std::string text;
  for (std::size_t i = 0; i < content->size(); ++i) {
    Fields part((*content)[i], fmt::format("{}content[{}].", where, i));
    if (part.required_text("type") != "text") part.refuse("type", "has to be text: the models here read nothing else");
    text += part.required_text("text");
    part.refuse_others();
  }
  return text;
}

Message read_message(const Json& json, const std::string& where) {
  Fields fields(json, where);
  Message message{fields.required_text("role"), {}};
  if (message.role == "developer") message.role = "system";
  if (message.role != "system" && message.role != "user" && message.role != "assistant")
    fields.refuse("role", "has to be system, developer, user or assistant");
  message.content = read_content(fields, where);
  fields.take_default("annotations", Json::array());  // of an answer that is sent back as it came
  fields.take_default("tool_calls", Json::array());
  fields.refuse_others();
  return message;
}

void read_messages(Fields& fields, ChatRequest& request) {
  const Json* list = fields.find("messages");
  if (list == nullptr || !list->is_array() || list->empty() || list->size() > kMostMessages)
    fields.refuse("messages", fmt::format("has to be a list of 1 to {} messages", kMostMessages));
  for (std::size_t i = 0; i < list->size(); ++i)
    request.messages.push_back(read_message((*list)[i], fmt::format("messages[{}].", i)));
}

std::vector<TokenId> read_tokens(const Json& list, Fields& fields, std::string_view name) {
  std::vector<TokenId> tokens;
  for (const auto& token : list) {
    const auto id = whole_number(token);
    if (!id || *id < 0 || *id > INT32_MAX)
      fields.refuse(name, "has to be a string, a list of strings, a list of tokens, or a list of such lists");
    tokens.push_back(static_cast<TokenId>(*id));
  }
  if (tokens.empty()) fields.refuse(name, "has an empty list of tokens");
  return tokens;
}

// A string, strings, tokens, or lists of tokens.
template <typename Request>
void read_inputs(Fields& fields, std::string_view name, Request& request) {
  const Json* value = fields.find(name);
  if (value == nullptr) fields.refuse(name, "is missing");
  if (value->is_array() && !value->empty() && value->front().is_number()) {
    request.tokens.push_back(read_tokens(*value, fields, name));
    return;
  }
  const auto one = Json::array({*value});
  const Json& list = value->is_array() ? *value : one;
  if (list.empty() || list.size() > kMostInputs)
    fields.refuse(name, fmt::format("has to have from 1 to {} parts", kMostInputs));
  for (const auto& part : list) {
    if (part.is_array() && list.front().is_array())
      request.tokens.push_back(read_tokens(part, fields, name));
    else if (part.is_string() && list.front().is_string())
      request.texts.push_back(part.get<std::string>());
    else
      fields.refuse(name, "has to be a string, a list of strings, a list of tokens, or a list of such lists");
  }
}

}  // namespace

ChatRequest parse_chat_request(std::string_view json) {
  const Json body = parse_json(json);
  Fields fields(body);
  ChatRequest request;
  request.library = fields.text("library");
  read_common(fields, request, request.library ? 0 : 1);
  read_messages(fields, request);
  const bool logprobs = fields.flag("logprobs").value_or(false);
  const auto top = fields.integer("top_logprobs", 0, kMostTopLogprobs);
  if (top && !logprobs) fields.refuse("top_logprobs", "goes with logprobs alone");
  if (logprobs) request.top_logprobs = static_cast<int>(top.value_or(0));
  if (const auto most = fields.integer("max_completion_tokens", 1, INT_MAX)) {
    if (request.max_tokens) fields.refuse("max_completion_tokens", "means the same as max_tokens: give one of them");
    request.max_tokens = static_cast<int>(*most);
  }
  read_response_format(fields, json, request);
  if (request.library) {
    request.passages = static_cast<int>(fields.integer("passages", 1, kMostPassages).value_or(request.passages));
  }
  take_defaults_of_chat(fields);
  fields.refuse_others();
  return request;
}

std::shared_ptr<const Grammar> schema_grammar(const ChatRequest& request) {
  constexpr const char* kWhere = "response_format.json_schema.schema";
  try {
    return json_schema_grammar(*request.schema);
  } catch (const Error& error) {
    throw ApiError(400, fmt::format("{} is no schema that answers can be held to: {}.", kWhere, error.what()), kWhere,
                   "invalid_value");
  }
}

// An answer from a library follows its own rules where a plain one is sampled as the client likes.
void check_library_request(const ChatRequest& request) {
  const auto refuse = [](const std::string& name, const std::string& why) {
    throw ApiError(400, name + " " + why + ".", name, "invalid_value");
  };
  const auto refuse_if = [&](bool given, const char* name) {
    if (given) refuse(name, "does not go with library");
  };
  refuse_if(request.n > 1, "n");
  refuse_if(request.sampling.top_p < 1, "top_p");
  refuse_if(request.sampling.top_k > 0, "top_k");
  refuse_if(request.sampling.ignore_end, "ignore_eos");
  refuse_if(!request.sampling.stop.empty(), "stop");
  refuse_if(request.top_logprobs.has_value(), "logprobs");
  refuse_if(request.sampling.presence_penalty != 0, "presence_penalty");
  refuse_if(request.sampling.frequency_penalty != 0, "frequency_penalty");
  refuse_if(!request.sampling.logit_bias.empty(), "logit_bias");
  for (std::size_t i = 0; i < request.messages.size(); ++i) {
    const bool last = i + 1 == request.messages.size();
    const auto& role = request.messages[i].role;
    const auto name = fmt::format("messages[{}].role", i);
    if (role == "system") refuse(name, "does not go with library: it has instructions of its own");
    if (last && role != "user") refuse(name, "has to be user, since the last message is what is asked");
  }
}

CompletionRequest parse_completion_request(std::string_view json) {
  const Json body = parse_json(json);
  Fields fields(body);
  CompletionRequest request;
  read_common(fields, request);
  if (!request.max_tokens) request.max_tokens = kDefaultCompletionTokens;
  if (const auto top = fields.integer("logprobs", 0, kMostTopLogprobs)) request.top_logprobs = static_cast<int>(*top);
  fields.take_default("echo", false);
  fields.take_default("best_of", 1);
  read_inputs(fields, "prompt", request);
  if (std::max(request.texts.size(), request.tokens.size()) * static_cast<std::size_t>(request.n) > kMostChoices)
    fields.refuse("prompt", fmt::format("asks for more than {} answers together with n", kMostChoices));
  fields.refuse_others();
  return request;
}

SearchRequest parse_search_request(std::string_view json) {
  const Json body = parse_json(json);
  Fields fields(body);
  SearchRequest request;
  request.query = fields.required_text("query");
  request.top_k = static_cast<int>(fields.integer("top_k", 1, kMostPassages).value_or(request.top_k));
  fields.refuse_others();
  return request;
}

EmbeddingRequest parse_embedding_request(std::string_view json) {
  const Json body = parse_json(json);
  Fields fields(body);
  EmbeddingRequest request;
  request.model = fields.required_text("model");
  const std::string format = fields.text("encoding_format").value_or("float");
  request.base64 = format == "base64";
  if (format != "float" && format != "base64") fields.refuse("encoding_format", "has to be float or base64");
  if (const auto size = fields.integer("dimensions", 1, INT_MAX)) request.dimensions = static_cast<int>(*size);
  read_inputs(fields, "input", request);
  fields.text("user");
  fields.refuse_others();
  return request;
}

}  // namespace lectern::server
