// The API: what each path answers.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "server/catalogue_api.h"
#include "server/chats_api.h"
#include "server/exchange.h"
#include "server/gate.h"
#include "server/generation_request.h"
#include "server/generation_task.h"
#include "server/library_api.h"
#include "server/library_shelf.h"
#include "server/metrics.h"
#include "server/model_shelf.h"
#include "server/router.h"
#include "server/ticket.h"
#include "server/workers.h"

namespace lectern::server {

struct ServiceOptions {
  GateOptions gate;
  LibraryOptions libraries;
  int most_answers = 1024;  // under way and waiting, embeddings and searches among them
};

class Service : public HttpHandler {
 public:
  /// `models` must outlive it.
  Service(ModelShelf& models, const ServiceOptions& options);
  ~Service() override;

  LibraryApi& libraries() { return *library_api_; }

  /// Nobody may ask any more. Returns when none of its threads uses an engine.
  void stop();

  std::optional<HttpResponse> refuse(HttpRequest& head) override;
  void handle(std::shared_ptr<Exchange> exchange) override;
  void end_soon() override { models_.close(); }  // a compilation may take longer than anybody waits
  void answered(int status) override { metrics_.count_request(status); }
  HttpResponse failure(const HttpRequest& head, int status, std::string_view message, std::string_view code) override;

 private:
  using Asked = std::shared_ptr<Exchange>;

  std::vector<Route> routes();
  void chat(const Asked& exchange);
  void complete(const Asked& exchange);
  using WithEngine = std::function<void(const EngineLease&)>;
  void with_engine(const Asked& exchange, const std::string& model, hub::ModelKind kind, WithEngine answer);
  void answer_chat(const Asked& exchange, const ChatRequest& request, const EngineLease& engine);
  void answer_from_library(const Asked& exchange, const ChatRequest& request, const EngineLease& engine);
  void embed(const Asked& exchange);
  using Answer = std::function<void(const Asked&, const PathParameters&)>;
  Answer in_queue(Workers& workers, Answer answer);
  void tell_metrics(const Asked& exchange) const;
  std::vector<Ticket> admit(std::size_t answers);
  void generate(const Asked& exchange, GenerationPlan plan);

  ModelShelf& models_;
  CatalogueApi catalogue_;
  Gate gate_;
  ChatsApi chats_;
  Admission admission_;
  Metrics metrics_;
  LibraryShelf libraries_;
  std::unique_ptr<LibraryApi> library_api_;
  // What is done soon, what may take seconds, and what waits for a model: none of them is behind another.
  Workers quick_, slow_, embeddings_, searches_, answers_;
  Router router_;  // last: its routes use the others
};

}  // namespace lectern::server
