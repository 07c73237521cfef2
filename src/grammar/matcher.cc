#include "grammar/matcher.h"

#include <algorithm>

namespace lectern::grammar {
namespace {

// Ways that are looked at, at once, and calls within calls, so that no schema holds up other requests. What is
// beyond them is not offered: each way that is followed still leads to an end.
constexpr std::size_t kMostSeen = 1000;
constexpr int kDeepest = 200;

}  // namespace

Matcher::Matcher(const Automaton& automaton) : automaton_(&automaton) {
  frames_.push_back({-1, -1, 0, 0});
  start_ = find({{automaton.start(0), 0}});
}

int Matcher::push(int stack, int target) {
  const auto key =
      static_cast<std::uint64_t>(static_cast<std::uint32_t>(stack)) << 32 | static_cast<std::uint32_t>(target);
  const auto [at, added] = frame_numbers_.try_emplace(key, static_cast<int>(frames_.size()));
  if (added) {
    const int cost = std::min(Automaton::kNever, frame(stack).cost + automaton_->state(target).cost);
    frames_.push_back({stack, target, frame(stack).depth + 1, cost});
  }
  return at->second;
}

Matcher::Position Matcher::advance(Position position, std::uint8_t byte) {
  if (position == kNowhere) return kNowhere;
  {
    auto& next = positions_[static_cast<std::size_t>(position)].next;
    if (!next) {
      next = std::make_unique<std::array<Position, 256>>();
      next->fill(kUnknown);
    }
    if ((*next)[byte] != kUnknown) return (*next)[byte];
  }
  std::vector<Thread> moved;
  for (const Thread& thread : at(position).threads) {
    for (const auto& edge : automaton_->state(thread.state).edges) {
      if (edge.first <= byte && byte <= edge.last) moved.push_back({edge.target, thread.stack});
    }
  }
  const Position found = moved.empty() ? kNowhere : find(std::move(moved));
  (*positions_[static_cast<std::size_t>(position)].next)[byte] = found;
  return found;
}

// The way to the nearest end, to where it takes a byte: it is followed whatever else is.
void Matcher::add_nearest_way(Thread thread, std::vector<Thread>& seen) {
  for (;;) {
    const auto* state = &automaton_->state(thread.state);
    while (state->nearest_free >= 0) {
      thread.state = state->nearest_free;
      state = &automaton_->state(thread.state);
    }
    if (std::find(seen.begin(), seen.end(), thread) == seen.end()) seen.push_back(thread);
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

// Follows all that takes no byte from `threads` on, and numbers what is reached.
Matcher::Position Matcher::find(std::vector<Thread> threads) {
  Found found;
  std::vector<Thread> seen = threads;
  for (const Thread& thread : threads) add_nearest_way(thread, seen);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const auto [index, stack] = seen[i];
    const auto& state = automaton_->state(index);
    const auto reach = [&](int next, int next_stack) {
      const auto& target = automaton_->state(next);
      if (target.cost >= Automaton::kNever || frame(next_stack).cost >= Automaton::kNever) return;  // leads nowhere
      const Thread thread{next, next_stack};
      if (seen.size() < kMostSeen && std::find(seen.begin(), seen.end(), thread) == seen.end()) seen.push_back(thread);
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
      if (frame(stack).depth < kDeepest) reach(automaton_->start(call.rule), push(stack, call.target));
    }
    if (!state.accepts) continue;
    if (stack != 0) {
      reach(frame(stack).target, frame(stack).parent);
    } else {
      found.accepts = true;
      found.cost = 0;
    }
  }
  if (found.threads.empty() && !found.accepts) return kNowhere;
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
  start_ = find({{automaton_->start(0), 0}});
  const Found& kept = positions[static_cast<std::size_t>(position)];
  Found copy{.threads = kept.threads, .accepts = kept.accepts, .cost = kept.cost, .next = nullptr};
  for (auto& thread : copy.threads) thread.stack = copy_stack(frames, thread.stack);
  positions_.push_back(std::move(copy));
  return static_cast<Position>(positions_.size()) - 1;
}

}  // namespace lectern::grammar
