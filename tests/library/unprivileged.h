// Root may read every file: tests of permissions are somebody else while they last.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <initializer_list>

namespace lectern::test {

class Unprivileged {
 public:
  /// Gives `folders` to that somebody.
  explicit Unprivileged(std::initializer_list<std::filesystem::path> folders) : root_(::geteuid() == 0) {
    if (!root_) return;
    for (const auto& folder : folders) EXPECT_EQ(::chown(folder.c_str(), kNobody, kNobody), 0);
    EXPECT_EQ(::seteuid(kNobody), 0);
  }
  ~Unprivileged() {
    if (!root_) return;
    EXPECT_EQ(::seteuid(0), 0);
  }
  Unprivileged(const Unprivileged&) = delete;

 private:
  static constexpr unsigned kNobody = 65534;
  bool root_;
};

}  // namespace lectern::test
