#include "text/jinja_expression_parser.h"

#include <algorithm>
#include <charconv>

namespace lectern::text::jinja {

using Kind = Expression::Kind;

const Token& ExpressionParser::peek(std::size_t ahead) const {
  return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}

Token ExpressionParser::take() {
  Token token = peek();
  if (at_ + 1 < tokens_.size()) ++at_;
  return token;
}

bool ExpressionParser::at_operator(std::string_view text) const {
  return peek().kind == Token::Kind::kOperator && peek().text == text;
}

bool ExpressionParser::at_name(std::string_view text) const {
  return peek().kind == Token::Kind::kName && peek().text == text;
}

bool ExpressionParser::take_operator(std::string_view text) {
  const bool there = at_operator(text);
  if (there) take();
  return there;
}

bool ExpressionParser::take_name(std::string_view text) {
  const bool there = at_name(text);
  if (there) take();
  return there;
}

void ExpressionParser::expect_operator(std::string_view text) {
  if (!take_operator(text)) unexpected();
}

std::string ExpressionParser::expect_name() {
  if (peek().kind != Token::Kind::kName) unexpected();
  return take().text;
}

void ExpressionParser::unsupported(std::string_view what) const {
  Context context;
  context.line = peek().line;
  context.unsupported(what);
}

void ExpressionParser::unexpected() const {
  const bool end = peek().text.empty();
  unsupported("a syntax with " + (end ? std::string("an end") : "\"" + peek().text.substr(0, 40) + "\"") + " here");
}

ExpressionPointer ExpressionParser::make(Kind kind, ExpressionPointer first, ExpressionPointer second) {
  auto expression = std::make_unique<Expression>();
  expression->kind = kind;
  expression->line = peek().line;
  if (first) expression->items.push_back(std::move(first));
  if (second) expression->items.push_back(std::move(second));
  return finish(std::move(expression));
}

// Sets the depth once the children are there.
ExpressionPointer ExpressionParser::finish(ExpressionPointer expression) const {
  const auto include = [&](const ExpressionPointer& child) {
    if (child) expression->depth = std::max(expression->depth, child->depth + 1);
  };
  for (const auto& item : expression->items) include(item);
  for (const auto& argument : expression->arguments) include(argument);
  for (const auto& argument : expression->named) include(argument.second);
  if (expression->depth > kMaxDepth) unsupported("an expression longer than any real template's");
  return expression;
}

ExpressionPointer ExpressionParser::parse_expression_or_tuple() {
  ExpressionPointer first = parse_expression();
  if (!at_operator(",")) return first;
  ExpressionPointer tuple = make(Kind::kList, std::move(first));
  tuple->name = "()";
  while (take_operator(",")) {
    if (peek().kind == Token::Kind::kEndBlock || peek().kind == Token::Kind::kEndOutput) break;
    tuple->items.push_back(parse_expression());
  }
  return finish(std::move(tuple));
}

ExpressionPointer ExpressionParser::parse_expression() {
  const Nesting nesting(*this);
  ExpressionPointer value = parse_or();
  while (take_name("if")) {
    ExpressionPointer condition = parse_or();
    ExpressionPointer otherwise = take_name("else") ? parse_expression() : nullptr;
    value = make(Kind::kConditional, std::move(value), std::move(condition));
    value->items.push_back(std::move(otherwise));
    value = finish(std::move(value));
  }
  return value;
}

ExpressionPointer ExpressionParser::parse_or() {
  ExpressionPointer left = parse_and();
  while (take_name("or")) left = make(Kind::kOr, std::move(left), parse_and());
  return left;
}

ExpressionPointer ExpressionParser::parse_and() {
  ExpressionPointer left = parse_not();
  while (take_name("and")) left = make(Kind::kAnd, std::move(left), parse_not());
  return left;
}

ExpressionPointer ExpressionParser::parse_not() {
  if (!take_name("not")) return parse_compare();
  const Nesting nesting(*this);
  return make(Kind::kNot, parse_not());
}

ExpressionPointer ExpressionParser::parse_compare() {
  ExpressionPointer first = parse_sum();
  ExpressionPointer chain;
  for (;;) {
    std::string operation;
    if (at_name("in")) {
      operation = take().text;
    } else if (at_name("not") && peek(1).kind == Token::Kind::kName && peek(1).text == "in") {
      take();
      take();
      operation = "not in";
    } else {
      for (const std::string_view text : {"==", "!=", "<=", ">=", "<", ">"}) {
        if (operation.empty() && take_operator(text)) operation = text;
      }
    }
    if (operation.empty()) break;
    if (!chain) chain = make(Kind::kCompare, std::move(first));
    chain->operators.push_back(std::move(operation));
    chain->items.push_back(parse_sum());
  }
  return chain ? finish(std::move(chain)) : std::move(first);
}

ExpressionPointer ExpressionParser::parse_left_to_right(Part part, std::initializer_list<std::string_view> operators) {
  ExpressionPointer left = (this->*part)();
  for (;;) {
    const bool found = peek().kind == Token::Kind::kOperator &&
                       std::find(operators.begin(), operators.end(), peek().text) != operators.end();
    if (!found) return left;
    std::string operation = take().text;
    ExpressionPointer right = (this->*part)();
    left = make(Kind::kBinary, std::move(left), std::move(right));
    left->name = std::move(operation);
  }
}

ExpressionPointer ExpressionParser::parse_sum() {
  return parse_left_to_right(&ExpressionParser::parse_concatenation, {"+", "-"});
}

ExpressionPointer ExpressionParser::parse_concatenation() {
  return parse_left_to_right(&ExpressionParser::parse_product, {"~"});
}

ExpressionPointer ExpressionParser::parse_product() {
  return parse_left_to_right(&ExpressionParser::parse_unary, {"*", "/", "//", "%"});
}

ExpressionPointer ExpressionParser::parse_unary() {
  const Nesting nesting(*this);
  if (take_operator("-")) return parse_filters_and_tests(make(Kind::kNegative, parse_unary()));
  if (take_operator("+")) return parse_filters_and_tests(make(Kind::kPositive, parse_unary()));
  return parse_filters_and_tests(parse_power());
}

ExpressionPointer ExpressionParser::parse_power() {
  ExpressionPointer left = parse_postfix(parse_primary());
  while (take_operator("**")) {
    left = make(Kind::kBinary, std::move(left), parse_unary());
    left->name = "**";
  }
  return left;
}

ExpressionPointer ExpressionParser::parse_primary() {
  const Token token = take();
  ExpressionPointer constant;
  switch (token.kind) {
    case Token::Kind::kName:
      return parse_name(token);
    case Token::Kind::kString: {
      std::string text = token.text;
      while (peek().kind == Token::Kind::kString) text += take().text;
      constant = make(Kind::kConstant);
      constant->constant = Value(std::move(text));
      return constant;
    }
    case Token::Kind::kInteger: {
      std::int64_t number = 0;
      const auto result = std::from_chars(token.text.data(), token.text.data() + token.text.size(), number);
      if (result.ec != std::errc()) unsupported("the number " + token.text.substr(0, 40));
      constant = make(Kind::kConstant);
      constant->constant = Value(number);
      return constant;
    }
    case Token::Kind::kReal: {
      double number = 0;
      const auto result = std::from_chars(token.text.data(), token.text.data() + token.text.size(), number);
      if (result.ec != std::errc()) unsupported("the number " + token.text.substr(0, 40));
      constant = make(Kind::kConstant);
      constant->constant = Value(number);
      return constant;
    }
    case Token::Kind::kOperator:
      if (token.text == "(") return parse_parenthesis();
      if (token.text == "[") return parse_list();
      if (token.text == "{") return parse_dict();
      break;
    default:
      break;
  }
  unsupported("an expression that begins with " + (token.text.empty() ? "an end" : "\"" + token.text + "\""));
}

ExpressionPointer ExpressionParser::parse_name(const Token& token) {
  ExpressionPointer expression = make(Kind::kConstant);
  if (token.text == "true" || token.text == "True") {
    expression->constant = Value(true);
  } else if (token.text == "false" || token.text == "False") {
    expression->constant = Value(false);
  } else if (token.text == "none" || token.text == "None") {
    expression->constant = Value(None{});
  } else {
    expression->kind = Kind::kName;
    expression->name = token.text;
  }
  return expression;
}

ExpressionPointer ExpressionParser::parse_parenthesis() {
  if (take_operator(")")) {
    ExpressionPointer empty = make(Kind::kList);
    empty->name = "()";
    return empty;
  }
  ExpressionPointer first = parse_expression();
  if (take_operator(")")) return first;
  ExpressionPointer tuple = make(Kind::kList, std::move(first));
  tuple->name = "()";
  while (!take_operator(")")) {
    expect_operator(",");
    if (!at_operator(")")) tuple->items.push_back(parse_expression());
  }
  return finish(std::move(tuple));
}

ExpressionPointer ExpressionParser::parse_list() {
  ExpressionPointer list = make(Kind::kList);
  while (!take_operator("]")) {
    if (!list->items.empty()) expect_operator(",");
    if (!at_operator("]")) list->items.push_back(parse_expression());
  }
  return finish(std::move(list));
}

ExpressionPointer ExpressionParser::parse_dict() {
  ExpressionPointer dict = make(Kind::kDict);
  while (!take_operator("}")) {
    if (!dict->items.empty()) expect_operator(",");
    if (at_operator("}")) continue;
    dict->items.push_back(parse_expression());
    expect_operator(":");
    dict->items.push_back(parse_expression());
  }
  return finish(std::move(dict));
}

ExpressionPointer ExpressionParser::parse_postfix(ExpressionPointer expression) {
  for (;;) {
    if (take_operator(".")) {
      if (peek().kind == Token::Kind::kInteger) unsupported("an attribute that is a number");
      expression = make(Kind::kAttribute, std::move(expression));
      expression->name = expect_name();
    } else if (take_operator("[")) {
      expression = parse_subscript(std::move(expression));
    } else if (take_operator("(")) {
      expression = make(Kind::kCall, std::move(expression));
      parse_arguments(*expression);
      expression = finish(std::move(expression));
    } else {
      return expression;
    }
  }
}

ExpressionPointer ExpressionParser::parse_filters_and_tests(ExpressionPointer expression) {
  for (;;) {
    if (take_operator("|")) {
      expression = make(Kind::kFilter, std::move(expression));
      expression->name = expect_name();
      if (take_operator("(")) parse_arguments(*expression);
      expression = finish(std::move(expression));
    } else if (take_name("is")) {
      expression = parse_test(std::move(expression));
    } else if (at_operator("(") || at_operator("[") || at_operator(".")) {
      ExpressionPointer next = parse_postfix(std::move(expression));
      expression = std::move(next);
    } else {
      return expression;
    }
  }
}

ExpressionPointer ExpressionParser::parse_subscript(ExpressionPointer object) {
  std::vector<ExpressionPointer> parts;
  bool slice = false;
  for (int part = 0; part < 3; ++part) {
    parts.push_back(at_operator(":") || at_operator("]") ? nullptr : parse_expression());
    if (!take_operator(":")) break;
    slice = true;
  }
  expect_operator("]");
  if (!slice) {
    if (!parts[0]) unexpected();
    return make(Kind::kIndex, std::move(object), std::move(parts[0]));
  }
  ExpressionPointer expression = make(Kind::kSlice, std::move(object));
  parts.resize(3);
  for (auto& part : parts) expression->items.push_back(std::move(part));
  return finish(std::move(expression));
}

ExpressionPointer ExpressionParser::parse_test(ExpressionPointer input) {
  const bool negated = take_name("not");
  ExpressionPointer test = make(Kind::kTest, std::move(input));
  test->name = expect_name();
  if (take_operator("(")) {
    parse_arguments(*test);
  } else {
    // "x is divisibleby 3": one argument without parentheses.
    const Token& next = peek();
    const bool word = next.kind == Token::Kind::kName && next.text != "else" && next.text != "or" &&
                      next.text != "and" && next.text != "if" && next.text != "is" && next.text != "in" &&
                      next.text != "not";
    const bool literal = next.kind == Token::Kind::kString || next.kind == Token::Kind::kInteger ||
                         next.kind == Token::Kind::kReal || at_operator("[") || at_operator("{");
    if (word || literal) {
      const Nesting nesting(*this);
      test->arguments.push_back(parse_postfix(parse_primary()));
    }
  }
  test = finish(std::move(test));
  return negated ? make(Kind::kNot, std::move(test)) : std::move(test);
}

void ExpressionParser::parse_arguments(Expression& call) {
  bool first = true;
  while (!take_operator(")")) {
    if (!first) expect_operator(",");
    first = false;
    if (at_operator(")")) continue;
    if (at_operator("*") || at_operator("**")) unsupported("unpacked arguments (*)");
    const bool named =
        peek().kind == Token::Kind::kName && peek(1).kind == Token::Kind::kOperator && peek(1).text == "=";
    if (named) {
      std::string name = take().text;
      take();
      call.named.emplace_back(std::move(name), parse_expression());
    } else {
      call.arguments.push_back(parse_expression());
    }
  }
}

}  // namespace lectern::text::jinja
