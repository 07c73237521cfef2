// Which sentence of which passage says what an answer's sentence says.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lectern/library.h"

namespace lectern::chat {

struct Support {
  int number = 0;             // of the passage, from 1; 0: none
  double score = 0;           // share of the claim's meaning that the passage holds, 0 to 1
  std::string_view sentence;  // of the passage
};

/// A sentence that may answer the question.
struct Candidate {
  int number = 0;             // of its passage, from 1
  std::string_view sentence;  // of the passage
  std::string context;        // the headings above it
  double score = 0;
};

/// Compares words, weighted by how rare they are in the passages. Of sentences that support a claim alike, the one
/// nearer to the question is taken. The passages must outlive it.
class Evidence {
 public:
  explicit Evidence(std::span<const Passage> passages, std::string_view question = {});

  int passages() const { return passages_; }
  /// The passage that supports `claim` best, whatever its score.
  Support best(std::string_view claim) const { return best_of(claim, 0); }
  /// The best sentence of passage `number`, which must exist.
  Support best_in(int number, std::string_view claim) const { return best_of(claim, number); }

  /// The `count` sentences that fit the question best, best first: those that have its words, or whose heading or
  /// neighbour has them, or that have a figure where it asks for one. Sentences of the first passages come before
  /// equals.
  std::vector<Candidate> candidates(std::size_t count) const;

  /// A score from which on a passage counts as the source of a sentence.
  static constexpr double kSupported = 0.5;

 private:
  struct Sentence {
    int number;
    std::string_view text;
    std::string_view title;          // the line above its paragraph, if that is one
    std::vector<std::string> terms;  // sorted, unique
  };
  double share_of_question(const std::vector<std::string>& terms) const;
  Support best_of(std::string_view claim, int number) const;
  double weight(const std::string& term) const;

  int passages_ = 0;
  std::vector<std::string> question_;  // its terms
  bool wants_figure_ = false;
  std::string unit_;                   // of the figure, where the question names one
  std::vector<std::string> headings_;  // [passages]
  std::vector<Sentence> sentences_;
  std::vector<std::vector<std::string>> passage_terms_;  // [passages], sorted, unique
  std::unordered_map<std::string, int> frequency_;       // sentences that hold a term
};

}  // namespace lectern::chat
