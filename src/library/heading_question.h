// From a heading to a question that somebody might ask.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lectern/suggestion.h"

namespace lectern::library {

/// What a heading says: without its number, "Chapter 3", leaders and page number. Empty where that is nothing to ask
/// about: "Contents", "Introduction", a file's name, code, letters spaced out, a whole sentence.
std::string heading_topic(std::string_view heading);

/// Whether `title` names a document to a person: no program's name, no file's name.
bool is_good_title(std::string_view title);

/// `text` is the document's, by which a first word is known as a name ("Debian") or as any word ("Water").
std::string question_about(std::string_view topic, std::string_view document_name, std::string_view text,
                           QuestionLanguage language);

/// How good a question it is: higher is better.
int rank(std::string_view topic);

std::string question_about_all(std::string_view document_name, QuestionLanguage language);

}  // namespace lectern::library
