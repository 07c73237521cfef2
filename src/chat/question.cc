#include "chat/question.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace lectern::chat {
namespace {

constexpr auto kFigureQuestions = std::to_array<std::string_view>(
    {" how long ",   " how often ", " how many ",    " how much ",   " how high ", " how old ",   " how far ",
     " how deep ",   " how big ",   " how tall ",    " how hot ",    " how cold ", " how large ", " how wide ",
     " how fast ",   " how heavy ", " how soon ",    " how warm ",   " when ",     " what time ", " what age ",
     " what price ", " what year",  " temperature ", " which year ", "多少",       "几",          "多久",
     "什么时候",     "多长",        "多高",          "多大"});
constexpr auto kNumberWords = std::to_array<std::string_view>(
    {" one ",  " two ",   " three ",  " four ",   " five ",   " six ",   " seven ", " eight ",
     " nine ", " ten ",   " twelve ", " twenty ", " thirty ", " forty ", " fifty ", " hundred ",
     " once ", " twice ", " half ",   " every ",  "一",       "二",      "两",      "三",
     "四",     "五",      "六",       "七",       "八",       "九",      "十",      "百"});
constexpr auto kNegations = std::to_array<std::string_view>(
    {" not ", " no ", " never ", " nobody ", " none ", " nothing ", " cannot ", "n t ", "不", "没", "别"});
// "The passages do not (directly) mention …": a source, a "not", a verb of telling.
constexpr auto kSources = std::to_array<std::string_view>(
    {"passages", "passage", "files", "text", "texts", "documents", "document", "context", "sources", "information"});
constexpr auto kDenials = std::to_array<std::string_view>({"do not ", "does not ", "don t ", "doesn t ", "did not "});
constexpr auto kAdverbs = std::to_array<std::string_view>({"directly ", "explicitly ", "specifically ", "clearly "});
constexpr auto kTelling = std::to_array<std::string_view>(
    {"mention ", "tell ", "say ", "specify ", "provide ", "contain ", "state ", "explain ", "describe ", "include ",
     "give ", "discuss ", "address ", "answer ", "cover ", "hold ", "indicate ", "offer "});
constexpr auto kRefusals = std::to_array<std::string_view>({" not mentioned in the ",
                                                            " not specified in the ",
                                                            " not provided in the ",
                                                            " not stated in the ",
                                                            " not described in the ",
                                                            " not given in the ",
                                                            " not found in the passages ",
                                                            " not covered in the ",
                                                            " no information about ",
                                                            " no information on ",
                                                            " no information regarding ",
                                                            " no mention of ",
                                                            " cannot be answered ",
                                                            " cannot answer ",
                                                            " can t answer ",
                                                            " unable to answer ",
                                                            "没有提到",
                                                            "没有提及",
                                                            "未提到",
                                                            "未提及",
                                                            "没有说明",
                                                            "没有提供"});
constexpr auto kOpenings = std::to_array<std::string_view>(
    {"the passage", "the provided", "the given",  "the text",    "the document",  "the context", "the information",
     "the file",    "the question", "your files", "there is no", "no ",           "not ",        "none",
     "i'm sorry",   "i am sorry",   "i cannot",   "sorry",       "unfortunately", "based on",    "according to the p",
     "it is not",   "段落",         "提供",       "抱歉",        "文件",          "您的",        "根据",
     "没有",        "很抱歉"});

// Words in lower case with one space around each.
std::string spaced(std::string_view text) {
  std::string out = " ";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::isalnum(byte) != 0)
      out += static_cast<char>(std::tolower(byte));
    else if (out.back() != ' ')
      out += ' ';
  }
  return out + " ";
}

template <typename Phrases>
bool has_any(const std::string& text, const Phrases& phrases) {
  return std::any_of(phrases.begin(), phrases.end(),
                     [&](std::string_view phrase) { return text.find(phrase) != std::string::npos; });
}

}  // namespace

bool asks_for_figure(std::string_view question) { return has_any(spaced(question), kFigureQuestions); }

bool has_figure(std::string_view sentence) {
  return std::any_of(sentence.begin(), sentence.end(), [](unsigned char c) { return std::isdigit(c) != 0; }) ||
         has_any(spaced(sentence), kNumberWords);
}

std::string_view asked_unit(std::string_view question) {
  for (const std::string_view asking : {"多少", "几"}) {
    const std::size_t at = question.find(asking);
    constexpr std::size_t kBytes = 3;  // of a Chinese character
    if (at == std::string_view::npos || at + asking.size() + kBytes > question.size()) continue;
    const auto unit = question.substr(at + asking.size(), kBytes);
    if (static_cast<unsigned char>(unit[0]) >= 0xe4 && static_cast<unsigned char>(unit[0]) <= 0xe9) return unit;
  }
  return {};
}

bool has_negation(std::string_view sentence) { return has_any(spaced(sentence), kNegations); }

bool is_refusal(std::string_view sentence) {
  const std::string text = spaced(sentence);
  if (has_any(text, kRefusals)) return true;
  const auto skip = [](std::string_view& rest, const auto& words) {
    for (const auto word : words) {
      if (!rest.starts_with(word)) continue;
      rest.remove_prefix(word.size());
      return true;
    }
    return false;
  };
  for (std::size_t space = text.find(' '); space != std::string::npos; space = text.find(' ', space + 1)) {
    std::string_view rest = std::string_view(text).substr(space + 1);
    const std::size_t word = std::min(rest.find(' '), rest.size());
    if (std::find(kSources.begin(), kSources.end(), rest.substr(0, word)) == kSources.end()) continue;
    rest.remove_prefix(std::min(word + 1, rest.size()));
    if (!skip(rest, kDenials)) continue;
    skip(rest, kAdverbs);
    if (skip(rest, kTelling)) return true;
  }
  return false;
}

bool may_be_refusal(std::string_view beginning) {
  std::string lower(beginning);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::any_of(kOpenings.begin(), kOpenings.end(), [&](std::string_view opening) {
    return lower.starts_with(opening) || opening.starts_with(lower);
  });
}

}  // namespace lectern::chat
