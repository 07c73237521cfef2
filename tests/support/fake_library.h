// A library that finds what the test put there.
#pragma once

#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "lectern/library.h"

namespace lectern::test {

class FakeLibrary : public Library {
 public:
  std::vector<Passage> passages;  // what each search finds
  bool empty = false;
  mutable std::vector<std::string> queries;

  IndexReport index(std::span<const std::filesystem::path>, const IndexOptions&) override { return {}; }
  std::vector<Passage> search(std::string_view question, int top_k) const override {
    queries.emplace_back(question);
    auto found = passages;
    if (found.size() > static_cast<std::size_t>(top_k)) found.resize(static_cast<std::size_t>(top_k));
    return found;
  }
  /// The share of the words of `text` that each has.
  std::vector<double> similarities(std::string_view text, std::span<const std::string> others) const override {
    std::vector<double> shares;
    for (const auto& other : others) {
      std::istringstream words{std::string(text)};
      double all = 0, shared = 0;
      for (std::string word; words >> word; ++all) shared += other.find(word) != std::string::npos ? 1 : 0;
      shares.push_back(all > 0 ? shared / all : 0);
    }
    return shares;
  }
  LibraryStatistics statistics() const override {
    LibraryStatistics statistics;
    statistics.documents = statistics.chunks = empty ? 0 : 1;
    return statistics;
  }
  std::vector<IndexFailure> failures() const override { return {}; }
};

/// A passage whose text begins at byte 100 of its document, page 3, surely relevant.
inline Passage passage(const std::string& file, const std::string& text) {
  Passage made;
  made.file = "/documents/" + file;
  made.page = 3;
  made.span = {100, 100 + static_cast<std::int64_t>(text.size())};
  made.similarity = 0.8;
  made.score = 1;
  made.text = text;
  return made;
}

}  // namespace lectern::test
