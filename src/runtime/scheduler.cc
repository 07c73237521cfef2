#include "runtime/scheduler.h"

#include <algorithm>
#include <utility>

namespace lectern::runtime {
namespace {

// The rows whose logits are wanted are a chunk's last ones: prompt logits not yet reported, or the one that is sampled.
int outputs_of(const Sequence& sequence, int tokens) {
  if (sequence.wants_prompt_logits()) {
    return std::max(0, sequence.computed + tokens - std::max(sequence.computed, sequence.prompt_logits_reported));
  }
  return tokens == sequence.pending() ? 1 : 0;
}

}  // namespace

std::span<const Scheduled> Scheduler::schedule() {
  scheduled_.clear();
  tokens_left_ = limits_.tokens;
  outputs_left_ = limits_.outputs;
  bool room = true;
  // `place` may take out the youngest sequences, which are at the end.
  for (const bool decoding : {true, false}) {
    for (std::size_t i = 0; i < running_.size() && has_budget(); ++i) {
      Sequence& sequence = *running_[i];
      if ((sequence.pending() == 1) == decoding) room = place(sequence) && room;
    }
  }
  while (room && has_budget() && admit_next()) room = place(*running_.back());
  add_drafts();
  return scheduled_;
}

int Scheduler::chunk(const Sequence& sequence) const {
  int tokens = std::min(sequence.pending(), tokens_left_);
  if (sequence.wants_prompt_logits()) {
    const int reported = std::max(0, sequence.prompt_logits_reported - sequence.computed);
    tokens = std::min(tokens, reported + outputs_left_);
  }
  return tokens;
}

// False where blocks were too few for the whole chunk.
bool Scheduler::place(Sequence& sequence) {
  const int wanted = chunk(sequence);
  int tokens = blocks_.room(sequence, wanted);
  while (tokens == 0 && running_.back().get() != &sequence) {
    preempt_youngest();
    tokens = blocks_.room(sequence, wanted);
  }
  if (tokens == 0) return false;
  blocks_.allocate(sequence, tokens);
  const int outputs = outputs_of(sequence, tokens);
  scheduled_.push_back({.sequence = &sequence, .tokens = tokens, .outputs = outputs});
  tokens_left_ -= tokens;
  outputs_left_ -= outputs;
  return tokens == wanted;
}

// Only when its whole prompt fits beside one more block for each running sequence: else it would soon be preempted.
bool Scheduler::admit_next() {
  if (waiting_.empty() || static_cast<int>(running_.size()) >= limits_.sequences) return false;
  Sequence& sequence = *waiting_.front();
  blocks_.adopt_prefix(sequence);
  if (!running_.empty() && !blocks_.fits(sequence, limits_.tokens, static_cast<int>(running_.size()))) {
    blocks_.release(sequence);
    return false;
  }
  if (sequence.cached_tokens < 0) {
    sequence.cached_tokens = sequence.computed;
    sequence.admitted = std::chrono::steady_clock::now();
  }
  running_.push_back(std::move(waiting_.front()));
  waiting_.pop_front();
  return true;
}

void Scheduler::preempt_youngest() {
  Sequence& sequence = *running_.back();
  const auto placed = std::find_if(scheduled_.begin(), scheduled_.end(),
                                   [&](const Scheduled& entry) { return entry.sequence == &sequence; });
  if (placed != scheduled_.end()) {
    tokens_left_ += placed->tokens;
    outputs_left_ += placed->outputs;
    scheduled_.erase(placed);
  }
  blocks_.release(sequence);
  waiting_.push_front(std::move(running_.back()));
  running_.pop_back();
  ++preemptions_;
}

// Drafts take what the others left of a step, and blocks that nobody holds: a guess never costs anyone their place.
void Scheduler::add_drafts() {
  double expected = limits_.tokens - tokens_left_;  // that the step brings further
  int rows = limits_.tokens - tokens_left_;
  for (auto& part : scheduled_) {
    const int room = draft_room(part);
    if (room == 0) continue;
    Sequence& sequence = *part.sequence;
    const auto guesses = sequence.drafter.draft(sequence.tokens, room);
    const int worth = worth_checking(guesses, rows, expected);
    sequence.draft.clear();
    for (int i = 0; i < worth; ++i) {
      const auto& guess = guesses[static_cast<std::size_t>(i)];
      sequence.draft.push_back(guess.token);
      expected += guess.chance;
    }
    rows += worth;
    tokens_left_ -= worth;
    outputs_left_ -= worth;
    part.drafted = worth;
    part.outputs += worth;
    if (worth > 0) blocks_.allocate(sequence, part.rows());
  }
}

// So many of the guesses that the step, which has `rows` and is expected to bring `expected` tokens, brings the most in
// its time.
int Scheduler::worth_checking(std::span<const Drafter::Guess> guesses, int rows, double expected) const {
  double best = expected / cost_.of(rows);
  int worth = 0;
  for (const auto& guess : guesses) {
    expected += guess.chance;
    const double pace = expected / cost_.of(++rows);
    if (pace <= best) continue;
    best = pace;
    worth = static_cast<int>(&guess - guesses.data()) + 1;
  }
  return worth;
}

// The token that follows a draft is sampled too, and the last token of all is never computed.
int Scheduler::draft_room(const Scheduled& part) const {
  const Sequence& sequence = *part.sequence;
  if (!sequence.request.draft || sequence.generated() == 0 || sequence.pending() > 1) return 0;
  const int most =
      std::min({StepCost::kMostRows - 1, tokens_left_, outputs_left_, sequence.max_size - sequence.size() - 1});
  return most <= 0 ? 0 : std::max(0, blocks_.room(sequence, 1 + most) - 1);
}

std::vector<std::unique_ptr<Sequence>> Scheduler::take_finished() {
  std::vector<std::unique_ptr<Sequence>> finished;
  const auto take_from = [&](auto& sequences) {
    for (auto& sequence : sequences) {
      if (!sequence->finished) continue;
      blocks_.release(*sequence);
      finished.push_back(std::move(sequence));
    }
    std::erase(sequences, nullptr);
  };
  take_from(running_);
  take_from(waiting_);
  return finished;
}

}  // namespace lectern::runtime
