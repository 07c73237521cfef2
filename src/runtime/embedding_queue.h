// The texts that wait to be embedded, of all callers.
#pragma once

#include <cstddef>
#include <deque>
#include <exception>
#include <span>
#include <vector>

#include "lectern/tokenizer.h"

namespace lectern::runtime {

/// One call of `embed`, on its caller's stack.
struct EmbeddingJob {
  explicit EmbeddingJob(std::span<const std::vector<TokenId>> all);

  std::span<const std::vector<TokenId>> texts;
  bool question = false;                    // few tokens: somebody waits for them
  std::vector<std::size_t> order;           // of the texts, by length
  std::size_t taken = 0, embedded = 0;      // how many
  std::vector<std::vector<float>> vectors;  // [texts]
  std::exception_ptr failure;

  bool done() const { return failure != nullptr || embedded == texts.size(); }
};

/// Jobs with few tokens, as a question has with the passages that it is compared with, come first and have a step to
/// themselves, so that none is behind a whole library; after some such steps in a row the others have their turn. Not
/// synchronized.
class EmbeddingQueue {
 public:
  struct Item {
    EmbeddingJob* job;
    std::size_t text;
  };

  void add(EmbeddingJob& job) { jobs_.push_back(&job); }
  bool empty() const { return jobs_.empty(); }

  /// The next step's texts: at most `texts` of them with `tokens` tokens together, but always one.
  std::vector<Item> take(int tokens, int texts);
  /// Forgets the jobs that failed.
  void drop_failed();

 private:
  std::deque<EmbeddingJob*> jobs_;  // with texts not yet taken
  int steps_of_questions_ = 0;      // in a row, while others wait
};

}  // namespace lectern::runtime
