// Why a document gives no text.
#pragma once

#include <stdexcept>

namespace lectern::library {

/// `what()` reads after the file's name: "is encrypted: remove its password".
class ExtractFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A program that would read it is not installed: it may be by the next time.
class MissingTool : public ExtractFailure {
 public:
  using ExtractFailure::ExtractFailure;
};

/// A PDF whose pages, or most of them, are pictures: read it anew as a scan.
class NoTextLayer : public ExtractFailure {
 public:
  NoTextLayer() : ExtractFailure("has no text layer") {}
};

}  // namespace lectern::library
