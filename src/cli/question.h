// Files of questions: JSON lines with `id` and `question`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lectern::cli {

struct Question {
  std::string id;  // as JSON: a text or a number
  std::string text;
};

/// Throws Error: kNotFound, kIo, kCorrupt, which names the line.
std::vector<Question> read_questions(const std::filesystem::path& file);

/// The whole file, or standard input for "-". Throws Error kNotFound, kIo.
std::string read_text(const std::filesystem::path& file);

}  // namespace lectern::cli
