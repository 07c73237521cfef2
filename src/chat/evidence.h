// Which sentence of which passage says what an answer's sentence says.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "chat/literal.h"
#include "lectern/library.h"

namespace lectern::chat {

/// How near each of `others` is to `text` in meaning: Library::similarities.
using Similarity = std::function<std::vector<double>(std::string_view text, std::span<const std::string> others)>;

struct Support {
  int number = 0;          // of the passage, from 1; 0: none
  double score = 0;        // from Evidence::kSupported on the passage says what the claim says
  std::string_view quote;  // of the passage: up to three sentences in a row
};

/// A sentence that may answer the question.
struct Candidate {
  int number = 0;             // of its passage, from 1
  std::string_view sentence;  // of the passage
  std::string_view excerpt;   // the sentence and those after it, as far as they make a short quotation
  std::string context;        // the headings above it
  double score = 0;
  double similarity = 0;  // of sentence and question in meaning; 0 where that is not known
};

/// Compares words, weighted by how rare they are in the passages, and meaning where `similarity` is given. What a claim
/// adds to the question counts most, and every number, option and path in it has to be in the same sentences. Of
/// sentences that support a claim alike, the one nearer to the question is taken. The passages must outlive it.
class Evidence {
 public:
  explicit Evidence(std::span<const Passage> passages, std::string_view question = {}, Similarity similarity = {});

  int passages() const { return static_cast<int>(texts_.size()); }
  /// The passage that supports `claim` best, whatever its score.
  Support best(std::string_view claim) const { return best_of(claim, 0); }
  /// The best sentences of passage `number`, which must exist.
  Support best_in(int number, std::string_view claim) const { return best_of(claim, number); }

  /// The `count` sentences that fit the question best, best first: those that have its words or its meaning, or whose
  /// heading or neighbour has them, or that have a figure where it asks for one. Sentences of the first passages come
  /// before equals.
  std::vector<Candidate> candidates(std::size_t count) const;

  /// A score from which on a passage counts as the source of a sentence.
  static constexpr double kSupported = 0.6;

 private:
  struct Sentence {
    int number;
    std::string_view text;
    std::string_view title;          // the line above its paragraph, if that is one
    std::vector<std::string> terms;  // sorted, unique
  };
  struct PassageText {
    std::string heading;
    std::string above;                 // file name and headings
    std::vector<std::string> context;  // their terms, sorted
  };
  struct Claim {
    std::string_view text;
    std::vector<std::string> terms, added;  // sorted; the second without the question's
    std::vector<std::string> literals;
    bool negated = false;
  };
  struct Window {
    std::size_t begin = 0, end = 0;  // of sentences_
    double score = 0;                // by words
    double rank = 0;                 // with nearness to the question
    bool contradicts = false;        // the passage lacks a literal of the claim, or its "not"
  };

  Claim claim_of(std::string_view text) const;
  Support best_of(std::string_view text, int number) const;
  std::string_view excerpt_from(std::size_t sentence) const;
  bool is_heading(std::size_t sentence) const;
  Window window(const Claim& claim, std::size_t begin, std::size_t end) const;
  bool misses_literal(const Claim& claim, const PassageText& passage, const Window& window) const;
  std::string_view text_of(const Window& window) const;
  double share(const std::vector<std::string>& wanted, const std::vector<std::string>& held) const;
  double weight(const std::string& term) const;

  std::vector<std::string> question_;  // its terms
  std::string asked_;
  Similarity similarity_;
  bool wants_figure_ = false;
  std::string unit_;                // of the figure, where the question names one
  std::vector<PassageText> texts_;  // [passages]
  std::vector<Sentence> sentences_;
  std::unordered_map<std::string, int> frequency_;  // sentences that hold a term
};

}  // namespace lectern::chat
