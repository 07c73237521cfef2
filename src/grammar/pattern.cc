#include "grammar/pattern.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "grammar/pattern_syntax.h"
#include "lectern/error.h"

namespace lectern::grammar {
namespace {

using Node = PatternNode;

constexpr std::size_t kMostStates = Automaton::kMostStates;
constexpr int kEndless = 1'000'000;
constexpr std::size_t kEmitSteps = 10;

// A pattern as states that take a character each (Thompson 1968).
class CharacterStates {
 public:
  struct State {
    std::vector<std::pair<const Node*, int>> edges;  // what each takes, null: anything; and where it leads
    std::vector<int> free;                           // states that it is as good as
  };

  CharacterStates(const PatternSyntax& syntax, Effort& effort) : effort_(effort) {
    int at = add();
    if (!syntax.from_begin) at = anything(at);
    at = emit(syntax.node, at);
    end_ = syntax.to_end ? at : anything(at);
  }

  const State& state(int index) const { return states_[static_cast<std::size_t>(index)]; }
  int end() const { return end_; }

 private:
  int add() {
    if (states_.size() >= kMostStates) throw Error(ErrorCode::kInvalidArgument, "pattern: it is too large");
    states_.emplace_back();
    return static_cast<int>(states_.size()) - 1;
  }
  void edge(int from, int to, const Node* node) { states_[static_cast<std::size_t>(from)].edges.push_back({node, to}); }
  void join(int from, int to) { states_[static_cast<std::size_t>(from)].free.push_back(to); }

  int anything(int from) {
    const int loop = add();
    join(from, loop);
    edge(loop, loop, nullptr);
    return loop;
  }

  int emit(const Node& node, int from) {
    // Counted beside the states: empty groups make none, however often they come.
    if (!effort_.spend(kEmitSteps)) {
      throw Error(ErrorCode::kInvalidArgument, "pattern: it takes too much work: use fewer groups within repetitions");
    }
    switch (node.kind) {
      case Node::Kind::kCharacters: {
        const int to = add();
        edge(from, to, &node);
        return to;
      }
      case Node::Kind::kSequence:
        for (const Node& part : node.parts) from = emit(part, from);
        return from;
      case Node::Kind::kChoice: {
        const int to = add();
        for (const Node& part : node.parts) {
          const int begin = add();
          join(from, begin);
          join(emit(part, begin), to);
        }
        return to;
      }
      case Node::Kind::kRepetition:
        break;
    }
    return repeat(node, from);
  }

  int repeat(const Node& node, int from) {
    const Node& part = node.parts.front();
    for (int i = 0; i < node.least; ++i) from = emit(part, from);
    const int to = add();
    if (node.most < 0) {
      const int loop = add();
      join(from, loop);
      join(emit(part, loop), loop);
      join(loop, to);
      return to;
    }
    for (int i = node.least; i < node.most; ++i) {
      join(from, to);
      from = emit(part, from);
    }
    join(from, to);
    return to;
  }

  Effort& effort_;
  std::vector<State> states_;
  int end_ = 0;
};

// Characters that a text of it has.
Lengths lengths_of(const Node& node) {
  Lengths all{0, 0};
  const auto sum = [](int a, int b) { return a < 0 || b < 0 ? -1 : std::min(a + b, kEndless); };
  switch (node.kind) {
    case Node::Kind::kCharacters:
      return {1, 1};
    case Node::Kind::kSequence:
      for (const Node& part : node.parts) {
        const Lengths one = lengths_of(part);
        all = {sum(all.least, one.least), sum(all.most, one.most)};
      }
      return all;
    case Node::Kind::kChoice:
      all.least = kEndless;
      for (const Node& part : node.parts) {
        const Lengths one = lengths_of(part);
        all.least = std::min(all.least, one.least);
        all.most = all.most < 0 || one.most < 0 ? -1 : std::max(all.most, one.most);
      }
      return all;
    case Node::Kind::kRepetition:
      break;
  }
  const Lengths one = lengths_of(node.parts.front());
  const auto times = [](long a, long b) { return static_cast<int>(std::min<long>(a * b, kEndless)); };
  return {times(one.least, node.least), one.most == 0                   ? 0
                                        : one.most < 0 || node.most < 0 ? -1
                                                                        : times(one.most, node.most)};
}

bool keeps_to(const PatternSyntax& syntax, const Lengths& lengths) {
  const Lengths own = lengths_of(syntax.node);
  const bool anchored = syntax.from_begin && syntax.to_end;
  return own.least >= lengths.least && (lengths.most < 0 || (anchored && own.most >= 0 && own.most <= lengths.most));
}

// The states of a pattern, each as often as there are lengths to count.
class Emission {
 public:
  Emission(Automaton& automaton, const CharacterStates& states, Lengths lengths, int any_character)
      : automaton_(automaton), states_(states), lengths_(lengths), any_character_(any_character) {}

  int emit(int from) {
    const int to = automaton_.add_state();
    automaton_.join(from, at({0, 0}));
    while (!open_.empty()) {
      const Place place = open_.back();
      open_.pop_back();
      const int here = at(place);
      const auto& state = states_.state(place.state);
      for (const int free : state.free) automaton_.join(here, at({free, place.count}));
      if (place.state == states_.end() && place.count >= lengths_.least) automaton_.join(here, to);
      if (lengths_.most >= 0 && place.count == lengths_.most) continue;
      const int count = lengths_.most >= 0 ? place.count + 1 : std::min(place.count + 1, lengths_.least);
      for (const auto& [node, next] : state.edges) {
        if (node == nullptr)
          automaton_.call(here, at({next, count}), any_character_);
        else
          add_characters(automaton_, here, at({next, count}), node->ranges);
      }
    }
    return to;
  }

 private:
  struct Place {
    int state, count;  // characters so far, as far as that matters
    bool operator<(const Place& other) const { return std::tie(state, count) < std::tie(other.state, other.count); }
  };

  int at(const Place& place) {
    const auto [known, added] = numbers_.try_emplace(place, 0);
    if (added) {
      known->second = automaton_.add_state();
      open_.push_back(place);
    }
    return known->second;
  }

  Automaton& automaton_;
  const CharacterStates& states_;
  const Lengths lengths_;
  const int any_character_;
  std::map<Place, int> numbers_;
  std::vector<Place> open_;
};

}  // namespace

int add_pattern(Automaton& automaton, int from, std::string_view pattern, Lengths lengths, int any_character) {
  const PatternSyntax syntax = parse_pattern(pattern);
  const CharacterStates states(syntax, automaton.effort());
  return Emission(automaton, states, keeps_to(syntax, lengths) ? Lengths{} : lengths, any_character).emit(from);
}

}  // namespace lectern::grammar
