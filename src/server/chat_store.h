// The chats that the page keeps, in a file of their own beside the libraries.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace lectern::server {

struct ChatSummary {
  std::string id, title;
  std::optional<std::string> library;
  std::int64_t created = 0, updated = 0;  // seconds since 1970
  std::int64_t revision = 0;              // 1 for a new one, one more with each change
  std::int64_t messages = 0;              // how many
};

struct StoredChat {
  ChatSummary summary;
  std::string messages;  // a JSON array
};

/// What a client gives of a chat.
struct ChatContent {
  std::optional<std::string> title;  // none: the one it has, or else `first_question`
  std::string first_question;
  std::optional<std::string> library;
  std::string messages;  // a JSON array
  std::int64_t count = 0;
  std::string texts;  // of its messages, for searching
};

struct ChatPage {
  std::vector<ChatSummary> chats;
  std::int64_t total = 0;  // on all pages
};

/// Safe to use from any thread, and by several processes on one file: each call opens it anew, so that it never writes
/// into one that somebody moved away. What a call has returned is on the disk. Throws Error: kNotFound (no such chat),
/// kCorrupt, kBusy, kVersion, kIo.
class ChatStore {
 public:
  /// The file need not exist yet.
  explicit ChatStore(std::filesystem::path file) : file_(std::move(file)) {}

  /// Those whose title and texts hold every word of `query`, in upper or lower case; latest change first.
  ChatPage list(const std::string& query, std::int64_t limit, std::int64_t offset) const;
  StoredChat chat(const std::string& id) const;
  StoredChat create(const ChatContent& content);
  /// Nothing where `revision` is not the stored one: somebody else changed it.
  std::optional<StoredChat> replace(const std::string& id, std::int64_t revision, const ChatContent& content);
  void remove(const std::string& id);

 private:
  std::filesystem::path file_;
};

/// $XDG_DATA_HOME/lectern/chats.sqlite: no ".db", which would be a library.
std::filesystem::path chats_path();

}  // namespace lectern::server
