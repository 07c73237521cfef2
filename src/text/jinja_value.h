// Values of Jinja templates: Python's, as far as chat templates use them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace lectern::text::jinja {

class Value;
struct List;
struct Dict;
struct Statement;

/// What a name, attribute or index that does not exist gives: empty text, false, no elements; an error in anything
/// else.
struct Undefined {
  std::string what;
};
struct None {};

struct Function {
  enum class Kind { kMacro, kRange, kNamespace, kDict, kRaiseException, kStrftimeNow };
  Kind kind = Kind::kMacro;
  const Statement* macro = nullptr;
};

using Text = std::shared_ptr<const std::string>;

/// Cheap to copy. Lists, texts and dictionaries never change once made, but for the attributes of a namespace, which no
/// other value may hold: so there are no cycles.
class Value {
 public:
  Value() : storage_(Undefined{}) {}
  Value(Undefined undefined) : storage_(std::move(undefined)) {}
  Value(None none) : storage_(none) {}
  Value(bool truth) : storage_(truth) {}
  Value(std::int64_t number) : storage_(number) {}
  Value(double number) : storage_(number) {}
  Value(std::string text) : storage_(std::make_shared<const std::string>(std::move(text))) {}
  Value(const char* text) : Value(std::string(text)) {}
  Value(std::shared_ptr<const List> list) : storage_(std::move(list)) {}
  Value(std::shared_ptr<Dict> dict) : storage_(std::move(dict)) {}
  Value(Function function) : storage_(function) {}

  bool is_undefined() const { return std::holds_alternative<Undefined>(storage_); }
  bool is_none() const { return std::holds_alternative<None>(storage_); }
  const bool* boolean() const { return std::get_if<bool>(&storage_); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&storage_); }
  const double* real() const { return std::get_if<double>(&storage_); }
  const std::string* text() const;
  const List* list() const;
  Dict* dict() const;  // a namespace too
  const Function* function() const { return std::get_if<Function>(&storage_); }
  const Undefined* undefined() const { return std::get_if<Undefined>(&storage_); }

  bool truth() const;
  int depth() const;              // of nesting: 0 for what holds no other value
  std::uint64_t weight() const;   // about the bytes that it prints as; what is shared counts each time
  std::string type_name() const;  // as Python calls it
  bool is_namespace() const;

 private:
  std::variant<Undefined, None, bool, std::int64_t, double, Text, std::shared_ptr<const List>, std::shared_ptr<Dict>,
               Function>
      storage_;
};

struct List {
  std::vector<Value> items;
  bool is_tuple = false;  // printed in parentheses, equal to tuples alone
  int depth = 1;
  std::uint64_t weight = 0;
};

struct Dict {
  std::vector<std::pair<std::string, Value>> entries;  // in order of insertion
  int depth = 1;
  std::uint64_t weight = 0;
  bool is_namespace = false;

  const Value* find(std::string_view key) const;
  void set(std::string_view key, Value value);
};

constexpr std::uint64_t kItemWeight = 32;
/// A sum that stays at its largest where it would overflow.
inline std::uint64_t add_weights(std::uint64_t a, std::uint64_t b) { return a + b < a ? ~std::uint64_t{0} : a + b; }

/// As `{{ value }}` prints it, and as it is printed inside a list.
std::string to_text(const Value& value);
std::string to_repr(const Value& value);

/// As Python's json.dumps(ensure_ascii=False): `indent` < 0 for one line.
std::string to_json(const Value& value, int indent);

}  // namespace lectern::text::jinja
