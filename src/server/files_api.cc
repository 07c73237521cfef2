#include "server/files_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/letters.h"
#include "core/paths.h"
#include "lectern/library_file.h"
#include "server/answer_json.h"
#include "server/api_error.h"
#include "server/body_file.h"
#include "server/json_text.h"
#include "server/library_shelf.h"
#include "server/query.h"
#include "server/uploads.h"

namespace lectern::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 6> kStates = {"current", "changed", "gone", "outdated", "failed", "excluded"};
constexpr std::int64_t kFiles = 100, kMostFiles = 1000;  // in one answer

// An address has none but itself.
std::string name_of(const std::string& file) {
  return file.starts_with('/') ? std::filesystem::path(file).filename().native() : file;
}

Json file_json(const std::string& library, const LibraryDocument& document) {
  Json json = {{"file", document.file},
               {"name", name_of(document.file)},
               {"type", document.type},
               {"title", document.title},
               {"size", document.size},
               {"modified_ns", document.modified_ns},
               {"chunks", document.chunks},
               {"state", document.state},
               {"reason", or_null(document.reason)},
               {"upload", is_upload(library, document.file)}};
  add_exact_file(json, document.file);
  return json;
}

// What a list is to hold.
struct Filter {
  std::string words, state;

  bool takes(const LibraryDocument& document) const {
    return (state.empty() || document.state == state) &&
           (words.empty() || lower(document.file + "\n" + document.title).find(words) != std::string::npos);
  }
};

Filter filter_of(Query& query) {
  Filter filter{lower(query.text("query").value_or("")), query.text("state").value_or("")};
  if (filter.state.empty() || std::ranges::find(kStates, filter.state) != kStates.end()) return filter;
  throw ApiError(400, fmt::format("state has to be one of {}.", fmt::join(kStates, ", ")), "state");
}

// The library's own name for it: in JSON a name that is not UTF-8 has U+FFFD in it.
std::string known_file(const std::filesystem::path& library, const std::string& file) {
  const auto details = describe_library(library);
  const auto& all = details.documents;
  auto at = std::ranges::find(all, file, &LibraryDocument::file);
  if (at == all.end()) at = std::ranges::find(all, file, [](const auto& one) { return to_valid_utf8(one.file); });
  if (at != all.end()) return at->file;
  throw ApiError(404, "The library holds no file " + lectern::quoted(file) + ": GET …/files lists them.", "file",
                 "file_not_found");
}

std::string asked_file(const Exchange& exchange) {
  Query query(exchange.request().target);
  std::string file = query.required_text("file");
  query.refuse_others();
  return file;
}

void delete_upload(const std::string& file) {
  std::error_code failed;
  std::filesystem::remove(file, failed);
  if (failed) throw Error(ErrorCode::kIo, lectern::quoted(file) + " cannot be deleted: " + failed.message() + ".");
}

std::string name_asked_for(const HttpRequest& head) {
  Query query(head.target);
  std::string name = query.required_text("name");
  query.refuse_others();
  return name;
}

std::shared_ptr<BodyFile> open_body(const HttpRequest& head, const PathParameters& path) {
  const std::string& library = path.at("library");
  existing_library(library);
  return std::make_shared<BodyFile>(upload_path(library, name_asked_for(head)).parent_path());
}

}  // namespace

std::vector<Route> FilesApi::routes() {
  const auto of_one = [this](auto method) {
    return [this, method](const Asked& exchange, const PathParameters& path) {
      (this->*method)(exchange, path.at("library"));
    };
  };
  const std::string files = "/v1/libraries/{library}/files";
  return {
      {"GET", files, false, of_one(&FilesApi::list)},
      {"POST", files, false, of_one(&FilesApi::receive), RequestBody::kBytes, open_body},
      {"DELETE", files, false, of_one(&FilesApi::remove)},
      {"POST", files + "/reread", false, of_one(&FilesApi::read_again), RequestBody::kNone},
  };
}

void FilesApi::list(const Asked& exchange, const std::string& library) const {
  Query query(exchange->request().target);
  const Filter filter = filter_of(query);
  const auto limit = query.integer("limit", 1, kMostFiles).value_or(kFiles);
  const auto offset = query.integer("offset", 0, INT64_MAX).value_or(0);
  query.refuse_others();
  Json data = Json::array();
  std::int64_t total = 0;
  for (const auto& document : describe_library(existing_library(library)).documents) {
    if (!filter.takes(document)) continue;
    if (total >= offset && std::ssize(data) < limit) data.push_back(file_json(library, document));
    ++total;
  }
  const bool more = total - std::min(offset, total) > std::ssize(data);
  exchange->respond(
      {.body = dump({{"object", "list"}, {"data", std::move(data)}, {"total", total}, {"has_more", more}})});
}

void FilesApi::receive(const Asked& exchange, const std::string& library) {
  const std::string name = name_asked_for(exchange->request());
  const auto path = upload_path(library, name);
  const auto file = existing_library(library);
  if (!exchange->request().file) throw ApiError(400, "The request has no body: send the file's bytes.");
  exchange->request().file->keep(path);
  add_folder(file, path.parent_path());
  keeper_.read(library);
  exchange->respond({.status = 202, .body = dump({{"file", path.native()}, {"name", name}})});
}

void FilesApi::remove(const Asked& exchange, const std::string& library) {
  const auto path = existing_library(library);
  const std::string file = known_file(path, asked_file(*exchange));
  const bool upload = is_upload(library, file);
  keeper_.pause(library, [&] {
    if (upload) delete_upload(file);
    upload ? remove_document(path, file) : exclude_document(path, file);
  });
  exchange->respond({.body = dump({{"file", file}, {"object", "file.deleted"}, {"deleted", true}})});
}

void FilesApi::read_again(const Asked& exchange, const std::string& library) {
  const auto path = existing_library(library);
  const std::string file = known_file(path, asked_file(*exchange));
  keeper_.pause(library, [&] { reread_document(path, file); });
  keeper_.read(library);
  exchange->respond({.status = 202, .body = dump({{"file", file}, {"name", name_of(file)}})});
}

}  // namespace lectern::server
