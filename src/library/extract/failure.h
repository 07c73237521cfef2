// Why a document gives no text.
#pragma once

#include <stdexcept>

namespace lectern::library {

/// `what()` reads after the file's name: "is encrypted: remove its password".
class ExtractFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace lectern::library
