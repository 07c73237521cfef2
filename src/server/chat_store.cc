#include "server/chat_store.h"

#include <fmt/format.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <chrono>

#include "core/letters.h"
#include "core/paths.h"
#include "lectern/error.h"
#include "server/chance.h"
#include "server/chat_database.h"

namespace lectern::server {
namespace {

constexpr std::size_t kMostWords = 16;        // of a query
constexpr std::size_t kTitleCharacters = 60;  // of a title made from a question

constexpr const char* kSummary = "id, title, library, created_ms, updated_ms, revision, count";

std::int64_t now_ms() {
  using std::chrono::milliseconds;
  return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// As upper and lower case are one.
std::string folded(const std::string& text) {
  std::string out;
  icu::UnicodeString::fromUTF8(text).foldCase().toUTF8String(out);
  std::replace(out.begin(), out.end(), '\0', ' ');  // SQLite's instr ends there
  return out;
}

std::vector<std::string> words(const std::string& query) {
  std::vector<std::string> out;
  const std::string text = folded(query);
  for (std::size_t at = 0; at < text.size() && out.size() < kMostWords;) {
    const std::size_t end = std::min(text.find_first_of(" \t\r\n", at), text.size());
    if (end > at) out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

// One line, of whole characters.
std::string title_of(const std::string& question) {
  std::string line;
  for (const char c : question) {
    const bool space = static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
    if (!space) line += c;
    if (space && !line.empty() && line.back() != ' ') line += ' ';
  }
  while (line.ends_with(' ')) line.pop_back();
  std::size_t characters = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (begins_character(line[i]) && characters++ == kTitleCharacters) return line.substr(0, i) + "…";
  }
  return line;
}

ChatSummary summary_of(const Statement& row) {
  ChatSummary chat;
  chat.id = row.text(0);
  chat.title = row.text(1);
  if (!row.is_null(2)) chat.library = row.text(2);
  chat.created = row.integer(3) / 1000;
  chat.updated = row.integer(4) / 1000;
  chat.revision = row.integer(5);
  chat.messages = row.integer(6);
  return chat;
}

std::optional<StoredChat> find(Database& database, const std::string& id) {
  Statement row(database, fmt::format("SELECT {}, messages FROM chats WHERE id = ?", kSummary));
  if (!row.bind_text(0, id).step()) return std::nullopt;
  return StoredChat{summary_of(row), std::string(row.text(7))};
}

[[noreturn]] void refuse_unknown(const std::string& id) {
  throw Error(ErrorCode::kNotFound, "There is no chat " + lectern::quoted(id) + ": GET /v1/chats lists them.");
}

StoredChat existing(Database& database, const std::string& id) {
  auto chat = find(database, id);
  if (!chat) refuse_unknown(id);
  return std::move(*chat);
}

void put(Database& database, const StoredChat& chat, const std::string& texts) {
  const ChatSummary& summary = chat.summary;
  const std::string text = folded(summary.title + "\n" + texts);
  const std::int64_t now = now_ms();
  Statement insert(database,
                   "INSERT INTO chats (id, title, library, created_ms, updated_ms, revision, count, messages, folded) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET title = excluded.title, "
                   "library = excluded.library, updated_ms = excluded.updated_ms, revision = excluded.revision, "
                   "count = excluded.count, messages = excluded.messages, folded = excluded.folded");
  insert.bind_text(0, summary.id).bind_text(1, summary.title);
  summary.library ? insert.bind_text(2, *summary.library) : insert.bind_null(2);
  insert.bind(3, now).bind(4, now).bind(5, summary.revision).bind(6, summary.messages);
  insert.bind_text(7, chat.messages).bind_text(8, text).run();
}

// `chat` with what `content` says, stored; it is read again for the times that it has now.
StoredChat store(Database& database, StoredChat chat, const ChatContent& content) {
  ChatSummary& summary = chat.summary;
  if (content.title) summary.title = *content.title;
  if (summary.title.empty()) summary.title = title_of(content.first_question);
  summary.library = content.library;
  summary.messages = content.count;
  ++summary.revision;
  chat.messages = content.messages;
  put(database, chat, content.texts);
  return existing(database, summary.id);
}

}  // namespace

ChatPage ChatStore::list(const std::string& query, std::int64_t limit, std::int64_t offset) const {
  ChatDatabase database(file_);
  const auto wanted = words(query);
  std::string where = "1";
  for (std::size_t i = 0; i < wanted.size(); ++i) where += " AND instr(folded, ?) > 0";
  const auto bind = [&](Statement& statement) {
    for (std::size_t i = 0; i < wanted.size(); ++i) statement.bind_text(static_cast<int>(i), wanted[i]);
  };
  const Transaction snapshot(*database, Transaction::Kind::kRead);
  ChatPage page;
  Statement count(*database, "SELECT count(*) FROM chats WHERE " + where);
  bind(count);
  if (count.step()) page.total = count.integer(0);
  Statement rows(*database, fmt::format("SELECT {} FROM chats WHERE {} ORDER BY updated_ms DESC, rowid DESC LIMIT {} "
                                        "OFFSET {}",
                                        kSummary, where, limit, offset));
  bind(rows);
  while (rows.step()) page.chats.push_back(summary_of(rows));
  return page;
}

StoredChat ChatStore::chat(const std::string& id) const {
  ChatDatabase database(file_);
  return existing(*database, id);
}

StoredChat ChatStore::create(const ChatContent& content) {
  ChatDatabase database(file_);
  Transaction transaction(*database, Transaction::Kind::kWrite);
  StoredChat chat;
  chat.summary.id = fmt::format("chat-{:016x}{:016x}", chance(), chance());
  chat = store(*database, std::move(chat), content);
  transaction.commit();
  return chat;
}

std::optional<StoredChat> ChatStore::replace(const std::string& id, std::int64_t revision, const ChatContent& content) {
  ChatDatabase database(file_);
  Transaction transaction(*database, Transaction::Kind::kWrite);
  StoredChat chat = existing(*database, id);
  if (chat.summary.revision != revision) return std::nullopt;
  chat = store(*database, std::move(chat), content);
  transaction.commit();
  return chat;
}

void ChatStore::remove(const std::string& id) {
  ChatDatabase database(file_);
  Transaction transaction(*database, Transaction::Kind::kWrite);
  existing(*database, id);
  Statement(*database, "DELETE FROM chats WHERE id = ?").bind_text(0, id).run();
  transaction.commit();
}

std::filesystem::path chats_path() { return data_directory() / "chats.sqlite"; }

}  // namespace lectern::server
