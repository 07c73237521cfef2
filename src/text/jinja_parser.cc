#include "text/jinja_parser.h"

#include <algorithm>

#include "text/jinja_expression_parser.h"

namespace lectern::text::jinja {
namespace {

using Kind = Statement::Kind;
using Names = std::vector<std::string_view>;

class Parser {
 public:
  explicit Parser(std::string_view source) : in_(tokenize(source)) {}

  Block run() { return parse_block({}); }

 private:
  // Up to a block tag that begins with one of `ends`, whose name is left to read.
  Block parse_block(const Names& ends) {
    const ExpressionParser::Nesting nesting(in_);
    Block block;
    for (;;) {
      const Token& token = in_.peek();
      if (token.kind == Token::Kind::kEnd) {
        if (!ends.empty()) in_.unsupported("a block without its \"" + std::string(ends.back()) + "\"");
        return block;
      }
      if (token.kind == Token::Kind::kBeginBlock) {
        in_.take();
        const std::string name = in_.peek().text;
        if (std::find(ends.begin(), ends.end(), name) != ends.end()) return block;
        block.push_back(parse_statement());
      } else if (token.kind == Token::Kind::kText) {
        block.push_back(make(Kind::kText));
        block.back()->text = in_.take().text;
      } else if (token.kind == Token::Kind::kBeginOutput) {
        in_.take();
        block.push_back(make(Kind::kOutput));
        block.back()->expression = in_.parse_expression_or_tuple();
        expect(Token::Kind::kEndOutput);
      } else {
        in_.unexpected();
      }
    }
  }

  std::unique_ptr<Statement> make(Kind kind) const {
    auto statement = std::make_unique<Statement>();
    statement->kind = kind;
    statement->line = in_.peek().line;
    return statement;
  }

  void expect(Token::Kind kind) {
    if (in_.peek().kind != kind) in_.unexpected();
    in_.take();
  }
  void end_block(std::string_view name) {
    if (!in_.take_name(name)) in_.unexpected();
    expect(Token::Kind::kEndBlock);
  }

  std::unique_ptr<Statement> parse_statement() {
    auto statement = make(Kind::kBreak);
    const std::string name = in_.expect_name();
    if (name == "if") {
      parse_if(*statement);
    } else if (name == "for") {
      parse_for(*statement);
    } else if (name == "set") {
      parse_set(*statement);
    } else if (name == "macro") {
      parse_macro(*statement);
    } else if (name == "generation") {
      statement->kind = Kind::kGroup;
      expect(Token::Kind::kEndBlock);
      statement->bodies.push_back(parse_block({"endgeneration"}));
      end_block("endgeneration");
    } else if (name == "break" || name == "continue") {
      statement->kind = name == "break" ? Kind::kBreak : Kind::kContinue;
      if (loops_ == 0) in_.unsupported("a \"" + name + "\" outside a loop");
      expect(Token::Kind::kEndBlock);
    } else {
      in_.unsupported("the tag \"" + name.substr(0, 40) + "\"");
    }
    return statement;
  }

  void parse_if(Statement& statement) {
    statement.kind = Kind::kIf;
    do {
      statement.conditions.push_back(in_.parse_expression_or_tuple());
      expect(Token::Kind::kEndBlock);
      statement.bodies.push_back(parse_block({"elif", "else", "endif"}));
    } while (in_.take_name("elif"));
    if (in_.take_name("else")) {
      expect(Token::Kind::kEndBlock);
      statement.bodies.push_back(parse_block({"endif"}));
    }
    end_block("endif");
  }

  std::vector<std::string> parse_targets() {
    std::vector<std::string> names;
    const bool parenthesis = in_.take_operator("(");
    do {
      names.push_back(in_.expect_name());
    } while (in_.take_operator(","));
    if (parenthesis) in_.expect_operator(")");
    return names;
  }

  void parse_for(Statement& statement) {
    statement.kind = Kind::kFor;
    statement.names = parse_targets();
    if (!in_.take_name("in")) in_.unexpected();
    statement.expression = in_.parse_or();
    if (in_.take_name("if")) statement.conditions.push_back(in_.parse_expression());
    if (in_.at_name("recursive")) in_.unsupported("a recursive loop");
    expect(Token::Kind::kEndBlock);
    ++loops_;
    statement.bodies.push_back(parse_block({"else", "endfor"}));
    --loops_;
    if (in_.take_name("else")) {
      expect(Token::Kind::kEndBlock);
      statement.bodies.push_back(parse_block({"endfor"}));
    }
    end_block("endfor");
  }

  void parse_set(Statement& statement) {
    statement.kind = Kind::kSet;
    statement.names = parse_targets();
    if (statement.names.size() == 1 && in_.take_operator(".")) statement.attribute = in_.expect_name();
    if (in_.take_operator("=")) {
      statement.expression = in_.parse_expression_or_tuple();
      expect(Token::Kind::kEndBlock);
      return;
    }
    if (statement.names.size() != 1 || !statement.attribute.empty()) in_.unexpected();
    statement.kind = Kind::kSetBlock;
    expect(Token::Kind::kEndBlock);
    const int loops = std::exchange(loops_, 0);
    statement.bodies.push_back(parse_block({"endset"}));
    loops_ = loops;
    end_block("endset");
  }

  void parse_macro(Statement& statement) {
    statement.kind = Kind::kMacro;
    statement.text = in_.expect_name();
    in_.expect_operator("(");
    while (!in_.take_operator(")")) {
      if (!statement.names.empty()) in_.expect_operator(",");
      statement.names.push_back(in_.expect_name());
      if (in_.take_operator("=")) {
        statement.defaults.push_back(in_.parse_expression());
      } else if (!statement.defaults.empty()) {
        in_.unexpected();
      }
    }
    expect(Token::Kind::kEndBlock);
    const int loops = std::exchange(loops_, 0);
    statement.bodies.push_back(parse_block({"endmacro"}));
    loops_ = loops;
    end_block("endmacro");
  }

  ExpressionParser in_;
  int loops_ = 0;
};

}  // namespace

Block parse(std::string_view source) { return Parser(source).run(); }

}  // namespace lectern::text::jinja
