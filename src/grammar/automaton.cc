#include "grammar/automaton.h"

#include <functional>
#include <unordered_set>

#include "lectern/error.h"

namespace lectern::grammar {
namespace {

[[noreturn]] void refuse_size() {
  throw Error(ErrorCode::kInvalidArgument,
              "it is too large: use fewer properties and enum values, and lower bounds of lengths");
}

}  // namespace

int Automaton::add_state() {
  if (states_.size() >= kMostStates) refuse_size();
  states_.emplace_back();
  return static_cast<int>(states_.size()) - 1;
}

int Automaton::add_rule() {
  rules_.push_back(add_state());
  return static_cast<int>(rules_.size()) - 1;
}

Automaton::State& Automaton::way_from(int state) {
  if (++ways_ > kMostWays) refuse_size();
  return states_[static_cast<std::size_t>(state)];
}

void Automaton::edge(int from, int to, std::uint8_t first, std::uint8_t last) {
  way_from(from).edges.push_back({first, last, to});
}

int Automaton::literal(int from, std::string_view bytes) {
  for (const char c : bytes) {
    const int to = add_state();
    edge(from, to, static_cast<std::uint8_t>(c), static_cast<std::uint8_t>(c));
    from = to;
  }
  return from;
}

int Automaton::call(int from, int rule) {
  const int to = add_state();
  call(from, to, rule);
  return to;
}

void Automaton::finish() {
  find_costs();
  if (cost(0) >= kNever) throw Error(ErrorCode::kInvalidArgument, "no value fits it: it contains itself without end");
  refuse_left_recursion();
  drop_dead_ends();
}

// Until nothing becomes cheaper. States are made in the order of the text, so that going backwards takes few rounds. A
// way is written down when it makes its state cheaper, so that following it never leads in a circle.
void Automaton::find_costs() {
  bool changed = true;
  const auto improve = [&](State& state, int cost, int free) {
    if (cost >= state.cost) return;
    state.cost = cost;
    state.nearest_free = free;
    changed = true;
  };
  while (changed) {
    changed = false;
    if (!effort_.spend(states_.size() + static_cast<std::size_t>(ways_))) {
      throw Error(ErrorCode::kInvalidArgument,
                  "finding its shortest answers takes too much work: use fewer $refs to what refers to others in turn");
    }
    for (auto state = states_.rbegin(); state != states_.rend(); ++state) {
      if (state->accepts) improve(*state, 0, -1);
      for (const Edge& edge : state->edges) improve(*state, 1 + this->state(edge.target).cost, -1);
      for (const Call& call : state->calls) improve(*state, cost(call.rule) + this->state(call.target).cost, -1);
      for (const int free : state->free) improve(*state, this->state(free).cost, free);
    }
  }
}

void Automaton::drop_dead_ends() {
  const auto dead = [&](int index) { return state(index).cost >= kNever; };
  for (State& state : states_) {
    std::erase_if(state.edges, [&](const Edge& edge) { return dead(edge.target); });
    std::erase_if(state.calls, [&](const Call& call) { return dead(start(call.rule)) || dead(call.target); });
    std::erase_if(state.free, dead);
  }
}

// The rules that `rule` may call before it takes a byte.
std::vector<int> Automaton::called_first(int rule) const {
  std::vector<int> rules, open = {start(rule)};
  std::unordered_set<int> seen = {start(rule)};
  while (!open.empty()) {
    const State& at = state(open.back());
    open.pop_back();
    std::vector<int> next = at.free;
    for (const Call& call : at.calls) {
      rules.push_back(call.rule);
      if (cost(call.rule) == 0) next.push_back(call.target);
    }
    for (const int to : next) {
      if (seen.insert(to).second) open.push_back(to);
    }
  }
  return rules;
}

void Automaton::refuse_left_recursion() const {
  enum class Mark : char { kNew, kOpen, kDone };
  std::vector<Mark> marks(rules_.size(), Mark::kNew);
  const std::function<void(int)> visit = [&](int rule) {
    Mark& mark = marks[static_cast<std::size_t>(rule)];
    if (mark == Mark::kDone) return;
    if (mark == Mark::kOpen) throw Error(ErrorCode::kInvalidArgument, "a $ref leads back to itself");
    mark = Mark::kOpen;
    for (const int called : called_first(rule)) visit(called);
    marks[static_cast<std::size_t>(rule)] = Mark::kDone;
  };
  for (std::size_t rule = 0; rule < rules_.size(); ++rule) visit(static_cast<int>(rule));
}

}  // namespace lectern::grammar
