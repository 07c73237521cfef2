#include <nlohmann/json.hpp>

#include "cli/json.h"

namespace lectern::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json span_of(const Span& span) { return Json::array({span.begin, span.end}); }

Json summary_of(const LibrarySummary& library) {
  return {{"name", library.name},       {"file", library.file.native()},      {"documents", library.documents},
          {"failed", library.failed},   {"chunks", library.chunks},           {"bytes", library.bytes},
          {"folders", library.folders}, {"problem", or_null(library.problem)}};
}

Json document_of(const LibraryDocument& document) {
  return {{"file", document.file},
          {"type", document.type},
          {"title", document.title},
          {"size", document.size},
          {"modified_ns", document.modified_ns},
          {"content_hash", document.content_hash},
          {"state", document.state},
          {"reason", or_null(document.reason)}};
}

Json parts_of(const std::vector<ExportedDocument::Part>& parts, const char* number) {
  Json list = Json::array();
  for (const auto& part : parts) list.push_back({{number, part.number}, {"span", span_of(part.span)}});
  return list;
}

Json times_of(const std::vector<TimeMark>& times) {
  Json list = Json::array();
  for (const auto& mark : times) {
    list.push_back({{"begin", mark.span_begin}, {"time", static_cast<double>(mark.milliseconds) / 1000}});
  }
  return list;
}

Json chunks_of(const std::vector<ExportedDocument::Chunk>& chunks) {
  Json list = Json::array();
  for (const auto& chunk : chunks) {
    list.push_back({{"page", chunk.page ? Json(*chunk.page) : Json(nullptr)},
                    {"heading", chunk.heading},
                    {"span", span_of(chunk.span)},
                    {"word_pieces", chunk.word_pieces}});
  }
  return list;
}

}  // namespace

std::string to_json(std::span<const LibrarySummary> libraries) {
  Json list = Json::array();
  for (const auto& library : libraries) list.push_back(summary_of(library));
  return dump({{"libraries", std::move(list)}});
}

std::string to_json(const LibraryDetails& details) {
  Json documents = Json::array();
  for (const auto& document : details.documents) {
    documents.push_back(document_of(document));
    documents.back()["chunks"] = document.chunks;
  }
  return dump({{"library", summary_of(details.summary)},
               {"version", details.version},
               {"embedding_models", details.embedding_models},
               {"documents", std::move(documents)}});
}

std::string to_json(const LibraryCheck& check) {
  Json damages = Json::array();
  for (const auto& damage : check.damages) {
    damages.push_back({{"part", damage.part}, {"file", or_null(damage.file)}, {"what", damage.what}});
  }
  return dump({{"sound", check.sound()},
               {"mended", check.mended},
               {"refused", check.refused},
               {"documents", check.documents},
               {"readable", check.readable},
               {"damages", std::move(damages)}});
}

std::string to_json(const ExportedDocument& exported) {
  Json json = document_of(exported.document);
  json["text"] = exported.text;
  json["headings"] = parts_of(exported.headings, "level");
  json["pages"] = parts_of(exported.pages, "page");
  if (!exported.times.empty()) json["times"] = times_of(exported.times);
  json["chunks"] = chunks_of(exported.chunks);
  return dump(json);
}

std::string to_json(const ExportReport& report) { return dump({{"exported", report.exported}, {"lost", report.lost}}); }

std::string removed_to_json(std::string_view file) { return dump({{"removed", file}}); }

}  // namespace lectern::cli
