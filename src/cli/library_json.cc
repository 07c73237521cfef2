#include <nlohmann/json.hpp>

#include "cli/json.h"
#include "server/answer_json.h"
#include "server/json_text.h"

namespace lectern::cli {
namespace {

using Json = nlohmann::ordered_json;
using server::dump;
using server::json_of;
using server::or_null;

Json chunks_of(const std::vector<ExportedDocument::Chunk>& chunks) {
  Json list = Json::array();
  for (const auto& chunk : chunks) {
    list.push_back({{"page", chunk.page ? Json(*chunk.page) : Json(nullptr)},
                    {"heading", chunk.heading},
                    {"span", json_of(chunk.span)},
                    {"word_pieces", chunk.word_pieces}});
  }
  return list;
}

}  // namespace

std::string to_json(std::span<const LibrarySummary> libraries) {
  Json list = Json::array();
  for (const auto& library : libraries) list.push_back(json_of(library));
  return dump({{"libraries", std::move(list)}});
}

std::string to_json(const LibraryDetails& details) { return dump(json_of(details)); }

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
  Json json = json_of(exported.document);
  server::add_text(json, exported);
  json["chunks"] = chunks_of(exported.chunks);
  return dump(json);
}

std::string to_json(const ExportReport& report) { return dump({{"exported", report.exported}, {"lost", report.lost}}); }

std::string removed_to_json(std::string_view file) { return dump({{"removed", file}}); }

std::string taken_out_to_json(std::string_view folder, std::int64_t documents) {
  return dump({{"folder", folder}, {"documents", documents}});
}

}  // namespace lectern::cli
