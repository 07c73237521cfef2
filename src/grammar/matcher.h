// Where an answer stands in its grammar.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "grammar/automaton.h"
#include "grammar/thread_set.h"

namespace lectern::grammar {

/// Reads bytes. A position is every way in which what was read may be part of an answer: pairs of a state and a stack
/// of calls. Positions and stacks get numbers as they are found, and what a byte makes of a position is kept, so that a
/// second time it costs a look. Not for several threads at once. `automaton` must outlive it.
class Matcher {
 public:
  using Position = int;
  static constexpr Position kNowhere = -1;

  explicit Matcher(const Automaton& automaton);

  Position start() const { return start_; }
  /// kNowhere where the byte fits nothing.
  Position advance(Position position, std::uint8_t byte);
  bool accepts(Position position) const { return at(position).accepts; }
  /// Accepts, and no byte may follow.
  bool complete(Position position) const { return at(position).accepts && at(position).threads.empty(); }
  /// The fewest bytes to a whole answer.
  int cost(Position position) const { return at(position).cost; }

  /// Positions that were found.
  std::size_t size() const { return positions_.size(); }
  /// What they take, about; beyond some megabytes `forget` is due.
  std::size_t bytes() const { return bytes_; }
  /// Steps that finding positions took by now, each some nanoseconds and no more than a dozen bytes.
  std::size_t work() const { return work_; }
  /// Drops all positions but the start and this one, and returns this one's new number.
  Position forget(Position position);

 private:
  using Next = std::array<Position, 256>;  // after each byte; kUnknown where it fits and was not asked for
  struct Frame {                           // of a stack: where to go on at a rule's end
    int parent, target, depth, cost;
  };
  struct Found {
    std::vector<Thread> threads;  // at states with edges, in order
    bool accepts = false;
    int cost = Automaton::kNever;
    std::unique_ptr<Next> next;  // null until one is asked for
  };
  static constexpr Position kUnknown = -2;

  const Found& at(Position position) const { return positions_[static_cast<std::size_t>(position)]; }
  const Frame& frame(int stack) const { return frames_[static_cast<std::size_t>(stack)]; }
  int push(int stack, int target);
  Position begin();
  Position find();
  std::unique_ptr<Next> bytes_that_fit(const std::vector<Thread>& threads);
  void keep_cheapest();
  void add_nearest_way(Thread thread);
  Position number(Found found);
  int copy_stack(const std::vector<Frame>& frames, int stack);

  const Automaton* automaton_;
  std::vector<Frame> frames_;  // 0 is the empty stack
  std::unordered_map<std::uint64_t, int> frame_numbers_;
  std::vector<Found> positions_;
  std::unordered_map<std::uint64_t, std::vector<Position>> by_hash_;
  ThreadSet seen_;  // by the position that is being found
  std::size_t bytes_ = 0, work_ = 0;
  Position start_ = 0;
};

}  // namespace lectern::grammar
