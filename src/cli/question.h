// The questions of a command: one as its argument, or a file of JSON lines with `id` and `question`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace lectern::cli {

struct QuestionOptions {
  std::string question;
  std::string file;  // empty where the question is given

  bool from_file() const { return !file.empty(); }
};

/// QUESTION and --questions, of which a command takes one. Call it before the command's own options.
void add_question(CLI::App& command, QuestionOptions& options, const std::string& description);

struct Question {
  std::string id;  // as JSON: a text or a number
  std::string text;
};

/// Throws Error: kNotFound, kIo, kCorrupt, which names the line.
std::vector<Question> read_questions(const std::filesystem::path& file);

/// The whole file, or standard input for "-". Throws Error kNotFound, kIo.
std::string read_text(const std::filesystem::path& file);

}  // namespace lectern::cli
