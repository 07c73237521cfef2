#include "library/heading_question.h"

#include <algorithm>
#include <initializer_list>

#include "core/letters.h"
#include "library/boilerplate_headings.h"

namespace lectern::library {
namespace {

constexpr std::size_t kMostBytes = 80, kMostWords = 9;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool drop_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// "3", "3.2.1", "A.1", "IV" with what separates it from the words; not the "2" of "2nd edition".
void drop_number(std::string_view& text) {
  std::size_t i = 0;
  while (i < text.size() && (is_digit(text[i]) || text[i] == '.' || (is_upper(text[i]) && i < 5))) ++i;
  const bool some = std::any_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(i),
                                [](char c) { return is_digit(c) || c == '.'; });
  if (i == 0 || i == text.size() || !some) return;
  if (text[i] == ' ' || text[i] == ':' || text[i] == ')') text = text.substr(i + 1);
}

// "Chapter 3. ", "第三章 ", "一、"
void drop_chapter(std::string_view& text) {
  for (const std::string_view word : {"chapter ", "section ", "part ", "appendix "}) {
    if (lower(text.substr(0, word.size())) != word) continue;
    const auto end = text.find_first_of(" .:", word.size());
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    return;
  }
  constexpr std::string_view kNumbers[] = {"一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "百", "零"};
  std::string_view rest = text;
  const bool ordinal = drop_prefix(rest, "第");
  const std::size_t before = rest.size();
  while (!rest.empty() && (is_digit(rest[0]) ? (rest.remove_prefix(1), true)
                                             : std::any_of(std::begin(kNumbers), std::end(kNumbers),
                                                           [&](auto number) { return drop_prefix(rest, number); }))) {
  }
  if (rest.size() == before) return;
  const auto ends = [&](std::initializer_list<std::string_view> marks) {
    return std::any_of(marks.begin(), marks.end(), [&](auto mark) { return drop_prefix(rest, mark); });
  };
  if (ordinal ? ends({"章", "节", "篇", "部分", "条"}) : ends({"、", "．"})) text = rest;
}

// " ..... 12"
void drop_leaders(std::string_view& text) {
  const auto dots = std::min(text.find(" . ."), text.find("..."));
  if (dots != std::string_view::npos) text = text.substr(0, dots);
}

std::size_t words(std::string_view text) {
  std::size_t spaces = 0, wide = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    spaces += text[i] == ' ' ? 1 : 0;
    wide += (static_cast<unsigned char>(text[i]) & 0xf0u) == 0xe0 ? 1 : 0;
  }
  return 1 + spaces + wide / 2;  // a word of Chinese has two characters, mostly
}

// Words and the marks between them; a person's text, not a program's.
bool is_prose(std::string_view text) {
  constexpr std::string_view kMarks = " '\"-,&?!()";
  std::size_t letters = 0;
  bool small = false;
  for (const char c : text) {
    const bool letter = is_upper(c) || is_lower(c) || !is_ascii(c);
    if (!letter && !is_digit(c) && kMarks.find(c) == std::string_view::npos) return false;
    letters += letter ? 1 : 0;
    small = small || is_lower(c) || !is_ascii(c);
  }
  return small && letters * 10 >= text.size() * 7;
}

// "B I G   L E T T E R S", or a word that the end of a line cut.
bool is_broken(std::string_view text) {
  std::size_t single = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = i == 0 || text[i - 1] == ' ', ends = i + 1 == text.size() || text[i + 1] == ' ';
    single += begins && ends && is_ascii(text[i]) && text[i] != '&' ? 1 : 0;
  }
  return single > 1 || text.ends_with('-') || text.starts_with('-') || text.ends_with(',');
}

// How often `word` stands in the middle of a sentence of `text`.
std::size_t count(std::string_view text, const std::string& word) {
  std::size_t found = 0;
  for (auto at = text.find(' ' + word); at != std::string_view::npos; at = text.find(' ' + word, at + 1))
    found += at > 0 && (is_lower(text[at - 1]) || text[at - 1] == ',') ? 1 : 0;
  return found;
}

// A heading's first capital is a sentence's, but for names; where others follow, all of it is a name.
std::string in_sentence(std::string_view topic, std::string_view text) {
  std::string out(topic);
  const auto first = topic.substr(0, topic.find(' '));
  const auto rest = topic.substr(first.size());
  const bool capital = first.size() > 1 || first == "A";
  const bool alone = capital && is_upper(first[0]) && std::all_of(first.begin() + 1, first.end(), is_lower) &&
                     std::none_of(rest.begin(), rest.end(), is_upper);
  if (alone && count(text, lower(first)) >= count(text, std::string(first))) out[0] = lower(out[0]);
  return out;
}

bool begins_with(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](auto word) { return text.starts_with(word); });
}

bool asks(std::string_view topic) { return topic.ends_with('?') || topic.ends_with("？"); }

// A question that stands for itself, not one of a text to its reader ("Did you get the right package?").
bool asks_all(const std::string& folded) {
  return !is_ascii(folded[0]) ||
         begins_with(folded, {"how ", "what ", "why ", "when ", "where ", "which ", "who ", "can ", "is ", "are ",
                              "does ", "do ", "should ", "must ", "may "});
}

// About the text itself, or nothing without what stands around it.
bool leans_on_its_place(const std::string& folded) {
  for (const std::string_view self : {"this ", "these ", "本文", "本书", "本手册", "本章"}) {
    if (folded.find(self) != std::string::npos) return true;
  }
  for (const std::string_view whole : {" manual", " documentation", " documents", " guide", " handbook"}) {
    if (folded.ends_with(whole)) return true;
  }
  return begins_with(folded, {"what there", "other ", "more ", "further ", "the following", "and ", "or "});
}

bool asks_in_chinese(std::string_view topic) {
  return topic.starts_with("如何") || topic.starts_with("怎样") || topic.starts_with("怎么") ||
         topic.starts_with("为什么");
}

}  // namespace

std::string heading_topic(std::string_view heading) {
  std::string line(heading);
  std::replace(line.begin(), line.end(), '\n', ' ');
  std::string_view text = trimmed(line);
  while (drop_prefix(text, "#")) text = trimmed(text);
  drop_chapter(text);
  text = trimmed(text);
  drop_number(text);
  text = trimmed(text);
  drop_leaders(text);
  text = trimmed(text);
  while (text.ends_with(':') || text.ends_with('.')) text.remove_suffix(1);
  if (text.size() < 3 || count_characters(text) < 2 || text.size() > kMostBytes || words(text) > kMostWords) return {};
  if (!is_prose(text) || is_broken(text)) return {};
  const std::string folded = lower(text);
  if (leans_on_its_place(folded) || (asks(text) && !asks_all(folded))) return {};
  if (std::find(std::begin(kBoilerplateHeadings), std::end(kBoilerplateHeadings), folded) !=
      std::end(kBoilerplateHeadings))
    return {};
  return std::string(text);
}

bool is_good_title(std::string_view title) {
  const std::string folded = lower(title);
  for (const std::string_view odd :
       {"microsoft word", "untitled", "document", ".doc", ".pdf", ".txt", ".htm", "http"}) {
    if (folded.find(odd) != std::string::npos) return false;
  }
  return title.size() >= 3 && title.size() <= kMostBytes && is_prose(title) && !is_broken(title);
}

std::string question_about(std::string_view topic, std::string_view document_name, std::string_view text,
                           QuestionLanguage language) {
  if (asks(topic)) return std::string(topic);
  if (asks_in_chinese(topic)) return std::string(topic) + "？";
  const std::string name(document_name);
  if (language == QuestionLanguage::kChinese) return "关于“" + std::string(topic) + "”，《" + name + "》里是怎么说的？";
  const std::string said = in_sentence(topic, text);
  constexpr std::string_view kHowTo = "how to ";
  if (lower(topic.substr(0, kHowTo.size())) == kHowTo)
    return "How do I " + std::string(topic.substr(kHowTo.size())) + "?";
  return "What does “" + name + "” say about " + said + "?";
}

int rank(std::string_view topic) {
  const std::size_t length = words(topic);
  const bool how_to = lower(topic.substr(0, 7)) == "how to ";
  return (asks(topic) || asks_in_chinese(topic) || how_to ? 3 : 0) + (length >= 2 && length <= 6 ? 2 : 0);
}

std::string question_about_all(std::string_view document_name, QuestionLanguage language) {
  const std::string name(document_name);
  return language == QuestionLanguage::kChinese ? "《" + name + "》主要讲了什么？" : "What is “" + name + "” about?";
}

}  // namespace lectern::library
