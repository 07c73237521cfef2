// `x is …`
#include <fmt/format.h>

#include "text/jinja_builtins.h"

namespace lectern::text::jinja {
namespace {

const Value& other(const Context& context, const Arguments& arguments) {
  const Value* value = arguments.find(0, "other");
  if (value == nullptr) context.invalid("a test lacks what to compare with");
  return *value;
}

using Test = bool (*)(Context&, const Value&, const Arguments&);
struct NamedTest {
  std::string_view name;
  Test test;
};

bool is_equal(Context& c, const Value& v, const Arguments& a) { return equal(c, v, other(c, a)); }
bool is_unequal(Context& c, const Value& v, const Arguments& a) { return !equal(c, v, other(c, a)); }
bool is_less(Context& c, const Value& v, const Arguments& a) { return less(c, v, other(c, a)); }
bool is_greater(Context& c, const Value& v, const Arguments& a) { return less(c, other(c, a), v); }
bool is_in(Context& c, const Value& v, const Arguments& a) { return contains(c, other(c, a), v); }

constexpr NamedTest kTests[] = {
    {"defined", [](Context&, const Value& v, const Arguments&) { return !v.is_undefined(); }},
    {"undefined", [](Context&, const Value& v, const Arguments&) { return v.is_undefined(); }},
    {"none", [](Context&, const Value& v, const Arguments&) { return v.is_none(); }},
    {"string", [](Context&, const Value& v, const Arguments&) { return v.text() != nullptr; }},
    {"mapping", [](Context&, const Value& v, const Arguments&) { return v.dict() != nullptr && !v.is_namespace(); }},
    {"iterable",
     [](Context&, const Value& v, const Arguments&) {
       return v.text() != nullptr || v.list() != nullptr || v.is_undefined() ||
              (v.dict() != nullptr && !v.is_namespace());
     }},
    {"sequence",
     [](Context&, const Value& v, const Arguments&) {
       return v.text() != nullptr || v.list() != nullptr || v.is_undefined() ||
              (v.dict() != nullptr && !v.is_namespace());
     }},
    {"number",
     [](Context&, const Value& v, const Arguments&) {
       return v.integer() != nullptr || v.real() != nullptr || v.boolean() != nullptr;
     }},
    {"integer", [](Context&, const Value& v, const Arguments&) { return v.integer() != nullptr; }},
    {"float", [](Context&, const Value& v, const Arguments&) { return v.real() != nullptr; }},
    {"boolean", [](Context&, const Value& v, const Arguments&) { return v.boolean() != nullptr; }},
    {"true", [](Context&, const Value& v, const Arguments&) { return v.boolean() != nullptr && *v.boolean(); }},
    {"false", [](Context&, const Value& v, const Arguments&) { return v.boolean() != nullptr && !*v.boolean(); }},
    {"callable", [](Context&, const Value& v, const Arguments&) { return v.function() != nullptr; }},
    {"even", [](Context& c, const Value& v, const Arguments&) { return integer_of(c, v, "a number") % 2 == 0; }},
    {"odd", [](Context& c, const Value& v, const Arguments&) { return integer_of(c, v, "a number") % 2 != 0; }},
    {"divisibleby",
     [](Context& c, const Value& v, const Arguments& a) {
       const Value* divisor = a.find(0, "num");
       const std::int64_t by = divisor == nullptr ? 0 : integer_of(c, *divisor, "a divisor");
       if (by == 0) c.invalid("it divides by zero");
       return by == -1 || integer_of(c, v, "a number") % by == 0;
     }},
    {"lower",
     [](Context& c, const Value& v, const Arguments&) {
       const std::string& text = text_of(c, v, "a text");
       return with_case(c, text, Case::kLower) == text && with_case(c, text, Case::kUpper) != text;
     }},
    {"upper",
     [](Context& c, const Value& v, const Arguments&) {
       const std::string& text = text_of(c, v, "a text");
       return with_case(c, text, Case::kUpper) == text && with_case(c, text, Case::kLower) != text;
     }},
    {"eq", is_equal},
    {"equalto", is_equal},
    {"ne", is_unequal},
    {"lt", is_less},
    {"lessthan", is_less},
    {"gt", is_greater},
    {"greaterthan", is_greater},
    {"ge", [](Context& c, const Value& v, const Arguments& a) { return !less(c, v, other(c, a)); }},
    {"le", [](Context& c, const Value& v, const Arguments& a) { return !less(c, other(c, a), v); }},
    {"in", is_in},
};

}  // namespace

bool apply_test(Context& context, std::string_view name, const Value& input, const Arguments& arguments) {
  context.spend(Context::kStep);
  for (const NamedTest& known : kTests) {
    if (known.name == name) return known.test(context, input, arguments);
  }
  context.unsupported(fmt::format("the test \"{:.40}\"", name));
}

}  // namespace lectern::text::jinja
