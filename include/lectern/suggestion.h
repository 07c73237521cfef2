// Questions to begin with, made from what documents call their own parts.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lectern/library.h"

namespace lectern {

struct Suggestion {
  std::string question;
  std::string file;
  Span section;  // of its text, that should answer it; all of the text for a question about the whole document
};

enum class QuestionLanguage { kEnglish, kChinese };

/// Up to `most`, good ones first, from different documents as far as there are; the latest documents first. Headings as
/// "Contents" or "Introduction", and those with little text below, give none. No model is asked: whether a search finds
/// the section is for the caller to check. Throws Error as describe_library does.
std::vector<Suggestion> suggest_questions(const std::filesystem::path& library, QuestionLanguage language, int most);

}  // namespace lectern
