#include "lectern/suggestion.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "library/document_text.h"
#include "library/existing.h"
#include "library/heading_question.h"
#include "library/migration.h"
#include "storage/database.h"

namespace lectern {

using library::heading_topic;

namespace {

constexpr int kDocuments = 24;               // that are looked at
constexpr std::int64_t kSectionBytes = 120;  // less is no answer
constexpr std::size_t kOfOneDocument = 8;

std::string_view part(const std::string& text, Span span) {
  return std::string_view(text).substr(static_cast<std::size_t>(span.begin),
                                       static_cast<std::size_t>(span.end - span.begin));
}

// Sentences, rather than a list of contents.
bool tells_something(std::string_view section) {
  if (section.find(" . . ") != std::string_view::npos || section.find(".....") != std::string_view::npos) return false;
  for (const std::string_view end : {". ", ".\n", "。", "? ", "！"}) {
    if (section.find(end) != std::string_view::npos) return true;
  }
  return section.ends_with('.');
}

std::string name_of(const std::string& title, const std::string& file, const DocumentText& document) {
  if (library::is_good_title(title)) return title;
  if (!document.headings.empty()) {
    const auto& first = document.headings.front();
    const std::string topic = heading_topic(part(document.text, first.span));
    if (first.number == 1 && library::is_good_title(topic)) return topic;
  }
  return file.substr(file.rfind('/') + 1);
}

struct Topic {
  std::string text;
  Span section;
  int rank = 0;
};

std::vector<Topic> topics(const DocumentText& document, const std::string& name) {
  std::vector<Topic> out;
  std::map<std::string, int> times;  // what stands above several parts is no part's own
  for (std::size_t i = 0; i < document.headings.size(); ++i) {
    const Span heading = document.headings[i].span;
    std::string topic = heading_topic(part(document.text, heading));
    if (topic.empty() || ++times[topic] > 1 || topic == name) continue;
    const Span section{heading.end, i + 1 < document.headings.size() ? document.headings[i + 1].span.begin
                                                                     : std::ssize(document.text)};
    if (section.end - section.begin < kSectionBytes || !tells_something(part(document.text, section))) continue;
    const int rank = library::rank(topic) + (document.headings[i].number <= 2 ? 1 : 0);
    out.push_back({std::move(topic), section, rank});
  }
  std::erase_if(out, [&](const Topic& topic) { return times[topic.text] > 1; });
  std::stable_sort(out.begin(), out.end(), [](const Topic& a, const Topic& b) { return a.rank > b.rank; });
  if (out.size() > kOfOneDocument) out.resize(kOfOneDocument);
  return out;
}

std::vector<Suggestion> about_parts(Database& database, std::int64_t id, const std::string& title,
                                    const std::string& file, QuestionLanguage language) {
  const DocumentText document = library::document_text(database, id);
  const std::string name = name_of(title, file, document);
  std::vector<Suggestion> out;
  for (const Topic& topic : topics(document, name)) {
    out.push_back({library::question_about(topic.text, name, document.text, language), file, topic.section});
  }
  if (!document.text.empty()) {
    out.push_back({library::question_about_all(name, language), file, {0, std::ssize(document.text)}});
  }
  return out;
}

// The first of each document, then the second of each; what is about a whole document comes last.
std::vector<Suggestion> mixed(const std::vector<std::vector<Suggestion>>& documents, int most) {
  std::vector<Suggestion> out, last;
  std::set<std::string> asked;
  for (std::size_t round = 0; round <= kOfOneDocument; ++round) {
    for (const auto& questions : documents) {
      if (round >= questions.size() || !asked.insert(questions[round].question).second) continue;
      (round + 1 == questions.size() ? last : out).push_back(questions[round]);
    }
  }
  out.insert(out.end(), last.begin(), last.end());
  if (std::ssize(out) > most) out.resize(static_cast<std::size_t>(most));
  return out;
}

}  // namespace

std::vector<Suggestion> suggest_questions(const std::filesystem::path& file, QuestionLanguage language, int most) {
  library::check_exists(file);
  Database database(file, Database::Mode::kExisting);
  const Transaction snapshot(database, Transaction::Kind::kRead);
  library::check_is_library(database);
  Statement rows(database,
                 "SELECT id, path, title FROM documents WHERE failure IS NULL ORDER BY modified_ns DESC, path LIMIT ?");
  rows.bind(0, std::int64_t{kDocuments});
  std::vector<std::vector<Suggestion>> documents;
  while (rows.step()) {
    documents.push_back(
        about_parts(database, rows.integer(0), std::string(rows.text(2)), std::string(rows.blob(1)), language));
  }
  return mixed(documents, most);
}

}  // namespace lectern
