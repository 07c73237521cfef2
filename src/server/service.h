// The API: what each path answers.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "server/exchange.h"
#include "server/gate.h"
#include "server/generation_request.h"
#include "server/generation_task.h"
#include "server/indexing.h"
#include "server/library_shelf.h"
#include "server/metrics.h"
#include "server/router.h"
#include "server/served_models.h"
#include "server/ticket.h"
#include "server/workers.h"

namespace lectern::server {

struct ServiceOptions {
  GateOptions gate;
  int most_answers = 1024;  // under way and waiting
};

class Service : public HttpHandler {
 public:
  /// The engines must outlive it.
  Service(ServedModels models, const ServiceOptions& options);
  ~Service() override;

  /// Reads `folders` into the library of that name, which is made where there is none, while it answers. Once.
  void index(const std::string& library, std::vector<std::filesystem::path> folders);

  /// Nobody may ask any more. Returns when none of its threads uses an engine.
  void stop();

  std::optional<HttpResponse> refuse(const HttpRequest& head) override;
  void handle(std::shared_ptr<Exchange> exchange) override;
  HttpResponse failure(int status, std::string_view message) override;

 private:
  using Asked = std::shared_ptr<Exchange>;

  std::vector<Route> routes();
  void chat(const Asked& exchange);
  void complete(const Asked& exchange);
  void answer_from_library(const Asked& exchange, const ChatRequest& request, Engine& engine);
  void embed(const Asked& exchange);
  void show_library(const Asked& exchange, const std::string& library) const;
  void search(const Asked& exchange, const std::string& library);
  void tell_metrics(const Asked& exchange) const;
  std::vector<Ticket> admit(std::size_t answers);
  void generate(const Asked& exchange, GenerationPlan plan, Engine& engine);

  ServedModels models_;
  Gate gate_;
  Router router_;
  Admission admission_;
  Metrics metrics_;
  LibraryShelf libraries_;
  std::string indexed_library_;
  std::unique_ptr<Indexing> indexing_;  // of that one
  // What is done soon, what may take seconds, and answers from libraries, of which each has a thread.
  std::unique_ptr<Workers> quick_, slow_, answers_;
};

}  // namespace lectern::server
