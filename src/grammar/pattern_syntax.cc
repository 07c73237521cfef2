#include "grammar/pattern_syntax.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "lectern/error.h"
#include "text/utf8.h"

namespace lectern::grammar {
namespace {

using Node = PatternNode;
using Ranges = std::vector<CharacterRange>;

constexpr int kMostRepetitions = 1000, kDeepest = 50;

[[noreturn]] void refuse(const std::string& why) { throw Error(ErrorCode::kInvalidArgument, "pattern: " + why); }

// Control characters are left out of it: no pattern that people write with a negation means them.
Ranges complement(Ranges ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  Ranges out;
  char32_t next = 0x20;
  for (const auto& range : ranges) {
    if (range.first > next) out.push_back({next, static_cast<char32_t>(range.first - 1)});
    next = std::max(next, static_cast<char32_t>(range.last + 1));
  }
  if (next <= kLastCharacter) out.push_back({next, kLastCharacter});
  return out;
}

std::optional<Ranges> named_class(char32_t letter) {
  switch (letter) {
    case 'd':
      return Ranges{{'0', '9'}};
    case 'w':
      return Ranges{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
    case 's':
      return Ranges{{'\t', '\r'}, {' ', ' '}, {0xa0, 0xa0}, {0x2028, 0x2029}, {0x3000, 0x3000}};
    case 'D':
    case 'W':
    case 'S':
      return complement(*named_class(letter + ('a' - 'A')));
    default:
      return {};
  }
}

class Parser {
 public:
  explicit Parser(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) text_ += text::next_character(text, i);  // whole: it comes out of JSON
  }

  PatternSyntax parse() {
    PatternSyntax out;
    out.from_begin = eat('^');
    out.to_end = ends_with_anchor();
    if (out.to_end) text_.pop_back();
    out.node = choice(0);
    if (at_ < text_.size()) refuse("\")\" without \"(\"");
    if (out.node.kind == Node::Kind::kChoice && (out.from_begin || out.to_end))
      refuse("put | with ^ and $ into a group: ^(a|b)$");
    return out;
  }

 private:
  bool ends_with_anchor() const {
    if (text_.empty() || text_.back() != '$') return false;
    std::size_t backslashes = 0;
    while (backslashes + 1 < text_.size() && text_[text_.size() - 2 - backslashes] == '\\') ++backslashes;
    return backslashes % 2 == 0;
  }
  bool more() const { return at_ < text_.size(); }
  bool is(char32_t c) const { return more() && text_[at_] == c; }
  bool eat(char32_t c) { return is(c) ? ++at_, true : false; }
  char32_t next() {
    if (!more()) refuse("it ends too early");
    return text_[at_++];
  }

  Node choice(int depth) {
    if (depth > kDeepest) refuse("its groups are nested too deeply");
    Node node = sequence(depth);
    if (!is('|')) return node;
    Node all{.kind = Node::Kind::kChoice, .ranges = {}, .parts = {}};
    all.parts.push_back(std::move(node));
    while (eat('|')) all.parts.push_back(sequence(depth));
    return all;
  }

  Node sequence(int depth) {
    Node node;
    while (more() && !is('|') && !is(')')) node.parts.push_back(repeated(atom(depth)));
    return node;
  }

  // With the repetition that stands behind it.
  Node repeated(Node node) {
    Node all{.kind = Node::Kind::kRepetition, .ranges = {}, .parts = {}, .least = 0, .most = -1};
    if (!repetition(all)) return node;
    eat('?');  // as few as possible: the same texts
    if (is('*') || is('+') || is('?') || is('{'))
      refuse("a repetition of a repetition: put the first one into a group");
    all.parts.push_back(std::move(node));
    return all;
  }

  bool repetition(Node& node) {
    if (eat('*')) return true;
    if (eat('+')) {
      node.least = 1;
    } else if (eat('?')) {
      node.most = 1;
    } else if (eat('{')) {
      node.least = number();
      node.most = eat(',') ? (is('}') ? -1 : number()) : node.least;
      if (!eat('}')) refuse("\"{\" without \"}\"");
      if (node.most >= 0 && node.most < node.least) refuse("a repetition whose end is below its begin");
    } else {
      return false;
    }
    return true;
  }

  int number() {
    int value = 0;
    if (!more() || text_[at_] < '0' || text_[at_] > '9') refuse("a repetition without a number");
    while (more() && text_[at_] >= '0' && text_[at_] <= '9') {
      value = value * 10 + static_cast<int>(next() - '0');
      if (value > kMostRepetitions) refuse("a repetition above 1,000");
    }
    return value;
  }

  Node atom(int depth) {
    const char32_t c = next();
    if (c == '(') {
      if (eat('?') && !eat(':')) refuse("groups that begin with (? are not known, but for (?:");
      Node node = choice(depth + 1);
      if (!eat(')')) refuse("\"(\" without \")\"");
      return node;
    }
    if (c == '[') return characters(bracket());
    if (c == '.') return characters(complement({}));
    if (c == '\\') return characters(escaped());
    if (c == '^' || c == '$') refuse("^ and $ are known at its begin and end alone");
    if (c == '*' || c == '+' || c == '?' || c == '{') refuse("a repetition of nothing");
    return characters({{c, c}});
  }

  static Node characters(Ranges ranges) {
    return {.kind = Node::Kind::kCharacters, .ranges = std::move(ranges), .parts = {}};
  }

  Ranges escaped() {
    const char32_t c = next();
    if (auto named = named_class(c)) return *named;
    constexpr std::u32string_view kLetters = U"tnrfv0", kMeant = U"\t\n\r\f\v\0";
    const auto at = kLetters.find(c);
    if (at != std::u32string_view::npos) {
      const char32_t meant = at < 5 ? kMeant[at] : 0;
      return {{meant, meant}};
    }
    if (c == 'u' || c == 'x') {
      char32_t value = 0;
      for (int i = 0; i < (c == 'u' ? 4 : 2); ++i) value = value << 4 | hexadecimal_digit();
      return {{value, value}};
    }
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '1' && c <= '9');
    if (letter) refuse("\"\\" + std::string(1, static_cast<char>(c)) + "\" is not known");
    return {{c, c}};
  }

  char32_t hexadecimal_digit() {
    const char32_t c = next();
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    refuse("an escape that is not hexadecimal");
  }

  Ranges bracket() {
    const bool negated = eat('^');
    Ranges ranges;
    while (!eat(']')) {
      const char32_t c = next();
      Ranges one = c == '\\' ? escaped() : Ranges{{c, c}};
      const bool single = one.size() == 1 && one[0].first == one[0].last;
      if (single && is('-') && at_ + 1 < text_.size() && text_[at_ + 1] != ']') {
        ++at_;
        const char32_t end = next();
        const Ranges last = end == '\\' ? escaped() : Ranges{{end, end}};
        if (last.size() != 1 || last[0].first < one[0].first) refuse("a class with a range that goes backwards");
        one[0].last = last[0].last;
      }
      ranges.insert(ranges.end(), one.begin(), one.end());
    }
    return negated ? complement(ranges) : ranges;
  }

  std::u32string text_;
  std::size_t at_ = 0;
};

}  // namespace

PatternSyntax parse_pattern(std::string_view pattern) { return Parser(pattern).parse(); }

}  // namespace lectern::grammar
