#include "server/library_api.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/paths.h"
#include "lectern/library_file.h"
#include "server/answer_json.h"
#include "server/api_error.h"
#include "server/generation_request.h"
#include "server/json_fields.h"
#include "server/json_text.h"
#include "server/log.h"
#include "server/query.h"
#include "server/uploads.h"

namespace lectern::server {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

constexpr std::size_t kMostFolders = 100;  // of one request

std::vector<std::string> folders_of(Fields& fields) {
  std::vector<std::string> folders;
  const Json* list = fields.find("folders");
  if (list == nullptr) return folders;
  if (!list->is_array() || list->size() > kMostFolders)
    fields.refuse("folders", fmt::format("has to be a list of up to {} paths", kMostFolders));
  for (const Json& one : *list) {
    if (!one.is_string()) fields.refuse("folders", "has to be a list of paths");
    folders.push_back(one.get<std::string>());
  }
  return folders;
}

// A path with a NUL would be cut there by the operating system.
void check_path(const std::string& path, const char* parameter) {
  if (path.empty() || path.find('\0') != std::string::npos)
    throw ApiError(400, "A folder's path may not be empty, nor hold a NUL.", parameter);
}

// Those that are nowhere on the machine's disks now; an address is not looked up.
OrderedJson missing_of(const std::vector<std::string>& folders) {
  auto missing = OrderedJson::array();
  for (const auto& folder : folders) {
    std::error_code ignored;
    if (folder.starts_with('/') && !std::filesystem::exists(folder, ignored)) missing.push_back(folder);
  }
  return missing;
}

}  // namespace

void LibraryApi::add_folders(const std::string& library, const std::vector<std::filesystem::path>& folders) {
  shelf_.open_or_create(library);
  for (const auto& folder : folders) {
    // Addresses stay as they are.
    const bool path = std::filesystem::exists(folder);
    lectern::add_folder(library_path(library), path ? std::filesystem::absolute(folder) : folder);
  }
}

std::shared_ptr<Library> LibraryApi::open(const std::string& library) {
  auto opened = shelf_.open(library);
  keeper_.keep(library);
  return opened;
}

void LibraryApi::keep_all() {
  remove_unfinished_uploads();
  for (const auto& library : list_libraries()) {
    if (!library.problem.empty()) {
      log(fmt::format("library {}: {}", lectern::quoted(library.name), library.problem));
    } else if (!library.folders.empty()) {
      keeper_.read(library.name);
    }
  }
}

std::vector<Route> LibraryApi::routes() {
  using Method = void (LibraryApi::*)(const Asked&, const std::string&);
  const auto of_one = [this](Method method) {
    return [this, method](const Asked& exchange, const PathParameters& path) {
      (this->*method)(exchange, path.at("library"));
    };
  };
  std::vector<Route> routes = {
      {"GET", "/v1/libraries", false, [this](const Asked& e, const auto&) { list(e); }},
      {"POST", "/v1/libraries", false, [this](const Asked& e, const auto&) { create(e); }},
      {"GET", "/v1/libraries/{library}", false,
       [this](const Asked& e, const PathParameters& path) { show(e, path.at("library")); }},
      {"DELETE", "/v1/libraries/{library}", false, of_one(&LibraryApi::remove)},
      {"POST", "/v1/libraries/{library}/folders", false, of_one(&LibraryApi::add_folder)},
      {"DELETE", "/v1/libraries/{library}/folders", false, of_one(&LibraryApi::remove_folder)},
      {"POST", "/v1/libraries/{library}/indexing", false, of_one(&LibraryApi::read), RequestBody::kNone},
      {"DELETE", "/v1/libraries/{library}/indexing", false, of_one(&LibraryApi::cancel)},
      {.method = "POST",
       .path = "/v1/libraries/{library}/search",
       .answer = of_one(&LibraryApi::search),
       .queued = true},
  };
  for (Route& route : files_.routes()) routes.push_back(std::move(route));
  return routes;
}

void LibraryApi::list(const Asked& exchange) const {
  auto list = OrderedJson::array();
  for (const auto& library : list_libraries()) {
    list.push_back(json_of(library));
    add_state(list.back(), library);
  }
  exchange->respond({.body = dump({{"object", "list"}, {"data", std::move(list)}})});
}

void LibraryApi::create(const Asked& exchange) {
  const Json body = parse_json(exchange->request().body);
  Fields fields(body);
  const std::string name = fields.required_text("name");
  const auto folders = folders_of(fields);
  fields.refuse_others();
  for (const auto& folder : folders) check_path(folder, "folders");
  shelf_.create(name);
  try {
    for (const auto& folder : folders) lectern::add_folder(library_path(name), folder);
  } catch (...) {  // all of it or nothing
    shelf_.remove(name);
    throw;
  }
  if (!folders.empty()) keeper_.read(name);
  summarize(exchange, name, 201);
}

void LibraryApi::show(const Asked& exchange, const std::string& library) const {
  const LibraryDetails details = describe_library(existing_library(library));
  auto json = json_of(details);
  add_state(json, details.summary);
  exchange->respond({.body = dump(json)});
}

void LibraryApi::remove(const Asked& exchange, const std::string& library) {
  existing_library(library);
  keeper_.pause(library, [&] {
    shelf_.remove(library);
    remove_uploads(library);
    keeper_.forget(library);
  });
  exchange->respond({.body = dump({{"id", library}, {"object", "library.deleted"}, {"deleted", true}})});
}

void LibraryApi::add_folder(const Asked& exchange, const std::string& library) {
  const Json body = parse_json(exchange->request().body);
  Fields fields(body);
  const std::string path = fields.required_text("path");
  fields.refuse_others();
  check_path(path, "path");
  const auto file = existing_library(library);
  try {
    lectern::add_folder(file, path);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kNotFound) throw ApiError(404, error.what(), "path", "path_not_found");
    if (error.code() == ErrorCode::kInvalidArgument) throw ApiError(400, error.what(), "path");
    throw;
  }
  keeper_.read(library);
  summarize(exchange, library, 202);
}

void LibraryApi::remove_folder(const Asked& exchange, const std::string& library) {
  Query query(exchange->request().target);
  const std::string path = query.required_text("path");
  query.refuse_others();
  const auto file = existing_library(library);
  keeper_.pause(library, [&] { lectern::remove_folder(file, path); });
  summarize(exchange, library, 200);
}

void LibraryApi::read(const Asked& exchange, const std::string& library) {
  existing_library(library);
  keeper_.read(library);
  summarize(exchange, library, 202);
}

void LibraryApi::cancel(const Asked& exchange, const std::string& library) {
  existing_library(library);
  keeper_.cancel(library);
  summarize(exchange, library, 200);
}

void LibraryApi::search(const Asked& exchange, const std::string& library) {
  const auto request = parse_search_request(exchange->request().body);
  const auto passages = open(library)->search(request.query, request.top_k);
  exchange->respond({.body = dump({{"object", "list"}, {"data", json_of(passages)}})});
}

void LibraryApi::add_state(OrderedJson& json, const LibrarySummary& library) const {
  json["indexing"] = keeper_.json(library.name);
  json["indexing_stopped"] = keeper_.is_held(library.name);
  json["missing_folders"] = missing_of(library.folders);
}

void LibraryApi::summarize(const Asked& exchange, const std::string& library, int status) const {
  const LibrarySummary summary = summarize_library(existing_library(library));
  auto json = json_of(summary);
  add_state(json, summary);
  exchange->respond({.status = status, .body = dump(json)});
}

}  // namespace lectern::server
