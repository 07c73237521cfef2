#include "runtime/generator.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "lectern/error.h"
#include "runtime/logit_adjustment.h"
#include "runtime/logprobs.h"
#include "runtime/sampler.h"

namespace lectern::runtime {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds(Clock::duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

// Where the answer stands in its grammar once the first `drafts` of its draft are part of it.
grammar::TokenFilter::Position grammar_position(Sequence& sequence, int drafts) {
  auto position = sequence.grammar_position;
  for (int i = 0; i < drafts && position != grammar::Matcher::kNowhere; ++i)
    position = sequence.filter->after(position, sequence.draft[static_cast<std::size_t>(i)]);
  return position;
}

// The likeliest token is the likeliest of those that the grammar allows, where it is one of them. What is drawn by
// chance has to be drawn among these. Behind a draft that ends the answer nothing is wanted.
std::optional<TokenId> sample_in_grammar(Sequence& sequence, std::span<const float> logits, int drafts) {
  const auto position = grammar_position(sequence, drafts);
  if (position == grammar::Matcher::kNowhere) return {};
  const SamplingOptions& sampling = sequence.request.sampling;
  const int left = sequence.max_size - sequence.size() - drafts;
  if (sampling.temperature == 0 || sampling.top_k == 1) {
    const auto likeliest = sample(logits, sampling, sequence.size() + drafts);
    if (!likeliest || sequence.filter->allows(position, *likeliest, left)) return likeliest;
  }
  std::vector<float> allowed(logits.begin(), logits.end());
  sequence.filter->restrict(position, left, allowed);
  sequence.grammar_position = sequence.filter->tidy(sequence.grammar_position);
  return sample(allowed, sampling, sequence.size() + drafts);
}

// Takes the last token into account. True where the answer is whole with it.
bool completes_grammar(Sequence& sequence) {
  if (!sequence.filter) return false;
  auto& filter = *sequence.filter;
  sequence.grammar_position = filter.tidy(filter.after(sequence.grammar_position, sequence.tokens.back()));
  return filter.complete(sequence.grammar_position);
}

}  // namespace

Generator::Generator(const Model& model, Executor& executor, BlockManager& blocks, const StepLimits& limits,
                     WorkerPool& pool)
    : model_(model),
      executor_(executor),
      blocks_(blocks),
      scheduler_(blocks, limits),
      batch_(static_cast<int>(blocks.pools().size()), blocks.block_size(), model.context_length),
      pool_(pool) {}

std::vector<std::unique_ptr<Sequence>> Generator::step() {
  scheduler_.for_each([&](Sequence& sequence) {
    if (sequence.generation->cancelled()) finish(sequence, FinishReason::kCancelled);
  });
  auto done = scheduler_.take_finished();
  try {
    run();
  } catch (...) {
    // Nothing of one request gets here: the step itself failed, and with it all who took part.
    for (const auto& part : scheduler_.scheduled()) fail(*part.sequence, std::current_exception());
  }
  for (auto& sequence : scheduler_.take_finished()) done.push_back(std::move(sequence));
  return done;
}

std::vector<std::unique_ptr<Sequence>> Generator::cancel_all() {
  scheduler_.for_each([&](Sequence& sequence) { finish(sequence, FinishReason::kCancelled); });
  return scheduler_.take_finished();
}

void Generator::run() {
  const auto step = scheduler_.schedule();
  if (step.empty()) return;
  batch_.clear();
  for (const auto& part : step) batch_.add(part);
  scheduler_.record(batch_.tokens(), executor_.forward(batch_));
  sample_outputs();
  for (std::size_t i = 0; i < step.size(); ++i) commit(step[i], first_outputs_[i]);
  ++statistics_.steps;
  statistics_.step_requests.add(static_cast<int>(step.size()));
  statistics_.step_tokens.add(batch_.tokens());
}

void Generator::sample_outputs() {
  const auto step = scheduler_.scheduled();
  sampled_.assign(static_cast<std::size_t>(batch_.outputs()), Row{});
  first_outputs_.clear();
  int output = 0;
  for (const auto& part : step) {
    first_outputs_.push_back(output);
    output += part.outputs;
  }
  if (step.size() == 1) return sample_part(step[0], 0);
  pool_.run([&](Team& team) {
    team.parallel_for(static_cast<std::int64_t>(step.size()), [&](std::int64_t i) {
      sample_part(step[static_cast<std::size_t>(i)], first_outputs_[static_cast<std::size_t>(i)]);
    });
  });
}

// Where all of its tokens are computed: the token after them, and after each drafted one as long as the draft is right.
void Generator::sample_part(const Scheduled& part, int first_output) {
  Sequence& sequence = *part.sequence;
  if (part.tokens < sequence.pending() || sequence.generated() >= sequence.request.sampling.max_tokens) return;
  const int first = first_output + part.outputs - part.drafted - 1;
  for (int i = 0; i <= part.drafted; ++i) {
    Row& row = sampled_[static_cast<std::size_t>(first + i)];
    try {
      row = sample_row(sequence, executor_.result(first + i), i);
    } catch (...) {  // a grammar that takes too much, and that of this sequence alone
      row.failure = std::current_exception();
    }
    if (i < part.drafted && row.token != sequence.draft[static_cast<std::size_t>(i)]) return;
  }
}

// After its tokens and the first `drafts` of its draft.
Generator::Row Generator::sample_row(Sequence& sequence, std::span<const float> logits, int drafts) const {
  const Request& request = sequence.request;
  const SamplingOptions& sampling = request.sampling;
  std::vector<float> changed;
  if (adjusts(sampling)) {
    std::vector<TokenId> answer(sequence.tokens.begin() + sequence.prompt_size, sequence.tokens.end());
    answer.insert(answer.end(), sequence.draft.begin(), sequence.draft.begin() + drafts);
    changed = adjusted(logits, sampling, answer);
  }
  const std::span<const float> wanted = changed.empty() ? logits : changed;
  Row row;
  row.token = sequence.filter ? sample_in_grammar(sequence, wanted, drafts)
                              : sample(wanted, sampling, sequence.size() + drafts);
  if (row.token && request.on_logprobs) {
    row.logprobs = logprobs(logits, *row.token, request.top_logprobs);
    row.logprobs.begins_text = sequence.generated() + drafts == 0 && sequence.begins_text();
  }
  return row;
}

void Generator::commit(const Scheduled& part, int first_output) {
  Sequence& sequence = *part.sequence;
  blocks_.commit(sequence, part.tokens);
  report_prompt_logits(sequence, part.outputs, first_output);
  if (sequence.finished || sequence.pending() > 0) return;
  if (sequence.generated() == 0) {
    statistics_.prompt_tokens += sequence.prompt_size;
    statistics_.cached_tokens += sequence.cached_tokens;
    sequence.completion.cached_tokens = sequence.cached_tokens;
    if (sequence.size() >= sequence.max_size) return finish(sequence, FinishReason::kLength);
  }
  const int first = first_output + part.outputs - part.drafted - 1;
  accept_rows(part, std::span(sampled_).subspan(static_cast<std::size_t>(first)));
}

// The keys and values of a drafted token that turned out right are in the cache already; those of others are dropped.
void Generator::accept_rows(const Scheduled& part, std::span<const Row> sampled) {
  Sequence& sequence = *part.sequence;
  accept(sequence, sampled[0]);
  int kept = 0;
  while (!sequence.finished && !sequence.generation->cancelled() && kept < part.drafted &&
         sequence.tokens.back() == sequence.draft[static_cast<std::size_t>(kept)]) {
    blocks_.commit(sequence, 1);
    accept(sequence, sampled[static_cast<std::size_t>(++kept)]);
  }
  if (part.drafted == 0) return;
  blocks_.roll_back(sequence);
  sequence.drafter.learn(kept, part.drafted);
  sequence.completion.drafted_tokens += part.drafted;
  sequence.completion.accepted_tokens += kept;
  statistics_.drafted_tokens += part.drafted;
  statistics_.accepted_tokens += kept;
}

void Generator::report_prompt_logits(Sequence& sequence, int outputs, int first_output) {
  if (!sequence.wants_prompt_logits()) return;
  try {
    for (int row = first_output; row < first_output + outputs; ++row) {
      sequence.request.on_prompt_logits(sequence.prompt_logits_reported, executor_.result(row));
      ++sequence.prompt_logits_reported;
    }
  } catch (...) {
    fail(sequence, std::current_exception());
  }
}

bool Generator::ends_with(const Sequence& sequence, TokenId token) const {
  if (sequence.request.sampling.ignore_end) return false;
  const auto ends = model_.tokenizer->end_tokens();
  return std::find(ends.begin(), ends.end(), token) != ends.end();
}

void Generator::accept(Sequence& sequence, const Row& sampled) {
  if (sampled.failure) return fail(sequence, sampled.failure);
  if (!sampled.token) {
    return fail(sequence, std::make_exception_ptr(
                              Error(ErrorCode::kCorrupt,
                                    sequence.filter ? "No token of the model's vocabulary fits the grammar here."
                                                    : "The model's logits are not numbers, so that no token can be "
                                                      "chosen. The engine file may be damaged: compile the checkpoint "
                                                      "again.")));
  }
  const TokenId token = *sampled.token;
  if (sequence.generated() == 0) sequence.first_token = Clock::now();
  if (ends_with(sequence, token)) {
    if (const std::string rest = sequence.text.finish(); !rest.empty()) emit(sequence, token, rest, nullptr);
    return finish(sequence, FinishReason::kStop);
  }
  sequence.tokens.push_back(token);
  ++statistics_.generated_tokens;
  std::string text = sequence.text.push(token);
  bool whole = false;
  try {
    whole = completes_grammar(sequence);
  } catch (...) {
    return fail(sequence, std::current_exception());
  }
  const bool full = sequence.size() >= sequence.max_size;
  if ((whole || full) && !sequence.text.stopped()) text += sequence.text.finish();
  emit(sequence, token, text, &sampled.logprobs);
  if (whole || sequence.text.stopped()) return finish(sequence, FinishReason::kStop);
  if (full) finish(sequence, FinishReason::kLength);
}

// `logprobs` where the token is one of the answer.
void Generator::emit(Sequence& sequence, TokenId token, const std::string& text, const TokenLogprobs* logprobs) {
  sequence.completion.text += text;
  const Request& request = sequence.request;
  try {
    if (request.on_logprobs && logprobs != nullptr) request.on_logprobs(*logprobs);
    if (request.on_token) request.on_token(token, text);
  } catch (...) {
    fail(sequence, std::current_exception());
  }
}

void Generator::finish(Sequence& sequence, FinishReason reason) {
  if (sequence.finished) return;
  sequence.finished = true;
  auto& completion = sequence.completion;
  completion.finish = reason;
  completion.tokens.assign(sequence.tokens.begin() + sequence.prompt_size, sequence.tokens.end());
  if (sequence.first_token == Clock::time_point{}) return;
  completion.queue_ms = milliseconds(sequence.admitted - sequence.submitted);
  completion.ttft_ms = milliseconds(sequence.first_token - sequence.submitted);
  if (sequence.generated() > 1) {
    completion.tpot_ms = milliseconds(Clock::now() - sequence.first_token) / (sequence.generated() - 1);
  }
}

void Generator::fail(Sequence& sequence, std::exception_ptr failure) {
  if (sequence.finished) return;
  sequence.finished = true;
  sequence.failure = std::move(failure);
}

EngineStatistics Generator::statistics() const {
  EngineStatistics statistics = statistics_;
  statistics.kv_blocks_total = blocks_.total();
  statistics.kv_blocks_free = blocks_.free();
  statistics.preemptions = scheduler_.preemptions();
  return statistics;
}

void resolve(Sequence& sequence) {
  sequence.generation->resolve(std::move(sequence.completion), std::move(sequence.failure));
  if (sequence.request.on_done) sequence.request.on_done();
}

}  // namespace lectern::runtime
