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
constexpr auto kRefusals = std::to_array<std::string_view>(
    {" passages do not ", " passages don t ", " passage does not ", " passage doesn t ", " files do not tell ",
     " text does not ", " not mentioned in the ", " not specified in the ", " not provided in the ",
     " not stated in the ", " do not provide information ", " do not contain information ", "没有提到", "没有提及",
     "未提到", "未提及", "没有说明", "没有提供"});

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

bool is_refusal(std::string_view answer) { return has_any(spaced(answer), kRefusals); }

}  // namespace lectern::chat
