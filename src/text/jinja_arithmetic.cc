// + - * / // % ** ~
#include <fmt/format.h>

#include <cmath>

#include "text/jinja_builtins.h"
#include "text/jinja_interpreter.h"

namespace lectern::text::jinja {
namespace {

[[noreturn]] void refuse(const Context& context, std::string_view operation, const Value& left, const Value& right) {
  const auto name = [](const Value& value) {
    return value.is_undefined() ? value.undefined()->what + " (undefined)" : value.type_name();
  };
  context.invalid(fmt::format("it calculates {} {} {}", name(left), operation, name(right)));
}

Value repeat(Context& context, const Value& what, std::int64_t times) {
  if (times < 0) times = 0;
  const bool is_text = what.text() != nullptr;
  const std::uint64_t size = is_text ? what.text()->size() : what.list()->items.size() * sizeof(Value);
  const auto count = static_cast<std::uint64_t>(times);
  if (size != 0 && count > (std::uint64_t{1} << 40) / size) context.spend(~std::uint64_t{0});
  context.spend(size * count);
  if (size == 0) return what;
  std::string text;
  std::vector<Value> items;
  for (std::int64_t i = 0; i < times; ++i) {
    if (is_text) {
      text += *what.text();
    } else {
      items.insert(items.end(), what.list()->items.begin(), what.list()->items.end());
    }
  }
  return is_text ? Value(std::move(text)) : context.make_list(std::move(items));
}

std::int64_t power(const Context& context, std::int64_t base, std::int64_t exponent) {
  std::int64_t result = 1;
  if (exponent > 64 && (base > 1 || base < -1)) context.unsupported("a number beyond 64 bits");
  if (exponent > 64) exponent = 2 + exponent % 2;  // powers of -1, 0 and 1
  for (; exponent > 0; --exponent) {
    if (__builtin_mul_overflow(result, base, &result)) context.unsupported("a number beyond 64 bits");
  }
  return result;
}

Value whole(Context& context, std::string_view operation, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  bool overflow = false;
  if (operation == "+") {
    overflow = __builtin_add_overflow(a, b, &result);
  } else if (operation == "-") {
    overflow = __builtin_sub_overflow(a, b, &result);
  } else if (operation == "*") {
    overflow = __builtin_mul_overflow(a, b, &result);
  } else if (operation == "**") {
    if (b < 0) return std::pow(static_cast<double>(a), static_cast<double>(b));
    result = power(context, a, b);
  } else {
    if (b == 0) context.invalid("it divides by zero");
    if (operation == "/") return static_cast<double>(a) / static_cast<double>(b);
    if (b == -1) {
      overflow = operation == "//" && __builtin_sub_overflow(std::int64_t{0}, a, &result);
    } else {
      const bool inexact = a % b != 0 && (a % b < 0) != (b < 0);  // Python rounds down, C++ towards zero
      result = operation == "//" ? a / b - (inexact ? 1 : 0) : a % b + (inexact ? b : 0);
    }
  }
  if (overflow) context.unsupported("a number beyond 64 bits");
  return result;
}

Value real(Context& context, std::string_view operation, double a, double b) {
  if (operation == "+") return a + b;
  if (operation == "-") return a - b;
  if (operation == "*") return a * b;
  if (operation == "**") return std::pow(a, b);
  if (b == 0) context.invalid("it divides by zero");
  if (operation == "/") return a / b;
  return operation == "//" ? std::floor(a / b) : a - b * std::floor(a / b);
}

bool is_number(const Value& value) {
  return value.integer() != nullptr || value.real() != nullptr || value.boolean() != nullptr;
}

double as_real(const Value& value) {
  if (value.real() != nullptr) return *value.real();
  if (value.boolean() != nullptr) return *value.boolean() ? 1 : 0;
  return static_cast<double>(*value.integer());
}

std::int64_t as_whole(const Value& value) {
  return value.boolean() != nullptr ? (*value.boolean() ? 1 : 0) : *value.integer();
}

}  // namespace

Value apply_operator(Context& context, std::string_view operation, const Value& left, const Value& right) {
  if (operation == "~") {
    context.spend(add_weights(left.weight(), right.weight()));
    return to_text(left) + to_text(right);
  }
  if (is_number(left) && is_number(right)) {
    const bool both_whole = left.real() == nullptr && right.real() == nullptr;
    return both_whole ? whole(context, operation, as_whole(left), as_whole(right))
                      : real(context, operation, as_real(left), as_real(right));
  }
  if (operation == "+" && left.text() != nullptr && right.text() != nullptr) {
    context.spend(left.text()->size() + right.text()->size());
    return *left.text() + *right.text();
  }
  if (operation == "+" && left.list() != nullptr && right.list() != nullptr) {
    std::vector<Value> items = elements(context, left);
    const auto more = elements(context, right);
    items.insert(items.end(), more.begin(), more.end());
    return context.make_list(std::move(items));
  }
  const auto repeats = [](const Value& what, const Value& times) {
    return (what.text() != nullptr || what.list() != nullptr) && times.integer() != nullptr;
  };
  if (operation == "*" && repeats(left, right)) return repeat(context, left, *right.integer());
  if (operation == "*" && repeats(right, left)) return repeat(context, right, *left.integer());
  if (operation == "%" && left.text() != nullptr) context.unsupported("formatting a text with %");
  refuse(context, operation, left, right);
}

}  // namespace lectern::text::jinja
