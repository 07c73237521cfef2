// Rules over bytes that call one another: a recursive transition network (Woods 1970).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "grammar/effort.h"

namespace lectern::grammar {

/// States are numbers, and so are rules; a rule is a state to begin in, and ends in states that accept. What builds it
/// goes from state to state: each method takes the state that it begins in, and returns or takes the one that it ends
/// in.
class Automaton {
 public:
  static constexpr int kMostStates = 50'000, kMostWays = 1'000'000;  // ways: edges, calls and joins
  static constexpr int kNever = INT32_MAX / 4;                       // a cost that is none

  struct Edge {
    std::uint8_t first, last;  // bytes
    int target;
  };
  struct Call {
    int rule, target;
  };
  struct State {
    std::vector<Edge> edges;
    std::vector<Call> calls;
    std::vector<int> free;  // states that it is as good as
    bool accepts = false;
    int cost = kNever;      // bytes to the nearest end of its rule
    int nearest_free = -1;  // of `free`, where the way to that end begins with one of them
  };

  /// This and what adds ways throws Error kInvalidArgument beyond kMostStates and kMostWays.
  int add_state();
  int add_rule();  // whose state is there, and empty
  int start(int rule) const { return rules_[static_cast<std::size_t>(rule)]; }

  void accept(int state) { states_[static_cast<std::size_t>(state)].accepts = true; }
  void join(int from, int to) { way_from(from).free.push_back(to); }
  void edge(int from, int to, std::uint8_t first, std::uint8_t last);
  void call(int from, int to, int rule) { way_from(from).calls.push_back({rule, to}); }
  int literal(int from, std::string_view bytes);
  int call(int from, int rule);

  /// What making it may take, besides its size.
  Effort& effort() { return effort_; }

  /// Once all is there: drops every way that leads to no end. Throws Error kInvalidArgument where rule 0 has none, or a
  /// rule begins with itself.
  void finish();

  const State& state(int index) const { return states_[static_cast<std::size_t>(index)]; }
  int cost(int rule) const { return state(start(rule)).cost; }

 private:
  State& way_from(int state);
  void find_costs();
  void drop_dead_ends();
  void refuse_left_recursion() const;
  std::vector<int> called_first(int rule) const;

  std::vector<State> states_;
  std::vector<int> rules_;
  int ways_ = 0;
  Effort effort_;
};

}  // namespace lectern::grammar
