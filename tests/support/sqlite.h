// A library's tables as SQLite sees them, past Lectern's own code.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <string>
#include <vector>

namespace lectern::support {

class Sqlite {
 public:
  explicit Sqlite(const std::filesystem::path& file) {
    EXPECT_EQ(sqlite3_open_v2(file.c_str(), &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr), SQLITE_OK);
    sqlite3_busy_timeout(handle_, 10'000);
  }
  ~Sqlite() { sqlite3_close(handle_); }
  Sqlite(const Sqlite&) = delete;

  void execute(const std::string& sql) {
    ASSERT_EQ(sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sql << ": " << sqlite3_errmsg(handle_);
  }

  /// Each row is its columns with "|" between them; NULL is empty.
  std::vector<std::string> rows(const std::string& sql) {
    std::vector<std::string> out;
    const int code = sqlite3_exec(handle_, sql.c_str(), &Sqlite::add_row, &out, nullptr);
    EXPECT_EQ(code, SQLITE_OK) << sql << ": " << sqlite3_errmsg(handle_);
    return out;
  }

  std::string value(const std::string& sql) {
    const auto all = rows(sql);
    EXPECT_EQ(all.size(), 1u) << sql;
    return all.empty() ? "" : all.front();
  }

 private:
  static int add_row(void* out, int columns, char** values, char**) {
    std::string row;
    for (int i = 0; i < columns; ++i) row += (i > 0 ? "|" : "") + std::string(values[i] != nullptr ? values[i] : "");
    static_cast<std::vector<std::string>*>(out)->push_back(row);
    return 0;
  }

  sqlite3* handle_ = nullptr;
};

}  // namespace lectern::support
