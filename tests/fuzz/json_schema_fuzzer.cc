// A schema that a client sends, and bytes against it: "schema NUL bytes". What is built has an end, and each way into
// it leads there.
#include "fuzz/fuzzing.h"
#include "grammar/grammar.h"
#include "grammar/matcher.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lectern;
  const auto input = fuzz::text(data, size);
  const auto end = std::min(input.find('\0'), input.size());
  fuzz::expect_result_or_error([&] {
    const auto grammar = json_schema_grammar(input.substr(0, end));
    grammar::Matcher matcher(grammar->automaton());
    auto position = matcher.start();
    for (const char byte : input.substr(std::min(end + 1, input.size()))) {
      const auto next = matcher.advance(position, static_cast<std::uint8_t>(byte));
      if (next == grammar::Matcher::kNowhere) break;
      position = matcher.size() > 1000 ? matcher.forget(next) : next;
    }
    for (int cost = matcher.cost(position); cost > 0 && cost < 10'000; --cost) {
      int byte = 0;
      auto next = grammar::Matcher::kNowhere;
      for (; byte < 256; ++byte) {
        next = matcher.advance(position, static_cast<std::uint8_t>(byte));
        if (next != grammar::Matcher::kNowhere && matcher.cost(next) < cost) break;
      }
      fuzz::require(byte < 256, "a byte leads nearer to the end");
      position = next;
    }
  });
  return 0;
}
