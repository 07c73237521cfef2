// Where a template is, what it may still do, and how it fails.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lectern/error.h"
#include "text/jinja_value.h"

namespace lectern::text::jinja {

class Context {
 public:
  int line = 1;

  /// Counts work: about one unit for each byte that is read or written. A template that does more than a real one ever
  /// needs is stopped, so time and memory have a bound.
  void spend(std::uint64_t units) {
    if (units > left_) stop("does more work than any real template needs");
    left_ -= units;
  }
  static constexpr std::uint64_t kStep = 32;  // of evaluating one node
  static constexpr int kMaxValueDepth = 32;
  static constexpr int kMaxCallDepth = 300;  // evaluations inside each other

  class Nesting {
   public:
    explicit Nesting(Context& context) : context_(context) {
      if (++context_.nesting_ > kMaxCallDepth) context_.stop("calls itself too deep");
    }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    ~Nesting() { --context_.nesting_; }

   private:
    Context& context_;
  };

  /// A construct outside the subset.
  [[noreturn]] void unsupported(std::string_view what) const {
    throw Error(ErrorCode::kUnsupported, where() + std::string(what) + ", which Lectern's templates do not know.");
  }
  /// Something that these messages or this template must not do.
  [[noreturn]] void invalid(std::string_view what) const {
    throw Error(ErrorCode::kInvalidArgument, where() + std::string(what) + ".");
  }

  Value make_list(std::vector<Value> items, bool is_tuple = false);
  /// A dictionary with one more entry; `dict` is not shared yet.
  void insert(Dict& dict, std::string_view key, Value value);

 private:
  [[noreturn]] void stop(std::string_view what) const {
    throw Error(ErrorCode::kUnsupported, where() + "it " + std::string(what) + "; it was stopped.");
  }
  std::string where() const { return "The chat template, line " + std::to_string(line) + ": "; }

  std::uint64_t left_ = std::uint64_t{1} << 28;
  int nesting_ = 0;
};

/// Arguments of a call, filter or test.
struct Arguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;

  /// By position or by name; null where not given.
  const Value* find(std::size_t index, std::string_view name) const;
};

}  // namespace lectern::text::jinja
