#include "server/service.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stop_token>
#include <utility>

#include "chat/conversation.h"
#include "core/letters.h"
#include "core/paths.h"
#include "lectern/library_file.h"
#include "server/answer_json.h"
#include "server/api_error.h"
#include "server/chance.h"
#include "server/documents_api.h"
#include "server/embeddings.h"
#include "server/generation_request.h"
#include "server/generation_task.h"
#include "server/json_text.h"
#include "server/library_answer.h"
#include "server/openapi.h"
#include "server/page.h"
#include "server/queued_exchange.h"
#include "server/refusal_log.h"

namespace lectern::server {
namespace {

constexpr int kQuickThreads = 2, kSlowThreads = 4, kEmbeddingThreads = 4, kSearchThreads = 4, kAnswerThreads = 16;

void check_body(const HttpRequest& request, RequestBody expected) {
  if (request.method != "POST" && request.method != "PUT") return;
  if (expected == RequestBody::kNone && !request.has_body) return;
  if (!request.content_encoding.empty() && lower(request.content_encoding) != "identity") {
    throw ApiError(415,
                   fmt::format("The body has the encoding {}, and is taken as it is only: send it without compressing "
                               "it, and without the header Content-Encoding.",
                               lectern::quoted(request.content_encoding)),
                   {}, "unsupported_encoding");
  }
  // Without it, another site's page could send a body and the browser would not ask first.
  const auto given = std::string_view(request.content_type).substr(0, request.content_type.find(';'));
  const auto type = lower(trimmed(given));
  if (expected == RequestBody::kBytes) {
    if (type == "application/octet-stream") return;
    throw ApiError(415,
                   "The body has to be a file's bytes, with the header \"Content-Type: application/octet-stream\".");
  }
  if (type == "application/json") return;
  throw ApiError(415, "The body has to be JSON, with the header \"Content-Type: application/json\".");
}

GenerationPlan plan_for(CompletionKind kind, const GenerationRequest& request, const EngineLease& engine) {
  GenerationPlan plan;
  plan.engine = engine;
  plan.heading = new_heading(kind, request.model);
  plan.heading.usage_follows = request.include_usage;
  if (request.top_logprobs) plan.heading.spells_logprobs = &engine->tokenizer();
  plan.top_logprobs = request.top_logprobs;
  plan.stream = request.stream;
  plan.n = request.n;
  plan.sampling = request.sampling;
  plan.sampling.seed = request.seed ? *request.seed : chance();
  for (const auto& [token, bias] : plan.sampling.logit_bias) {
    if (token < 0 || token >= engine->info().vocabulary_size)
      throw ApiError(400, fmt::format("logit_bias names the token {}, which the model does not have.", token),
                     "logit_bias", "invalid_value");
  }
  return plan;
}

}  // namespace

Service::Service(ModelShelf& models, const ServiceOptions& options)
    : models_(models),
      catalogue_(models),
      gate_(options.gate),
      chats_(ChatStore(chats_path())),
      admission_(options.most_answers),
      libraries_(models_.embedder()),
      library_api_(std::make_unique<LibraryApi>(libraries_, options.libraries)),
      quick_(kQuickThreads),
      slow_(kSlowThreads),
      embeddings_(kEmbeddingThreads),
      searches_(kSearchThreads),
      answers_(kAnswerThreads),
      router_(routes()) {}

Service::~Service() = default;

void Service::stop() {
  models_.stop();  // first: who waits for a model is answered by the others
  quick_.stop();
  slow_.stop();
  embeddings_.stop();
  searches_.stop();
  answers_.stop();
  library_api_.reset();
}

std::vector<Route> Service::routes() {
  const auto say = [](std::string body) {
    return
        [body = std::move(body)](const Asked& exchange, const PathParameters&) { exchange->respond({.body = body}); };
  };
  // `f` on a thread where it may take its time, with its exceptions answered.
  const auto on = [](Workers& workers, auto f) {
    return [&workers, f](const Asked& exchange, const PathParameters& parameters) {
      workers.post([exchange, parameters, f] { answer_failures(exchange, [&] { f(exchange, parameters); }); });
    };
  };
  std::vector<Route> routes = {
      {"GET", "/health", true, say(R"({"status":"ok"})")},
      {"GET", "/ready", true, say(R"({"status":"ready"})")},
      {"GET", "/openapi.json", false, say(kOpenApi)},
      {"GET", "/metrics", false, on(slow_, [this](const Asked& e, const auto&) { tell_metrics(e); })},
      {"GET", "/v1/models", false,
       on(slow_, [this](const Asked& e, const auto&) { e->respond({.body = models_.list_json()}); })},
      {"GET", "/v1/models/{model}", false,
       on(slow_, [this](const Asked& e,
                        const PathParameters& path) { e->respond({.body = models_.json_of(path.at("model"))}); })},
      {"POST", "/v1/chat/completions", false, on(quick_, [this](const Asked& e, const auto&) { chat(e); })},
      {"POST", "/v1/completions", false, on(quick_, [this](const Asked& e, const auto&) { complete(e); })},
      {"POST", "/v1/embeddings", false, in_queue(embeddings_, [this](const Asked& e, const auto&) { embed(e); })},
  };
  for (Route& route : page_routes()) routes.push_back(std::move(route));
  auto further = library_api_->routes();
  for (Route& route : catalogue_.routes()) further.push_back(std::move(route));
  for (Route& route : chats_.routes()) further.push_back(std::move(route));
  for (Route& route : document_routes(libraries_)) further.push_back(std::move(route));
  for (Route& route : further) {
    route.answer = route.queued ? in_queue(searches_, std::move(route.answer)) : on(slow_, std::move(route.answer));
    routes.push_back(std::move(route));
  }
  return routes;
}

// `answer` on a thread of `workers` once there is a place for it in the queue.
Service::Answer Service::in_queue(Workers& workers, Answer answer) {
  return [this, &workers, answer = std::move(answer)](const Asked& exchange, const PathParameters& parameters) {
    const auto queued = std::make_shared<QueuedExchange>(exchange, admit(1));
    exchange->on_gone([weak = std::weak_ptr(queued)] {
      if (const auto left = weak.lock()) left->give_back();
    });
    workers.post([queued, parameters, answer] { answer_failures(queued, [&] { answer(queued, parameters); }); });
  };
}

std::optional<HttpResponse> Service::refuse(HttpRequest& head) try {
  gate_.check_origin(head);
  head.answer_headers = gate_.answer_headers(head);
  if (gate_.is_preflight(head)) return std::nullopt;
  Router::Match found;
  try {
    found = router_.find(head);
    if (!found.route->open) gate_.check_key(head);
  } catch (const ApiError& error) {
    if (error.status() != 401) gate_.check_key(head);
    throw;
  }
  check_body(head, found.route->body);
  if (found.route->open_body && head.has_body) head.file = found.route->open_body(head, found.parameters);
  return std::nullopt;
} catch (...) {
  const ApiError error = current_api_error();
  log_refusal(head, error);
  return to_response(error);
}

void Service::handle(std::shared_ptr<Exchange> exchange) {
  answer_failures(exchange, [&] {
    if (gate_.is_preflight(exchange->request())) return exchange->respond(preflight_answer());
    const auto [route, parameters] = router_.find(exchange->request());
    route->answer(exchange, parameters);
  });
}

HttpResponse Service::failure(const HttpRequest& head, int status, std::string_view message, std::string_view code) {
  const ApiError error(status, std::string(message), {}, std::string(code));
  log_refusal(head, error);
  return to_response(error);
}

// Where the model has to be loaded first, it is answered later, by the same threads.
void Service::with_engine(const Asked& exchange, const std::string& model, hub::ModelKind kind, WithEngine answer) {
  if (const auto engine = models_.loaded(model, kind)) return answer(engine);
  auto& workers = kind == hub::ModelKind::kChat ? quick_ : embeddings_;
  models_.lend(model, kind, [exchange, answer, &workers](const EngineLease& engine, std::exception_ptr failure) {
    workers.post([exchange, answer, engine, failure] {
      answer_failures(exchange, [&] {
        if (failure) std::rethrow_exception(failure);
        answer(engine);
      });
    });
  });
}

void Service::chat(const Asked& exchange) {
  const auto request = std::make_shared<const ChatRequest>(parse_chat_request(exchange->request().body));
  with_engine(exchange, request->model, hub::ModelKind::kChat,
              [this, exchange, request](const EngineLease& engine) { answer_chat(exchange, *request, engine); });
}

void Service::answer_chat(const Asked& exchange, const ChatRequest& request, const EngineLease& engine) {
  if (request.library) return answer_from_library(exchange, request, engine);
  auto plan = plan_for(CompletionKind::kChat, request, engine);
  if (request.schema) plan.sampling.grammar = schema_grammar(request);
  const int context = engine->info().context_length;
  plan.sampling.max_tokens = request.max_tokens.value_or(context);
  blame("messages", [&] {
    plan.prompts.push_back(chat::conversation_prompt(engine->tokenizer(), request.messages, context));
    generate(exchange, std::move(plan));
  });
}

void Service::answer_from_library(const Asked& exchange, const ChatRequest& request, const EngineLease& engine) {
  const auto ticket = std::make_shared<Ticket>(std::move(admit(1).front()));
  answers_.post([this, exchange, request, ticket, engine] {
    answer_failures(exchange, [&] {
      LibraryQuestion asked{exchange, request, std::move(*ticket)};
      const auto library = libraries_.open(*request.library);
      check_library_request(request);
      server::answer_from_library(std::move(asked), *engine, *library, metrics_);
    });
  });
}

void Service::complete(const Asked& exchange) {
  const auto request = std::make_shared<CompletionRequest>(parse_completion_request(exchange->request().body));
  with_engine(exchange, request->model, hub::ModelKind::kChat, [this, exchange, request](const EngineLease& engine) {
    auto plan = plan_for(CompletionKind::kText, *request, engine);
    plan.prompts = std::move(request->tokens);
    for (const auto& text : request->texts) plan.prompts.push_back(engine->tokenizer().encode(text));
    plan.sampling.max_tokens = *request->max_tokens;
    blame("prompt", [&] { generate(exchange, std::move(plan)); });
  });
}

void Service::embed(const Asked& exchange) {
  const auto request = std::make_shared<const EmbeddingRequest>(parse_embedding_request(exchange->request().body));
  std::stop_source stop;
  exchange->on_gone([stop]() mutable { stop.request_stop(); });
  const auto answer = [exchange, request, stop](const EngineLease& engine) {
    std::optional<std::string> json;
    blame("input", [&] { json = embeddings_json(*request, *engine, stop.get_token()); });
    if (json) exchange->respond({.body = std::move(*json)});
  };
  with_engine(exchange, request->model, hub::ModelKind::kEmbedding, answer);
}

void Service::tell_metrics(const Asked& exchange) const {
  const Metrics::Now now{models_.chat_statistics(), models_.embedding_statistics(), admission_.taken(),
                         list_libraries()};
  exchange->respond({.body = metrics_.text(now), .content_type = "text/plain; version=0.0.4; charset=utf-8"});
}

std::vector<Ticket> Service::admit(std::size_t answers) {
  auto tickets = admission_.admit(static_cast<int>(answers));
  if (!tickets) throw ApiError(429, "The server has as many requests as it takes: try again.", {}, "queue_full");
  return std::move(*tickets);
}

void Service::generate(const Asked& exchange, GenerationPlan plan) {
  auto tickets = admit(plan.prompts.size() * static_cast<std::size_t>(plan.n));
  std::make_shared<GenerationTask>(exchange, std::move(plan), std::move(tickets), metrics_)->start();
}

}  // namespace lectern::server
