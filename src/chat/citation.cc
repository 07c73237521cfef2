#include "chat/citation.h"

namespace lectern::chat {

std::vector<Citation> citations(std::span<const CitedSentence> sentences, std::span<const Passage> passages,
                                const Evidence& evidence) {
  std::vector<Citation> found;
  for (const auto& sentence : sentences) {
    for (const int number : sentence.numbers) {
      const Passage& passage = passages[static_cast<std::size_t>(number - 1)];
      const auto quote = evidence.best_in(number, sentence.claim).sentence;
      Citation citation;
      citation.number = number;
      citation.file = passage.file;
      citation.page = passage.page;
      citation.quote = quote;
      const std::int64_t offset = quote.empty() ? 0 : quote.data() - passage.text.data();
      citation.quote_span = {passage.span.begin + offset,
                             passage.span.begin + offset + static_cast<std::int64_t>(quote.size())};
      citation.answer_span = sentence.span;
      found.push_back(std::move(citation));
    }
  }
  return found;
}

}  // namespace lectern::chat
