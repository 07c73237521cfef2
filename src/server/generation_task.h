// One request for text under way: its generations, from the engine's thread to the client.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lectern/engine.h"
#include "server/answer_logprobs.h"
#include "server/completion_json.h"
#include "server/exchange.h"
#include "server/metrics.h"
#include "server/model_shelf.h"
#include "server/ticket.h"

namespace lectern::server {

struct GenerationPlan {
  EngineLease engine = {};
  CompletionHeading heading;
  bool stream = false;
  std::optional<int> top_logprobs = {};  // nothing where no logprobs are wanted
  int n = 1;                             // answers to each prompt
  std::vector<std::vector<TokenId>> prompts;
  SamplingOptions sampling;  // the i-th answer to a prompt has the seed `sampling.seed` + i
};

/// Alive as long as the engine or the connection has something to tell it.
class GenerationTask : public std::enable_shared_from_this<GenerationTask> {
 public:
  /// `metrics` must outlive it.
  GenerationTask(std::shared_ptr<Exchange> exchange, GenerationPlan plan, std::vector<Ticket> tickets,
                 Metrics& metrics);

  /// Throws Error as `Engine::submit` does; then nothing is under way. Otherwise it answers by itself, and ends the
  /// generations if the client goes away.
  void start();

 private:
  struct Event {
    int index = 0;
    bool done = false;
    std::string text = {};
    std::optional<TokenLogprobs> logprobs = {};
  };
  // How far a choice has come.
  struct Writing {
    std::size_t text_bytes = 0;
    std::optional<AnswerLogprobs> logprobs = {};  // where they are wanted
  };

  Request request_for(int index);
  void give_back(int index);
  void tell(Event event);
  void submit_all();
  void cancel();
  void drain();  // on the connection's thread, like all that follows
  void take(const Event& event);
  std::span<const TokenLogprobs> unsent_logprobs(int index);
  void conclude(int index);
  void fail();
  void finish();

  const std::shared_ptr<Exchange> exchange_;
  GenerationPlan plan_;
  Metrics& metrics_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();

  std::mutex mutex_;  // of these
  std::vector<std::shared_ptr<Generation>> generations_;
  std::vector<Ticket> tickets_;
  std::vector<Event> events_;
  bool drain_posted_ = false, started_ = false;

  std::vector<Choice> choices_;
  std::vector<Writing> writing_;  // of each choice
  Usage usage_;
  int left_ = 0;
  bool ended_ = false;
};

}  // namespace lectern::server
