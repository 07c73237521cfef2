#include "server/answer_json.h"

#include <nlohmann/json.hpp>

#include "core/paths.h"
#include "server/http_message.h"
#include "server/json_text.h"

namespace lectern::server {
namespace {

using Json = nlohmann::ordered_json;

Json page_of(const std::optional<int>& page) { return page ? Json(*page) : Json(nullptr); }

// Of recordings alone.
void add_moment(Json& json, const std::optional<std::int64_t>& time_ms, const std::string& url) {
  if (time_ms) json["time"] = static_cast<double>(*time_ms) / 1000;
  if (!url.empty()) json["url"] = url;
}

}  // namespace

void add_exact_file(Json& json, const std::string& file) {
  if (to_valid_utf8(file) != file) json["file_encoded"] = percent_encode(file);
}

Json json_of(const Span& span) { return Json::array({span.begin, span.end}); }

Json json_of(std::span<const Passage> passages) {
  Json list = Json::array();
  for (const auto& passage : passages) {
    Json json = {{"file", passage.file},          {"page", page_of(passage.page)}, {"heading", passage.heading},
                 {"span", json_of(passage.span)}, {"score", passage.score},        {"text", passage.text}};
    add_exact_file(json, passage.file);
    add_moment(json, passage.time_ms, passage.url);
    list.push_back(std::move(json));
  }
  return list;
}

Json json_of(std::span<const Citation> citations) {
  Json list = Json::array();
  for (const auto& citation : citations) {
    Json json = {{"number", citation.number},
                 {"file", citation.file},
                 {"page", page_of(citation.page)},
                 {"quote", citation.quote},
                 {"quote_span", json_of(citation.quote_span)},
                 {"answer_span", json_of(citation.answer_span)}};
    add_exact_file(json, citation.file);
    add_moment(json, citation.time_ms, citation.url);
    list.push_back(std::move(json));
  }
  return list;
}

Json json_of(std::span<const AnswerSentence> sentences) {
  Json list = Json::array();
  for (const auto& sentence : sentences)
    list.push_back({{"answer_span", json_of(sentence.span)}, {"supported", sentence.supported}});
  return list;
}

void add_sources(Json& json, const Answer& answer) {
  json["query"] = answer.query;
  json["declined"] = answer.declined;
  json["sentences"] = json_of(answer.sentences);
  json["citations"] = json_of(answer.citations);
  json["passages"] = json_of(answer.passages);
}

Json json_of(const LibrarySummary& library) {
  return {{"name", library.name},       {"file", library.file.native()},      {"documents", library.documents},
          {"failed", library.failed},   {"chunks", library.chunks},           {"bytes", library.bytes},
          {"folders", library.folders}, {"problem", or_null(library.problem)}};
}

Json json_of(const LibraryDocument& document) {
  return {{"file", document.file},
          {"type", document.type},
          {"title", document.title},
          {"size", document.size},
          {"modified_ns", document.modified_ns},
          {"content_hash", document.content_hash},
          {"state", document.state},
          {"reason", or_null(document.reason)}};
}

Json json_of(const LibraryDetails& details) {
  Json documents = Json::array();
  for (const auto& document : details.documents) {
    documents.push_back(json_of(document));
    documents.back()["chunks"] = document.chunks;
  }
  return {{"library", json_of(details.summary)},
          {"version", details.version},
          {"embedding_models", details.embedding_models},
          {"documents", std::move(documents)}};
}

void add_text(Json& json, const DocumentText& document) {
  const auto parts = [](const std::vector<DocumentText::Part>& list, const char* number) {
    Json out = Json::array();
    for (const auto& part : list) out.push_back({{number, part.number}, {"span", json_of(part.span)}});
    return out;
  };
  json["text"] = document.text;
  json["headings"] = parts(document.headings, "level");
  json["pages"] = parts(document.pages, "page");
  if (document.times.empty()) return;
  json["times"] = Json::array();
  for (const auto& mark : document.times)
    json["times"].push_back({{"begin", mark.span_begin}, {"time", static_cast<double>(mark.milliseconds) / 1000}});
}

}  // namespace lectern::server
