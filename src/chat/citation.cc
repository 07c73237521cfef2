#include "chat/citation.h"

#include <algorithm>

#include "core/moment.h"

namespace lectern::chat {
namespace {

// The last mark at or before byte `at` of the document; null where there is none.
template <typename Mark>
const Mark* mark_at(const std::vector<Mark>& marks, std::int64_t at) {
  const auto after = std::upper_bound(marks.begin(), marks.end(), at,
                                      [](std::int64_t place, const Mark& mark) { return place < mark.span_begin; });
  return after == marks.begin() ? nullptr : &*std::prev(after);
}

// When the passage's words from byte `at` of its document on are said.
std::optional<std::int64_t> time_of(const Passage& passage, std::int64_t at) {
  const TimeMark* mark = mark_at(passage.times, at);
  return mark == nullptr ? passage.time_ms : mark->milliseconds;
}

// Where those words stand: a passage may begin on the page before.
std::optional<int> page_of(const Passage& passage, std::int64_t at) {
  const PageMark* mark = mark_at(passage.pages, at);
  return mark == nullptr ? passage.page : mark->page;
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
      citation.quote = quote;
      const std::int64_t offset = quote.empty() ? 0 : quote.data() - passage.text.data();
      citation.quote_span = {passage.span.begin + offset,
                             passage.span.begin + offset + static_cast<std::int64_t>(quote.size())};
      citation.page = page_of(passage, citation.quote_span.begin);
      citation.answer_span = sentence.span;
      citation.time_ms = time_of(passage, citation.quote_span.begin);
      if (!passage.url.empty() && citation.time_ms) citation.url = link_to_moment(passage.file, *citation.time_ms);
      found.push_back(std::move(citation));
    }
  }
  return found;
}

}  // namespace lectern::chat
