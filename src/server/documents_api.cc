#include "server/documents_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/paths.h"
#include "lectern/library_document.h"
#include "lectern/suggestion.h"
#include "server/answer_json.h"
#include "server/api_error.h"
#include "server/byte_range.h"
#include "server/chat_markdown.h"
#include "server/json_text.h"
#include "server/library_shelf.h"
#include "server/query.h"

namespace lectern::server {
namespace {

using Json = nlohmann::ordered_json;
using Asked = std::shared_ptr<Exchange>;

constexpr int kPassages = 5;           // that an answer is given from
constexpr std::size_t kSuggested = 4;  // questions
constexpr int kTried = 16;             // of which each costs a search

std::string file_of(Query& query) { return query.required_text("file"); }

double rounded(double fraction) { return std::round(fraction * 1e5) / 1e5; }

Json json_of(const PageHighlight& page) {
  Json boxes = Json::array();
  for (const auto& box : page.boxes)
    boxes.push_back({rounded(box.left), rounded(box.top), rounded(box.right), rounded(box.bottom)});
  return {{"page", page.page}, {"width", page.width}, {"height", page.height}, {"boxes", std::move(boxes)}};
}

void tell_text(const Asked& exchange, const std::string& library) {
  Query query(exchange->request().target);
  const std::string file = file_of(query);
  query.refuse_others();
  const ReadDocument document = read_document(existing_library(library), file);
  Json json = {{"file", document.file}, {"type", document.type}, {"title", document.title}};
  add_text(json, document);
  exchange->respond({.body = dump(json)});
}

void tell_boxes(const Asked& exchange, const std::string& library) {
  Query query(exchange->request().target);
  const std::string file = file_of(query);
  const auto begin = query.integer("begin", 0, INT64_MAX), end = query.integer("end", 0, INT64_MAX);
  query.refuse_others();
  for (const auto& [name, value] : {std::pair{"begin", begin}, {"end", end}}) {
    if (!value)
      throw ApiError(400, fmt::format("The parameter {} is missing: a byte of the document's text.", name), name);
  }
  Json data = Json::array();
  for (const auto& page : find_boxes(existing_library(library), file, {*begin, *end})) data.push_back(json_of(page));
  exchange->respond({.body = dump({{"data", std::move(data)}})});
}

// Nothing that a browser would run: HTML, XML and their like are text.
std::string_view content_type(std::string_view type) {
  constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {"pdf", "application/pdf"},
      {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
      {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
      {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
      {"odt", "application/vnd.oasis.opendocument.text"},
      {"doc", "application/msword"},
      {"epub", "application/epub+zip"},
  };
  for (const auto& [name, content] : kTypes) {
    if (name == type) return content;
  }
  constexpr std::string_view kTexts[] = {"txt", "md", "html", "csv", "eml", "srt", "vtt", "xml"};
  for (const auto& name : kTexts) {
    if (name == type) return "text/plain; charset=utf-8";
  }
  return "application/octet-stream";
}

// As RFC 8187 writes names of any characters.
std::string disposition(const std::string& file) {
  return "inline; filename*=UTF-8''" + percent_encode(to_valid_utf8(file.substr(file.rfind('/') + 1)));
}

void send_content(const Asked& exchange, const std::string& library) {
  const HttpRequest& request = exchange->request();
  Query query(request.target);
  const std::string file = file_of(query);
  query.refuse_others();
  const auto original = open_original(existing_library(library), file);
  HttpResponse response{.content_type = std::string(content_type(original->type()))};
  response.headers = {{"Accept-Ranges", "bytes"}, {"Content-Disposition", disposition(file)}};
  ByteRange part{0, original->size()};
  // A file has no tag that "If-Range" could name.
  if (request.method == "GET" && request.if_range.empty()) {
    if (const auto asked = parse_range(request.range, original->size())) {
      part = *asked;
      if (part.begin == part.end) {
        throw ApiError(416, fmt::format("The file has {} bytes: none of them are in that range.", original->size()), {},
                       {}, {{"Content-Range", fmt::format("bytes */{}", original->size())}});
      }
      response.status = 206;
      response.headers.emplace_back("Content-Range",
                                    fmt::format("bytes {}-{}/{}", part.begin, part.end - 1, original->size()));
    }
  }
  response.file = FileBody{original, original->descriptor(), part.begin, part.end - part.begin};
  exchange->respond(std::move(response));
}

// Whether the passages that an answer would be given from hold some of the section.
bool is_found(const Library& library, const Suggestion& suggestion) {
  const auto passages = library.search(suggestion.question, kPassages);
  return std::any_of(passages.begin(), passages.end(), [&](const Passage& passage) {
    return passage.file == suggestion.file && passage.span.begin < suggestion.section.end &&
           passage.span.end > suggestion.section.begin;
  });
}

void suggest(const Asked& exchange, const std::string& name, LibraryShelf& shelf) {
  Query query(exchange->request().target);
  const bool chinese = is_chinese(query.text("language").value_or("en"));
  query.refuse_others();
  const auto library = shelf.open(name);
  const auto language = chinese ? QuestionLanguage::kChinese : QuestionLanguage::kEnglish;
  Json data = Json::array();
  for (const auto& suggestion : suggest_questions(existing_library(name), language, kTried)) {
    if (data.size() == kSuggested) break;
    if (is_found(*library, suggestion)) data.push_back(suggestion.question);
  }
  exchange->respond({.body = dump({{"data", std::move(data)}})});
}

}  // namespace

std::vector<Route> document_routes(LibraryShelf& shelf) {
  const auto of_library = [](void (*answer)(const Asked&, const std::string&)) {
    return [answer](const Asked& exchange, const PathParameters& path) { answer(exchange, path.at("library")); };
  };
  return {
      {"GET", "/v1/libraries/{library}/files/text", false, of_library(tell_text)},
      {"GET", "/v1/libraries/{library}/files/boxes", false, of_library(tell_boxes)},
      {"GET", "/v1/libraries/{library}/files/content", false, of_library(send_content)},
      {"GET", "/v1/libraries/{library}/suggestions", false,
       [&shelf](const Asked& exchange, const PathParameters& path) { suggest(exchange, path.at("library"), shelf); }},
  };
}

}  // namespace lectern::server
