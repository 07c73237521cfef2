// The filters, tests and methods that chat templates use.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/jinja_context.h"

namespace lectern::text::jinja {

/// Each throws Error kUnsupported where there is no such name, kInvalidArgument for values that it cannot take.
Value apply_filter(Context& context, std::string_view name, const Value& input, const Arguments& arguments);
bool apply_test(Context& context, std::string_view name, const Value& input, const Arguments& arguments);
Value call_method(Context& context, const Value& object, std::string_view name, const Arguments& arguments);

/// Whether values of this type have such a method in Python, supported or not.
bool is_method(const Value& object, std::string_view name);

// Shared by them and the interpreter.
bool equal(Context& context, const Value& left, const Value& right);
bool less(Context& context, const Value& left, const Value& right);
bool contains(Context& context, const Value& container, const Value& item);
std::vector<Value> elements(Context& context, const Value& value);  // of a list, a dictionary's keys, characters
Value attribute(Context& context, const Value& object, std::string_view name);
std::int64_t length(Context& context, const Value& value);
const std::string& text_of(const Context& context, const Value& value, std::string_view what);
std::int64_t integer_of(const Context& context, const Value& value, std::string_view what);

/// Where `part` begins in `text` at or behind `from`, npos where nowhere: in linear time.
std::size_t find_text(std::string_view text, std::string_view part, std::size_t from = 0);
bool is_blank(char32_t character);  // str.isspace()
enum class Side { kLeft, kRight, kBoth };
std::string_view strip(std::string_view text, const std::string* characters, Side side);  // null: blanks
std::string replaced(Context& context, std::string_view text, std::string_view from, std::string_view to,
                     std::int64_t count);
enum class Case { kUpper, kLower, kTitle, kCapitalized };
std::string with_case(Context& context, const std::string& text, Case letters);

}  // namespace lectern::text::jinja
