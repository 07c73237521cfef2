// The JSON of docs/json.md that the command line and the API share.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>

#include "lectern/chat.h"
#include "lectern/library.h"
#include "lectern/library_document.h"
#include "lectern/library_file.h"

namespace lectern::server {

nlohmann::ordered_json json_of(const Span& span);
nlohmann::ordered_json json_of(std::span<const Passage> passages);
nlohmann::ordered_json json_of(std::span<const Citation> citations);
nlohmann::ordered_json json_of(std::span<const AnswerSentence> sentences);
nlohmann::ordered_json json_of(const LibrarySummary& library);
nlohmann::ordered_json json_of(const LibraryDocument& document);  // without its chunks
nlohmann::ordered_json json_of(const LibraryDetails& details);
/// "text", "headings", "pages", and of recordings "times".
void add_text(nlohmann::ordered_json& json, const DocumentText& document);
/// What an answer rests on: "query" and "declined", "sentences", "citations" and "passages".
void add_sources(nlohmann::ordered_json& json, const Answer& answer);

/// Adds "file_encoded" where a file's name is not UTF-8, so that JSON cannot hold it: its bytes as an address has them.
void add_exact_file(nlohmann::ordered_json& json, const std::string& file);

}  // namespace lectern::server
