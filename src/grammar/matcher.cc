#include "grammar/matcher.h"

#include <algorithm>
#include <tuple>

namespace lectern::grammar {
namespace {

// Ways that are followed at once, and calls within calls. What is beyond them is not offered: each way that is followed
// still leads to an end.
constexpr std::size_t kMostSeen = 1000;
constexpr int kDeepest = 200;

// What is kept of each, about, and so in steps.
constexpr std::size_t kPositionBytes = 1200, kFrameBytes = 80;
constexpr std::size_t kPositionWork = 150, kFrameWork = 10;

}  // namespace

Matcher::Matcher(const Automaton& automaton) : automaton_(&automaton), frames_{{-1, -1, 0, 0}}, start_(begin()) {}

Matcher::Position Matcher::begin() {
  seen_.clear();
  seen_.add({automaton_->start(0), 0});
  return find();
}

int Matcher::push(int stack, int target) {
  const auto key =
      static_cast<std::uint64_t>(static_cast<std::uint32_t>(stack)) << 32 | static_cast<std::uint32_t>(target);
  const auto [at, added] = frame_numbers_.try_emplace(key, static_cast<int>(frames_.size()));
  if (added) {
    const int cost = std::min(Automaton::kNever, frame(stack).cost + automaton_->state(target).cost);
    frames_.push_back({stack, target, frame(stack).depth + 1, cost});
    bytes_ += kFrameBytes;
    work_ += kFrameWork;
  }
  return at->second;
}

std::unique_ptr<Matcher::Next> Matcher::bytes_that_fit(const std::vector<Thread>& threads) {
  auto next = std::make_unique<Next>();
  next->fill(kNowhere);
  for (const Thread& thread : threads) {
    const auto& edges = automaton_->state(thread.state).edges;
    work_ += edges.size();
    for (const auto& edge : edges) std::fill(next->begin() + edge.first, next->begin() + edge.last + 1, kUnknown);
  }
  return next;
}

Matcher::Position Matcher::advance(Position position, std::uint8_t byte) {
  if (position == kNowhere) return kNowhere;
  auto& next = positions_[static_cast<std::size_t>(position)].next;
  if (!next) next = bytes_that_fit(at(position).threads);
  if ((*next)[byte] != kUnknown) return (*next)[byte];
  seen_.clear();
  for (const Thread& thread : at(position).threads) {
    const auto& edges = automaton_->state(thread.state).edges;
    work_ += edges.size();
    for (const auto& edge : edges) {
      if (edge.first <= byte && byte <= edge.last) seen_.add({edge.target, thread.stack});
    }
  }
  const Position found = find();
  (*positions_[static_cast<std::size_t>(position)].next)[byte] = found;
  return found;
}

// Of more ways than are followed, those that are nearest to an end.
void Matcher::keep_cheapest() {
  if (seen_.size() <= kMostSeen) return;
  std::vector<Thread> threads = seen_.threads();
  const auto key = [&](const Thread& thread) {
    return std::tuple(automaton_->state(thread.state).cost + frame(thread.stack).cost, thread.state, thread.stack);
  };
  const auto end = threads.begin() + kMostSeen;
  std::nth_element(threads.begin(), end, threads.end(), [&](auto& a, auto& b) { return key(a) < key(b); });
  seen_.clear();
  std::for_each(threads.begin(), end, [&](const Thread& thread) { seen_.add(thread); });
}

// The way to the nearest end, to where it takes a byte: it is followed whatever else is.
void Matcher::add_nearest_way(Thread thread) {
  for (;;) {
    const auto* state = &automaton_->state(thread.state);
    for (; state->nearest_free >= 0; ++work_) {
      thread.state = state->nearest_free;
      state = &automaton_->state(thread.state);
    }
    seen_.add(thread);
    ++work_;
    if (state->accepts) {
      if (thread.stack == 0) return;
      thread = {frame(thread.stack).target, frame(thread.stack).parent};
      continue;
    }
    const auto call = std::find_if(state->calls.begin(), state->calls.end(), [&](const auto& one) {
      return automaton_->cost(one.rule) + automaton_->state(one.target).cost == state->cost;
    });
    const bool takes_byte = std::any_of(state->edges.begin(), state->edges.end(), [&](const auto& edge) {
      return 1 + automaton_->state(edge.target).cost == state->cost;
    });
    if (takes_byte || call == state->calls.end()) return;
    thread = {automaton_->start(call->rule), push(thread.stack, call->target)};
  }
}

// Follows all that takes no byte from the threads of `seen_` on, and numbers what is reached.
Matcher::Position Matcher::find() {
  keep_cheapest();
  for (std::size_t i = 0, given = seen_.size(); i < given; ++i) add_nearest_way(seen_[i]);
  Found found;
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    const auto [index, stack] = seen_[i];
    const auto& state = automaton_->state(index);
    work_ += 1 + state.edges.size() + state.free.size() + state.calls.size();
    const auto reach = [&](int next, int next_stack) {
      if (seen_.size() < kMostSeen) seen_.add({next, next_stack});
    };
    if (!state.edges.empty()) {
      found.threads.push_back({index, stack});
      for (const auto& edge : state.edges) {
        const int cost = 1 + automaton_->state(edge.target).cost + frame(stack).cost;
        found.cost = std::min(found.cost, cost);
      }
    }
    for (const int free : state.free) reach(free, stack);
    for (const auto& call : state.calls) {
      if (seen_.size() < kMostSeen && frame(stack).depth < kDeepest)
        reach(automaton_->start(call.rule), push(stack, call.target));
    }
    if (!state.accepts) continue;
    if (stack != 0) {
      reach(frame(stack).target, frame(stack).parent);
    } else {
      found.accepts = true;
      found.cost = 0;
    }
  }
  return found.threads.empty() && !found.accepts ? kNowhere : number(std::move(found));
}

// The same ways are the same position.
Matcher::Position Matcher::number(Found found) {
  const auto before = [](const Thread& a, const Thread& b) {
    return a.state != b.state ? a.state < b.state : a.stack < b.stack;
  };
  std::sort(found.threads.begin(), found.threads.end(), before);
  std::uint64_t hash = found.accepts ? 1 : 0;
  for (const auto& thread : found.threads) {
    hash = (hash ^ static_cast<std::uint64_t>(thread.state)) * 0x9e3779b97f4a7c15u;
    hash = (hash ^ static_cast<std::uint64_t>(thread.stack)) * 0x9e3779b97f4a7c15u;
  }
  auto& same = by_hash_[hash];
  for (const Position other : same) {
    if (at(other).accepts == found.accepts && at(other).threads == found.threads) return other;
  }
  const auto number = static_cast<Position>(positions_.size());
  same.push_back(number);
  bytes_ += kPositionBytes + found.threads.size() * sizeof(Thread);
  work_ += kPositionWork;
  positions_.push_back(std::move(found));
  return number;
}

int Matcher::copy_stack(const std::vector<Frame>& frames, int stack) {
  std::vector<int> targets;
  for (; stack != 0; stack = frames[static_cast<std::size_t>(stack)].parent)
    targets.push_back(frames[static_cast<std::size_t>(stack)].target);
  int copy = 0;
  for (auto target = targets.rbegin(); target != targets.rend(); ++target) copy = push(copy, *target);
  return copy;
}

Matcher::Position Matcher::forget(Position position) {
  const auto frames = std::move(frames_);
  const auto positions = std::move(positions_);
  frames_ = {{-1, -1, 0, 0}};
  positions_.clear();
  frame_numbers_.clear();
  by_hash_.clear();
  bytes_ = 0;
  start_ = begin();
  const Found& kept = positions[static_cast<std::size_t>(position)];
  Found copy{.threads = kept.threads, .accepts = kept.accepts, .cost = kept.cost, .next = nullptr};
  for (auto& thread : copy.threads) thread.stack = copy_stack(frames, thread.stack);
  bytes_ += kPositionBytes + copy.threads.size() * sizeof(Thread);
  positions_.push_back(std::move(copy));
  return static_cast<Position>(positions_.size()) - 1;
}

}  // namespace lectern::grammar
