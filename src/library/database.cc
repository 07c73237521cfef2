#include "library/database.h"

#include <sqlite3.h>

#include "core/paths.h"
#include "lectern/error.h"

namespace lectern::library {
namespace {

constexpr int kBusyMilliseconds = 10000;  // a document's commit takes some tens

ErrorCode error_code(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::kCorrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::kBusy;
    case SQLITE_NOMEM:
      return ErrorCode::kOutOfMemory;
    case SQLITE_MISUSE:
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
      return ErrorCode::kInternal;
    default:
      return ErrorCode::kIo;
  }
}

std::string_view advice(ErrorCode code) {
  switch (code) {
    case ErrorCode::kCorrupt:
      return " It is no library, or it is damaged: name another file, or delete this one and index again.";
    case ErrorCode::kBusy:
      return " Another process holds it: try again when that is done.";
    case ErrorCode::kIo:
      return " Check that its folder exists, may be written and has space left.";
    default:
      return "";
  }
}

}  // namespace

Database::Database(const std::filesystem::path& file) : file_(file) {
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(file.c_str(), &handle_, kFlags, nullptr);
  try {
    if (code != SQLITE_OK) fail(code);
    sqlite3_busy_timeout(handle_, kBusyMilliseconds);
    execute("PRAGMA foreign_keys = ON");
  } catch (...) {
    sqlite3_close(handle_);
    throw;
  }
}

Database::~Database() { sqlite3_close(handle_); }

void Database::execute(const char* sql) {
  if (const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr); code != SQLITE_OK) fail(code);
}

std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(handle_); }

std::int64_t Database::pragma(const char* name) {
  Statement statement(*this, std::string("PRAGMA ") + name);
  return statement.step() ? statement.integer(0) : 0;
}

void Database::fail(int code) const {
  const ErrorCode kind = error_code(code);
  const char* why = handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
  throw Error(kind, "The library " + quoted(file_) + " failed: " + why + "." + std::string(advice(kind)));
}

Statement::Statement(Database& database, std::string_view sql) : database_(database) {
  const int code = sqlite3_prepare_v2(database.handle(), sql.data(), static_cast<int>(sql.size()), &handle_, nullptr);
  if (code != SQLITE_OK) database.fail(code);
}

Statement::~Statement() { sqlite3_finalize(handle_); }

Statement& Statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(handle_, index + 1, value);
  return *this;
}

Statement& Statement::bind(int index, std::optional<int> value) {
  return value ? bind(index, std::int64_t{*value}) : bind_null(index);
}

Statement& Statement::bind_text(int index, std::string_view value) {
  const char* bytes = value.empty() ? "" : value.data();  // a null pointer would be an SQL NULL
  const int code = sqlite3_bind_text64(handle_, index + 1, bytes, value.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) database_.fail(code);
  return *this;
}

Statement& Statement::bind_blob(int index, std::string_view value) {
  const int code = value.empty() ? sqlite3_bind_zeroblob(handle_, index + 1, 0)
                                 : sqlite3_bind_blob64(handle_, index + 1, value.data(), value.size(), SQLITE_STATIC);
  if (code != SQLITE_OK) database_.fail(code);
  return *this;
}

Statement& Statement::bind_null(int index) {
  sqlite3_bind_null(handle_, index + 1);
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) {
    sqlite3_reset(handle_);
    database_.fail(code);
  }
  return false;
}

void Statement::run() {
  while (step()) {
  }
  reset();
}

void Statement::reset() {
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_, column); }
double Statement::real(int column) const { return sqlite3_column_double(handle_, column); }

std::string_view Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  return bytes == nullptr ? std::string_view{}
                          : std::string_view(bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column)));
}

std::string_view Statement::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  return bytes == nullptr ? std::string_view{}
                          : std::string_view(bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column)));
}

bool Statement::is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }

Transaction::Transaction(Database& database, Kind kind) : database_(database) {
  database.execute(kind == Kind::kWrite ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
  if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace lectern::library
