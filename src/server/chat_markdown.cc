#include "server/chat_markdown.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

namespace lectern::server {
namespace {

using Json = nlohmann::json;

struct Words {
  std::string_view chat, question, answer, instructions, sources, page_before, page_after, open, close;
};
constexpr Words kEnglish = {"Chat", "Question", "Answer", "Instructions", "Sources", ", page ", "", ": “", "”"};
constexpr Words kChinese = {"对话", "问题", "回答", "说明", "来源", "，第 ", " 页", "：“", "”"};

// Text that Markdown would read as something else, on one line.
std::string plain(std::string_view text) {
  constexpr std::string_view kSpecial = "\\`*_{}[]<>#|~&$";
  std::string out;
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (kSpecial.find(c) != std::string_view::npos) out += '\\';
    out += control ? ' ' : c;
  }
  return out;
}

std::string text_at(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const Json& array_at(const Json& object, const char* name) {
  static const Json kNone = Json::array();
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() && found->is_array() ? *found : kNone;
}

std::optional<std::int64_t> number_at(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

std::string source(const Json& citation, const Words& words) {
  std::string line = plain(text_at(citation, "file"));
  if (const auto page = number_at(citation, "page")) {
    line += std::string(words.page_before) + std::to_string(*page) + std::string(words.page_after);
  }
  const std::string quote = plain(text_at(citation, "quote"));
  if (!quote.empty()) line += std::string(words.open) + quote + std::string(words.close);
  return line;
}

// Each number and quote once: an answer cites the same sentence wherever it leans on it.
std::string sources(const Json& message, const Words& words) {
  std::set<std::pair<std::int64_t, std::string>> lines;
  const auto answer = message.find("answer");
  if (answer == message.end()) return "";
  for (const auto& citation : array_at(*answer, "citations")) {
    const auto number = citation.is_object() ? number_at(citation, "number") : std::nullopt;
    if (number) lines.emplace(*number, source(citation, words));
  }
  std::string out;
  for (const auto& [number, line] : lines) out += "- \\[" + std::to_string(number) + "\\] " + line + "\n";
  return out.empty() ? "" : "\n**" + std::string(words.sources) + "**\n\n" + out;
}

std::string_view speaker(const std::string& role, const Words& words) {
  if (role == "user") return words.question;
  return role == "assistant" ? words.answer : words.instructions;
}

}  // namespace

std::string to_markdown(const std::string& title, const Json& messages, bool chinese) {
  const Words& words = chinese ? kChinese : kEnglish;
  std::string out = "# " + (title.empty() ? std::string(words.chat) : plain(title)) + "\n";
  for (const auto& message : messages) {
    out +=
        "\n## " + std::string(speaker(text_at(message, "role"), words)) + "\n\n" + text_at(message, "content") + "\n";
    out += sources(message, words);
  }
  return out;
}

bool is_chinese(std::string_view language) {
  return language.starts_with("zh") && (language.size() == 2 || language[2] == '-' || language[2] == '_');
}

}  // namespace lectern::server
