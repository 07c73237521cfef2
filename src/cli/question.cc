#include "cli/question.h"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/paths.h"
#include "lectern/error.h"

namespace lectern::cli {
namespace {

Question parse(const std::string& line, const std::string& where) {
  const auto parsed = nlohmann::json::parse(line, nullptr, false);
  const bool whole = parsed.is_object() && parsed.contains("id") && parsed.contains("question") &&
                     parsed["question"].is_string() && (parsed["id"].is_string() || parsed["id"].is_number());
  if (!whole) {
    throw Error(ErrorCode::kCorrupt,
                where +
                    " is not a question: each line is a JSON object with an \"id\" (text or number) "
                    "and a \"question\" (text).");
  }
  return {parsed["id"].dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), parsed["question"]};
}

}  // namespace

void add_question(CLI::App& command, QuestionOptions& options, const std::string& description) {
  auto* question = command.add_option("QUESTION", options.question, description);
  auto* file =
      command.add_option("--questions", options.file, "A file of JSON lines with \"id\" and \"question\"; - is stdin");
  file->type_name("FILE")->excludes(question);
  command.parse_complete_callback([=] {
    if (question->count() + file->count() == 0) throw CLI::RequiredError("QUESTION or --questions");
  });
}

std::string read_text(const std::filesystem::path& file) {
  const bool standard = file == "-";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened(
      standard ? stdin : std::fopen(file.c_str(), "rb"),
      standard ? +[](std::FILE*) { return 0; } : +[](std::FILE* f) { return std::fclose(f); });
  if (!opened) {
    throw Error(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                quoted(file) + " cannot be opened: " + std::strerror(errno) + ".");
  }
  std::string text;
  char piece[1 << 16];
  for (std::size_t got; (got = std::fread(piece, 1, sizeof piece, opened.get())) > 0;) text.append(piece, got);
  if (std::ferror(opened.get()) != 0) {
    throw Error(ErrorCode::kIo, quoted(file) + " cannot be read: " + std::strerror(errno) + ".");
  }
  return text;
}

std::vector<Question> read_questions(const std::filesystem::path& file) {
  const std::string text = read_text(file);
  std::vector<Question> questions;
  int line_number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    ++line_number;
    begin = end + 1;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    questions.push_back(parse(line, "Line " + std::to_string(line_number) + " of " + quoted(file)));
  }
  return questions;
}

}  // namespace lectern::cli
