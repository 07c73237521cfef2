#include "storage/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstring>

#include "core/paths.h"
#include "lectern/error.h"

namespace lectern {
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

std::string_view advice(int sqlite_code, const DatabaseWording& wording) {
  switch (sqlite_code & 0xff) {
    case SQLITE_NOTADB:
      return wording.not_a_database;
    case SQLITE_CORRUPT:
      return wording.damaged;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "Another process holds it: try again when that is done.";
    case SQLITE_FULL:
      return "Make room on its disk, then try again: what was committed is kept.";
    case SQLITE_CANTOPEN:
      return "Check that its folder exists and may be written.";
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "Check that the file and its folder may be written.";
    case SQLITE_IOERR:
      return "Check its disk and the space left there, then try again: what was committed is kept.";
    case SQLITE_NOMEM:
      return "Close other programs, then try again: what was committed is kept.";
    default:
      return "";
  }
}

// What is kept of somebody's documents and chats is nobody else's: SQLite gives the files beside it the same
// permissions.
void create_private(const std::filesystem::path& file) {
  if (file == ":memory:") return;  // SQLite's name for no file
  const int descriptor = ::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (descriptor >= 0) ::close(descriptor);
}

}  // namespace

Database::Database(const std::filesystem::path& file, Mode mode, const DatabaseWording& wording)
    : file_(file), wording_(wording) {
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (mode == Mode::kCreate) {
    flags |= SQLITE_OPEN_CREATE;
    create_private(file);
  }
  const int code = sqlite3_open_v2(file.c_str(), &handle_, flags, nullptr);
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
  const bool told = handle_ != nullptr && (sqlite3_extended_errcode(handle_) & 0xff) == (code & 0xff);
  std::string why = told ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
  const int system = handle_ != nullptr && (code & 0xff) == SQLITE_IOERR ? sqlite3_system_errno(handle_) : 0;
  if (system != 0) why += std::string(" (") + std::strerror(system) + ")";
  const std::string what_to_do(advice(code, wording_));
  throw Error(error_code(code), std::string(wording_.name) + " " + quoted(file_) + " failed: " + why + "." +
                                    (what_to_do.empty() ? "" : " ") + what_to_do);
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

Statement& Statement::bind_column(int index, const Statement& row, int column) {
  const int code = sqlite3_bind_value(handle_, index + 1, sqlite3_column_value(row.handle_, column));
  if (code != SQLITE_OK) database_.fail(code);
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

// A null pointer for what is no SQL NULL means that SQLite had no memory for it.
std::string_view Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  if (bytes == nullptr && !is_null(column)) database_.fail(SQLITE_NOMEM);
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

std::string_view Statement::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, column));
  if (bytes == nullptr && size > 0) database_.fail(SQLITE_NOMEM);
  return {bytes, size};
}

int Statement::columns() const { return sqlite3_column_count(handle_); }

std::string_view Statement::name(int column) const {
  const char* name = sqlite3_column_name(handle_, column);
  if (name == nullptr) database_.fail(SQLITE_NOMEM);
  return name;
}

Statement::Type Statement::type(int column) const {
  switch (sqlite3_column_type(handle_, column)) {
    case SQLITE_INTEGER:
      return Type::kInteger;
    case SQLITE_FLOAT:
      return Type::kReal;
    case SQLITE_TEXT:
      return Type::kText;
    case SQLITE_BLOB:
      return Type::kBlob;
    default:
      return Type::kNull;
  }
}

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

}  // namespace lectern
