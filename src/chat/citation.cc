#include "chat/citation.h"

#include <algorithm>

#include "core/moment.h"

namespace lectern::chat {
namespace {

// When the passage's words from byte `at` of its document on are said.
std::optional<std::int64_t> time_of(const Passage& passage, std::int64_t at) {
  const auto after = std::upper_bound(passage.times.begin(), passage.times.end(), at,
                                      [](std::int64_t place, const TimeMark& mark) { return place < mark.span_begin; });
  return after == passage.times.begin() ? passage.time_ms : std::prev(after)->milliseconds;
}

}  // namespace

std::vector<Citation> citations(std::span<const CitedSentence> sentences, std::span<const Passage> passages,
                                const Evidence& evidence) {
  std::vector<Citation> found;
  for (const auto& sentence : sentences) {
    for (const int number : sentence.numbers) {
      const Passage& passage = passages[static_cast<std::size_t>(number - 1)];
      const auto quote = evidence.best_in(number, sentence.claim).quote;
      Citation citation;
      citation.number = number;
      citation.file = passage.file;
      citation.page = passage.page;
      citation.quote = quote;
      const std::int64_t offset = quote.empty() ? 0 : quote.data() - passage.text.data();
      citation.quote_span = {passage.span.begin + offset,
                             passage.span.begin + offset + static_cast<std::int64_t>(quote.size())};
      citation.answer_span = sentence.span;
      citation.time_ms = time_of(passage, citation.quote_span.begin);
      if (!passage.url.empty() && citation.time_ms) citation.url = link_to_moment(passage.file, *citation.time_ms);
      found.push_back(std::move(citation));
    }
  }
  return found;
}

}  // namespace lectern::chat
