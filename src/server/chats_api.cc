#include "server/chats_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/letters.h"
#include "core/paths.h"
#include "server/api_error.h"
#include "server/chat_markdown.h"
#include "server/json_fields.h"
#include "server/json_text.h"
#include "server/query.h"

namespace lectern::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostBytes = 4 << 20;                     // of a chat's messages
constexpr std::ptrdiff_t kMostTitle = 250, kMostLibrary = 100;  // characters
constexpr std::int64_t kMostListed = 1000, kListed = 100;

Json optional_text(const std::optional<std::string>& text) { return text ? Json(*text) : Json(nullptr); }

Json json_of(const ChatSummary& chat) {
  return {{"id", chat.id},
          {"object", "chat"},
          {"title", chat.title},
          {"library", optional_text(chat.library)},
          {"created", chat.created},
          {"updated", chat.updated},
          {"revision", chat.revision},
          {"messages", chat.messages}};
}

Error damaged(const StoredChat& chat) {
  return {ErrorCode::kCorrupt, "The chat " + lectern::quoted(chat.summary.id) +
                                   " is damaged in the file of kept chats: delete it, or restore that file."};
}

nlohmann::json messages_of(const StoredChat& chat) {
  try {
    return nlohmann::json::parse(chat.messages);
  } catch (const nlohmann::json::exception&) {
    throw damaged(chat);
  }
}

// The messages are JSON already.
std::string body_of(const StoredChat& chat) {
  if (!Json::accept(chat.messages)) throw damaged(chat);
  Json json = json_of(chat.summary);
  json.erase("messages");
  std::string body = dump(json);
  body.back() = ',';
  return body + "\"messages\":" + chat.messages + "}";
}

// What is kept of a message; its words are added to `content`.
Json message_of(const nlohmann::json& given, std::size_t index, ChatContent& content) {
  Fields fields(given, fmt::format("messages[{}].", index));
  const auto role = fields.required_text("role");
  if (role != "user" && role != "assistant" && role != "system") {
    fields.refuse("role", "has to be \"user\", \"assistant\" or \"system\"");
  }
  const auto text = fields.required_text("content");
  Json message = {{"role", role}, {"content", text}};
  if (const auto* answer = fields.find("answer")) {
    if (!answer->is_object()) fields.refuse("answer", "has to be an object");
    message["answer"] = *answer;
  }
  fields.refuse_others();
  if (role == "user" && content.first_question.empty()) content.first_question = text;
  content.texts += text + "\n";
  return message;
}

void read_messages(Fields& fields, ChatContent& content) {
  const auto* messages = fields.find("messages");
  if (messages == nullptr) fields.refuse("messages", "is missing");
  if (!messages->is_array()) fields.refuse("messages", "has to be an array");
  Json kept = Json::array();
  for (const auto& message : *messages) kept.push_back(message_of(message, kept.size(), content));
  content.count = static_cast<std::int64_t>(kept.size());
  content.messages = dump(kept);
  if (content.messages.size() > kMostBytes) {
    throw ApiError(413, "The chat has more than 4 MiB: begin a new one.", "messages", "chat_too_large");
  }
}

std::optional<std::string> short_text(Fields& fields, std::string_view name, std::size_t most) {
  auto text = fields.text(name);
  if (!text || text->empty()) return std::nullopt;
  if (count_characters(*text) > most) fields.refuse(name, fmt::format("may have {} characters at most", most));
  std::replace_if(
      text->begin(), text->end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return text;
}

ChatContent content_of(Fields& fields) {
  ChatContent content;
  content.title = short_text(fields, "title", kMostTitle);
  content.library = short_text(fields, "library", kMostLibrary);
  read_messages(fields, content);
  return content;
}

}  // namespace

std::vector<Route> ChatsApi::routes() {
  return {
      {"GET", "/v1/chats", false, [this](const Asked& e, const auto&) { list(e); }},
      {"POST", "/v1/chats", false, [this](const Asked& e, const auto&) { create(e); }},
      {"GET", "/v1/chats/{chat}", false, [this](const Asked& e, const auto& path) { show(e, path.at("chat")); }},
      {"PUT", "/v1/chats/{chat}", false, [this](const Asked& e, const auto& path) { replace(e, path.at("chat")); }},
      {"DELETE", "/v1/chats/{chat}", false, [this](const Asked& e, const auto& path) { remove(e, path.at("chat")); }},
      {"GET", "/v1/chats/{chat}/markdown", false,
       [this](const Asked& e, const auto& path) { tell_markdown(e, path.at("chat")); }},
  };
}

void ChatsApi::list(const Asked& exchange) const {
  Query query(exchange->request().target);
  const auto text = query.text("query").value_or("");
  const auto limit = query.integer("limit", 1, kMostListed).value_or(kListed);
  const auto offset = query.integer("offset", 0, INT64_MAX - kMostListed).value_or(0);
  query.refuse_others();
  const ChatPage page = store_.list(to_valid_utf8(text), limit, offset);
  Json data = Json::array();
  for (const auto& chat : page.chats) data.push_back(json_of(chat));
  const bool more = offset + static_cast<std::int64_t>(page.chats.size()) < page.total;
  exchange->respond({.body = dump({{"object", "list"}, {"data", data}, {"total", page.total}, {"has_more", more}})});
}

void ChatsApi::create(const Asked& exchange) {
  const auto body = parse_json(exchange->request().body);
  Fields fields(body);
  const ChatContent content = content_of(fields);
  fields.refuse_others();
  exchange->respond({.status = 201, .body = body_of(store_.create(content))});
}

void ChatsApi::show(const Asked& exchange, const std::string& id) const {
  exchange->respond({.body = body_of(store_.chat(id))});
}

void ChatsApi::replace(const Asked& exchange, const std::string& id) {
  const auto body = parse_json(exchange->request().body);
  Fields fields(body);
  const auto revision = fields.integer("revision", 1, INT64_MAX);
  if (!revision) fields.refuse("revision", "is missing: it is that of the chat as it was read");
  const ChatContent content = content_of(fields);
  fields.refuse_others();
  const auto chat = store_.replace(id, *revision, content);
  if (!chat) {
    throw ApiError(409, "The chat was changed meanwhile, by another window or server: read it again.", "revision",
                   "revision_conflict");
  }
  exchange->respond({.body = body_of(*chat)});
}

void ChatsApi::remove(const Asked& exchange, const std::string& id) {
  store_.remove(id);
  exchange->respond({.body = dump({{"id", id}, {"object", "chat.deleted"}, {"deleted", true}})});
}

void ChatsApi::tell_markdown(const Asked& exchange, const std::string& id) const {
  Query query(exchange->request().target);
  const bool chinese = is_chinese(query.text("language").value_or("en"));
  query.refuse_others();
  const StoredChat chat = store_.chat(id);
  HttpResponse response{.body = to_markdown(chat.summary.title, messages_of(chat), chinese),
                        .content_type = "text/markdown; charset=utf-8"};
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + id + ".md\"");
  exchange->respond(std::move(response));
}

}  // namespace lectern::server
