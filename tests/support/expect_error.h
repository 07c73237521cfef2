// Errors are sentences that people act on: tests look at the code and at what the sentence says.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "lectern/error.h"

namespace lectern::support {

/// `action` must throw a lectern::Error with `code` whose message has each of `parts`.
template <typename F>
void expect_error(ErrorCode code, std::initializer_list<const char*> parts, F&& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(code)) << error.what();
    for (const char* part : parts) EXPECT_THAT(std::string(error.what()), testing::HasSubstr(part));
    return;
  }
  ADD_FAILURE() << "nothing was thrown";
}

}  // namespace lectern::support
