#include "text/jinja_interpreter.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "text/jinja_builtins.h"
#include "text/utf8.h"

namespace lectern::text::jinja {

using ExpressionKind = Expression::Kind;
using StatementKind = Statement::Kind;

Interpreter::Interpreter(Scope globals) {
  const auto define = [&](const char* name, Function::Kind kind) { globals.emplace(name, Function{kind}); };
  define("range", Function::Kind::kRange);
  define("namespace", Function::Kind::kNamespace);
  define("dict", Function::Kind::kDict);
  define("raise_exception", Function::Kind::kRaiseException);
  define("strftime_now", Function::Kind::kStrftimeNow);
  scopes_.push_back(std::move(globals));
}

std::string Interpreter::render(const Block& block) {
  run(block);
  return std::move(output_);
}

// ---- Statements

Interpreter::Flow Interpreter::run(const Block& block) {
  const Context::Nesting nesting(context_);
  for (const auto& statement : block) {
    const Flow flow = run(*statement);
    if (flow != Flow::kOn) return flow;
  }
  return Flow::kOn;
}

Interpreter::Flow Interpreter::run(const Statement& statement) {
  context_.line = statement.line;
  context_.spend(Context::kStep);
  switch (statement.kind) {
    case StatementKind::kText:
      context_.spend(statement.text.size());
      output_ += statement.text;
      return Flow::kOn;
    case StatementKind::kOutput:
      print(evaluate(*statement.expression));
      return Flow::kOn;
    case StatementKind::kIf:
      return run_if(statement);
    case StatementKind::kFor:
      return run_for(statement);
    case StatementKind::kSet:
      run_set(statement);
      return Flow::kOn;
    case StatementKind::kSetBlock:
      assign(statement.names, capture(statement.bodies[0]));
      return Flow::kOn;
    case StatementKind::kMacro:
      scopes_.back()[statement.text] = Function{Function::Kind::kMacro, &statement};
      return Flow::kOn;
    case StatementKind::kBreak:
      return Flow::kBreak;
    case StatementKind::kContinue:
      return Flow::kContinue;
    case StatementKind::kGroup:
      return run(statement.bodies[0]);
  }
  return Flow::kOn;
}

void Interpreter::print(const Value& value) {
  context_.spend(value.weight());
  output_ += to_text(value);
}

Interpreter::Flow Interpreter::run_if(const Statement& statement) {
  for (std::size_t i = 0; i < statement.conditions.size(); ++i) {
    if (evaluate(*statement.conditions[i]).truth()) return run(statement.bodies[i]);
  }
  return statement.bodies.size() > statement.conditions.size() ? run(statement.bodies.back()) : Flow::kOn;
}

Interpreter::Flow Interpreter::run_for(const Statement& statement) {
  std::vector<Value> items = elements(context_, evaluate(*statement.expression));
  if (!statement.conditions.empty()) {
    std::vector<Value> kept;
    for (const Value& item : items) {
      scopes_.emplace_back();
      assign(statement.names, item);
      if (evaluate(*statement.conditions[0]).truth()) kept.push_back(item);
      scopes_.pop_back();
    }
    items = std::move(kept);
  }
  if (!items.empty()) return run_for_items(statement, items);
  return statement.bodies.size() > 1 ? run(statement.bodies[1]) : Flow::kOn;
}

Interpreter::Flow Interpreter::run_for_items(const Statement& statement, const std::vector<Value>& items) {
  const auto size = static_cast<std::int64_t>(items.size());
  for (std::int64_t i = 0; i < size; ++i) {
    context_.line = statement.line;
    context_.spend(16 * Context::kStep);
    const auto at = static_cast<std::size_t>(i);
    auto loop = std::make_shared<Dict>();
    loop->entries = {{"index", i + 1},
                     {"index0", i},
                     {"revindex", size - i},
                     {"revindex0", size - i - 1},
                     {"first", i == 0},
                     {"last", i + 1 == size},
                     {"length", size},
                     {"previtem", i == 0 ? Value(Undefined{"loop.previtem"}) : items[at - 1]},
                     {"nextitem", i + 1 == size ? Value(Undefined{"loop.nextitem"}) : items[at + 1]}};
    for (const auto& entry : loop->entries) {
      loop->weight = add_weights(loop->weight, add_weights(entry.second.weight(), kItemWeight));
      loop->depth = std::max(loop->depth, entry.second.depth() + 1);
    }
    loop->is_namespace = true;  // no mapping to a template, and no part of other values
    scopes_.emplace_back();
    scopes_.back()["loop"] = Value(std::move(loop));
    assign(statement.names, items[at]);
    const Flow flow = run(statement.bodies[0]);
    scopes_.pop_back();
    if (flow == Flow::kBreak) break;
  }
  return Flow::kOn;
}

void Interpreter::run_set(const Statement& statement) {
  Value value = evaluate(*statement.expression);
  if (statement.attribute.empty()) {
    assign(statement.names, value);
    return;
  }
  const Value* object = find(statement.names[0]);
  if (object == nullptr || !object->is_namespace()) {
    context_.invalid(fmt::format("it sets an attribute of {}, which is no namespace", statement.names[0]));
  }
  context_.insert(*object->dict(), statement.attribute, std::move(value));
}

std::string Interpreter::capture(const Block& block) {
  std::string outer = std::exchange(output_, {});
  scopes_.emplace_back();
  run(block);
  scopes_.pop_back();
  return std::exchange(output_, std::move(outer));
}

void Interpreter::assign(const std::vector<std::string>& names, const Value& value) {
  context_.spend(names.size() * Context::kStep);
  if (names.size() == 1) {
    scopes_.back()[names[0]] = value;
    return;
  }
  const std::vector<Value> parts = elements(context_, value);
  if (parts.size() != names.size()) {
    context_.invalid(fmt::format("it unpacks {} values into {} names", parts.size(), names.size()));
  }
  for (std::size_t i = 0; i < names.size(); ++i) scopes_.back()[names[i]] = parts[i];
}

Value* Interpreter::find(const std::string& name) {
  for (std::size_t i = scopes_.size(); i-- > base_;) {
    const auto found = scopes_[i].find(name);
    if (found != scopes_[i].end()) return &found->second;
  }
  const auto found = scopes_[0].find(name);
  return found == scopes_[0].end() ? nullptr : &found->second;
}

// ---- Expressions

Value Interpreter::evaluate(const Expression& expression) {
  const Context::Nesting nesting(context_);
  context_.line = expression.line;
  context_.spend(Context::kStep);
  switch (expression.kind) {
    case ExpressionKind::kConstant:
      return expression.constant;
    case ExpressionKind::kName: {
      const Value* value = find(expression.name);
      return value == nullptr ? Value(Undefined{"\"" + expression.name + "\""}) : *value;
    }
    case ExpressionKind::kList:
    case ExpressionKind::kDict:
      return evaluate_collection(expression);
    case ExpressionKind::kAttribute:
    case ExpressionKind::kIndex:
      return evaluate_access(expression);
    case ExpressionKind::kSlice:
      return evaluate_slice(expression);
    case ExpressionKind::kCall:
      return evaluate_call(expression);
    case ExpressionKind::kFilter:
    case ExpressionKind::kTest: {
      const Value input = evaluate(*expression.items[0]);
      const Arguments arguments = evaluate_arguments(expression);
      context_.line = expression.line;
      if (expression.kind == ExpressionKind::kFilter) return apply_filter(context_, expression.name, input, arguments);
      return apply_test(context_, expression.name, input, arguments);
    }
    case ExpressionKind::kNegative:
    case ExpressionKind::kPositive:
      return evaluate_sign(expression);
    case ExpressionKind::kBinary: {
      const Value left = evaluate(*expression.items[0]);
      const Value right = evaluate(*expression.items[1]);
      context_.line = expression.line;
      return apply_operator(context_, expression.name, left, right);
    }
    case ExpressionKind::kCompare:
      return evaluate_compare(expression);
    default:
      return evaluate_logic(expression);
  }
}

Value Interpreter::evaluate_logic(const Expression& expression) {
  const auto& items = expression.items;
  if (expression.kind == ExpressionKind::kConditional) {
    if (evaluate(*items[1]).truth()) return evaluate(*items[0]);
    return items[2] ? evaluate(*items[2]) : Value(Undefined{"an \"if\" without \"else\""});
  }
  Value first = evaluate(*items[0]);
  if (expression.kind == ExpressionKind::kNot) return !first.truth();
  const bool decided = first.truth() == (expression.kind == ExpressionKind::kOr);
  return decided ? first : evaluate(*items[1]);
}

Value Interpreter::evaluate_collection(const Expression& expression) {
  std::vector<Value> values;
  for (const auto& item : expression.items) values.push_back(evaluate(*item));
  if (expression.kind == ExpressionKind::kList) return context_.make_list(std::move(values), expression.name == "()");
  auto dict = std::make_shared<Dict>();
  for (std::size_t i = 0; i < values.size(); i += 2) {
    if (values[i].text() == nullptr) context_.unsupported("a dictionary's key that is " + values[i].type_name());
    context_.insert(*dict, *values[i].text(), values[i + 1]);
  }
  return dict;
}

Value Interpreter::evaluate_access(const Expression& expression) {
  const Value object = evaluate(*expression.items[0]);
  if (expression.kind == ExpressionKind::kAttribute) {
    context_.line = expression.line;
    return attribute(context_, object, expression.name);
  }
  const Value index = evaluate(*expression.items[1]);
  context_.line = expression.line;
  return evaluate_index(object, index);
}

Value Interpreter::evaluate_index(const Value& object, const Value& index) {
  if (object.is_undefined()) {
    context_.invalid(fmt::format("it takes an element of {}, which is undefined", object.undefined()->what));
  }
  if (index.text() != nullptr) {
    if (object.dict() == nullptr) return Undefined{"\"" + *index.text() + "\""};
    context_.spend(object.dict()->entries.size());
    const Value* value = object.dict()->find(*index.text());
    return value == nullptr ? Value(Undefined{"\"" + *index.text() + "\""}) : *value;
  }
  const bool sequence = object.list() != nullptr || object.text() != nullptr;
  if (!sequence || index.integer() == nullptr) return Undefined{"an element of " + object.type_name()};
  const std::int64_t size = length(context_, object);
  const std::int64_t at = *index.integer() < 0 ? *index.integer() + size : *index.integer();
  if (at < 0 || at >= size) return Undefined{"element " + std::to_string(*index.integer())};
  if (object.list() != nullptr) return object.list()->items[static_cast<std::size_t>(at)];
  return elements(context_, object)[static_cast<std::size_t>(at)];
}

Value Interpreter::evaluate_slice(const Expression& expression) {
  const Value object = evaluate(*expression.items[0]);
  const auto bound = [&](std::size_t i) {
    Value value = expression.items[i] ? evaluate(*expression.items[i]) : Value(None{});
    if (!value.is_none()) integer_of(context_, value, "the bound of a slice");
    return value;
  };
  const Value from = bound(1);
  const Value to = bound(2);
  const Value by = bound(3);
  if (object.list() == nullptr && object.text() == nullptr)
    context_.invalid("it takes a slice of " + object.type_name());
  const std::vector<Value> items = elements(context_, object);
  const auto size = static_cast<std::int64_t>(items.size());
  const std::int64_t step = by.is_none() ? 1 : integer_of(context_, by, "a step");
  if (step == 0) context_.invalid("a slice has the step 0");
  const std::int64_t lowest = step > 0 ? 0 : -1;
  const auto clamp = [&](const Value& value, std::int64_t otherwise) {
    if (value.is_none()) return otherwise;
    const std::int64_t at = integer_of(context_, value, "a bound");
    return std::clamp(at < 0 ? at + size : at, lowest, lowest + size);
  };
  const std::int64_t end = clamp(to, step > 0 ? size : -1);
  std::vector<Value> chosen;
  for (std::int64_t i = clamp(from, step > 0 ? 0 : size - 1); step > 0 ? i < end : i > end;) {
    chosen.push_back(items[static_cast<std::size_t>(i)]);
    if (step > size || step < -size) break;
    i += step;
  }
  if (object.list() != nullptr) return context_.make_list(std::move(chosen));
  std::string text;
  for (const Value& character : chosen) text += *character.text();
  return text;
}

Value Interpreter::evaluate_compare(const Expression& expression) {
  Value left = evaluate(*expression.items[0]);
  for (std::size_t i = 0; i < expression.operators.size(); ++i) {
    Value right = evaluate(*expression.items[i + 1]);
    context_.line = expression.line;
    const std::string& operation = expression.operators[i];
    bool holds = false;
    if (operation == "==" || operation == "!=") {
      holds = equal(context_, left, right) == (operation == "==");
    } else if (operation == "in" || operation == "not in") {
      holds = contains(context_, right, left) == (operation == "in");
    } else if (operation == "<" || operation == ">=") {
      holds = less(context_, left, right) == (operation == "<");
    } else {
      holds = less(context_, right, left) == (operation == ">");
    }
    if (!holds) return false;
    left = std::move(right);
  }
  return true;
}

Value Interpreter::evaluate_sign(const Expression& expression) {
  const Value value = evaluate(*expression.items[0]);
  context_.line = expression.line;
  const std::string_view operation = expression.kind == ExpressionKind::kNegative ? "-" : "+";
  if (value.text() != nullptr || value.list() != nullptr) context_.invalid("it gives a sign to " + value.type_name());
  return apply_operator(context_, operation, Value(std::int64_t{0}), value);
}

// ---- Calls

Arguments Interpreter::evaluate_arguments(const Expression& expression) {
  Arguments arguments;
  for (const auto& argument : expression.arguments) arguments.positional.push_back(evaluate(*argument));
  for (const auto& [name, argument] : expression.named) arguments.named.emplace_back(name, evaluate(*argument));
  return arguments;
}

Value Interpreter::evaluate_call(const Expression& expression) {
  const Expression& callee = *expression.items[0];
  if (callee.kind == ExpressionKind::kAttribute) {
    const Value object = evaluate(*callee.items[0]);
    const Arguments arguments = evaluate_arguments(expression);
    context_.line = expression.line;
    if (is_method(object, callee.name)) return call_method(context_, object, callee.name, arguments);
    const Value function = attribute(context_, object, callee.name);
    if (function.function() == nullptr) {
      context_.unsupported(fmt::format("the method \"{:.40}\" of {}", callee.name, object.type_name()));
    }
    return call(*function.function(), arguments);
  }
  const Value function = evaluate(callee);
  const Arguments arguments = evaluate_arguments(expression);
  context_.line = expression.line;
  if (function.function() != nullptr) return call(*function.function(), arguments);
  const std::string name = callee.kind == ExpressionKind::kName ? "\"" + callee.name + "\"" : function.type_name();
  if (function.is_undefined()) context_.unsupported("the function " + name);
  context_.invalid("it calls " + name + ", which is no function");
}

Value Interpreter::call(const Function& function, const Arguments& arguments) {
  switch (function.kind) {
    case Function::Kind::kMacro:
      return call_macro(*function.macro, arguments);
    case Function::Kind::kRange:
      return make_range(arguments);
    case Function::Kind::kNamespace:
    case Function::Kind::kDict:
      return make_dict(arguments, function.kind == Function::Kind::kNamespace);
    case Function::Kind::kRaiseException: {
      const Value* message = arguments.find(0, "message");
      throw Error(ErrorCode::kInvalidArgument,
                  "The model's chat template refuses these messages: " +
                      (message == nullptr ? std::string("it says no more.") : to_text(*message).substr(0, 1000)));
    }
    case Function::Kind::kStrftimeNow:
      return local_time(arguments);
  }
  return Undefined{"a call"};
}

Value Interpreter::call_macro(const Statement& macro, const Arguments& arguments) {
  if (arguments.positional.size() > macro.names.size()) context_.unsupported("more arguments than a macro names");
  for (const auto& [name, value] : arguments.named) {
    if (std::find(macro.names.begin(), macro.names.end(), name) == macro.names.end()) {
      context_.unsupported(fmt::format("the macro's argument \"{:.40}\"", name));
    }
  }
  const std::size_t base = std::exchange(base_, scopes_.size());
  scopes_.emplace_back();
  const std::size_t required = macro.names.size() - macro.defaults.size();
  for (std::size_t i = 0; i < macro.names.size(); ++i) {
    const Value* given = arguments.find(i, macro.names[i]);
    Value value = Undefined{"\"" + macro.names[i] + "\""};
    if (given != nullptr) {
      value = *given;
    } else if (i >= required) {
      value = evaluate(*macro.defaults[i - required]);
    }
    scopes_.back()[macro.names[i]] = std::move(value);
  }
  std::string text = capture(macro.bodies[0]);
  scopes_.pop_back();
  base_ = base;
  return text;
}

Value Interpreter::make_range(const Arguments& arguments) {
  std::vector<std::int64_t> bounds;
  for (const Value& value : arguments.positional) bounds.push_back(integer_of(context_, value, "a bound of range()"));
  if (bounds.empty() || bounds.size() > 3) context_.invalid("range() takes one to three numbers");
  if (bounds.size() == 1) bounds.insert(bounds.begin(), 0);
  if (bounds.size() == 2) bounds.push_back(1);
  const std::int64_t step = bounds[2];
  if (step == 0) context_.invalid("range() has the step 0");
  std::vector<Value> numbers;
  for (std::int64_t i = bounds[0]; step > 0 ? i < bounds[1] : i > bounds[1];) {
    context_.spend(2 * sizeof(Value));
    numbers.emplace_back(i);
    if (__builtin_add_overflow(i, step, &i)) break;
  }
  return context_.make_list(std::move(numbers));
}

Value Interpreter::make_dict(const Arguments& arguments, bool is_namespace) {
  auto dict = std::make_shared<Dict>();
  dict->is_namespace = is_namespace;
  if (!arguments.positional.empty()) {
    const Value& first = arguments.positional[0];
    if (first.dict() == nullptr) context_.unsupported("dict() or namespace() of " + first.type_name());
    for (const auto& [key, value] : first.dict()->entries) context_.insert(*dict, key, value);
  }
  for (const auto& [name, value] : arguments.named) context_.insert(*dict, name, value);
  return dict;
}

Value Interpreter::local_time(const Arguments& arguments) {
  const Value* format = arguments.find(0, "format");
  const std::string pattern = format == nullptr ? std::string() : text_of(context_, *format, "a date's format");
  if (pattern.empty() || pattern.size() > 100) context_.unsupported("a date's format of such a length");
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  char text[4096];
  return std::string(text, std::strftime(text, sizeof text, pattern.c_str(), &parts));
}

}  // namespace lectern::text::jinja
