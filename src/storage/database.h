// SQLite, as far as Lectern needs it, with errors that a person can act on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace lectern {

/// What a database is to a person, for messages: "The library "/…/x.db" failed: … ADVICE".
struct DatabaseWording {
  std::string_view name;            // "The library"
  std::string_view not_a_database;  // advice where its beginning is damaged, or it is another program's file
  std::string_view damaged;         // advice where SQLite meets damage inside
};

inline constexpr DatabaseWording kLibraryWording = {
    "The library",
    "It is no library, or its beginning is damaged: name another file, or remove this one and index again.",
    "It is damaged: `lectern library verify` says where, mends what it can, and tells what can be saved."};

/// One connection. Not for two threads at once.
class Database {
 public:
  enum class Mode { kCreate, kExisting };

  /// Opens `file` (for reading alone where it may not be written), or creates it with kCreate. Throws Error: kIo,
  /// kCorrupt (not an SQLite file).
  explicit Database(const std::filesystem::path& file, Mode mode = Mode::kCreate,
                    const DatabaseWording& wording = kLibraryWording);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void execute(const char* sql);
  std::int64_t last_row() const;
  std::int64_t pragma(const char* name);  // its value, where that is a number
  sqlite3* handle() const { return handle_; }
  const std::filesystem::path& file() const { return file_; }

  /// Throws what the last call's failure means for a person.
  [[noreturn]] void fail(int code) const;

 private:
  std::filesystem::path file_;
  DatabaseWording wording_;
  sqlite3* handle_ = nullptr;
};

/// A prepared statement; parameters and columns count from 0.
class Statement {
 public:
  Statement(Database& database, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, std::optional<int> value);
  Statement& bind_text(int index, std::string_view value);  // must live until the statement ran
  Statement& bind_blob(int index, std::string_view value);
  Statement& bind_null(int index);
  Statement& bind_column(int index, const Statement& row, int column);  // its value, whatever type it has

  bool step();  // whether there is a row
  void run();   // to its end, then ready for new parameters
  void reset();

  enum class Type { kNull, kInteger, kReal, kText, kBlob };

  int columns() const;
  std::string_view name(int column) const;
  Type type(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;  // valid until the next step
  std::string_view blob(int column) const;
  bool is_null(int column) const { return type(column) == Type::kNull; }

 private:
  Database& database_;
  sqlite3_stmt* handle_ = nullptr;
};

/// Rolls back unless committed.
class Transaction {
 public:
  enum class Kind { kRead, kWrite };
  Transaction(Database& database, Kind kind);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace lectern
