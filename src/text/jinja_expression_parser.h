// Expressions of Jinja, by recursive descent.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "text/jinja_ast.h"
#include "text/jinja_context.h"
#include "text/jinja_lexer.h"

namespace lectern::text::jinja {

class ExpressionParser {
 public:
  explicit ExpressionParser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  ExpressionPointer parse_expression();           // with "x if y else z"
  ExpressionPointer parse_expression_or_tuple();  // also "a, b"
  ExpressionPointer parse_or();                   // without the conditional

  const Token& peek(std::size_t ahead = 0) const;
  Token take();
  bool at_operator(std::string_view text) const;
  bool at_name(std::string_view text) const;
  bool take_operator(std::string_view text);  // if it is there
  bool take_name(std::string_view text);
  void expect_operator(std::string_view text);
  std::string expect_name();
  [[noreturn]] void unsupported(std::string_view what) const;
  [[noreturn]] void unexpected() const;

  /// Guards recursion: hold it while parsing what may hold itself.
  class Nesting {
   public:
    explicit Nesting(ExpressionParser& parser) : parser_(parser) {
      if (++parser_.nesting_ > kMaxNesting) parser_.unsupported("nesting deeper than any real template's");
    }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    ~Nesting() { --parser_.nesting_; }

   private:
    ExpressionParser& parser_;
  };

 private:
  static constexpr int kMaxNesting = 50;
  static constexpr int kMaxDepth = 150;  // of an expression's tree, so that walking it has a bound

  using Part = ExpressionPointer (ExpressionParser::*)();
  ExpressionPointer make(Expression::Kind kind, ExpressionPointer first = nullptr, ExpressionPointer second = nullptr);
  ExpressionPointer finish(ExpressionPointer expression) const;
  ExpressionPointer parse_left_to_right(Part part, std::initializer_list<std::string_view> operators);
  ExpressionPointer parse_and();
  ExpressionPointer parse_not();
  ExpressionPointer parse_compare();
  ExpressionPointer parse_sum();
  ExpressionPointer parse_concatenation();
  ExpressionPointer parse_product();
  ExpressionPointer parse_unary();
  ExpressionPointer parse_power();
  ExpressionPointer parse_primary();
  ExpressionPointer parse_name(const Token& token);
  ExpressionPointer parse_parenthesis();
  ExpressionPointer parse_list();
  ExpressionPointer parse_dict();
  ExpressionPointer parse_postfix(ExpressionPointer expression);
  ExpressionPointer parse_filters_and_tests(ExpressionPointer expression);
  ExpressionPointer parse_subscript(ExpressionPointer object);
  ExpressionPointer parse_test(ExpressionPointer input);
  void parse_arguments(Expression& call);

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int nesting_ = 0;
};

}  // namespace lectern::text::jinja
