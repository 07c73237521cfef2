// A template as a tree.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "text/jinja_value.h"

namespace lectern::text::jinja {

struct Expression;
using ExpressionPointer = std::unique_ptr<Expression>;

struct Expression {
  enum class Kind {
    kConstant,     // constant
    kName,         // name
    kList,         // items; name "()" for a tuple
    kDict,         // items: key, value, key, value, …
    kAttribute,    // items[0].name
    kIndex,        // items[0][items[1]]
    kSlice,        // items[0][items[1]:items[2]:items[3]], each of the three may be null
    kCall,         // items[0](arguments)
    kFilter,       // items[0] | name(arguments)
    kTest,         // items[0] is name(arguments)
    kNot,          // not items[0]
    kNegative,     // -items[0]
    kPositive,     // +items[0]
    kBinary,       // items[0] name items[1]
    kAnd,          // items[0] and items[1]
    kOr,           // items[0] or items[1]
    kCompare,      // items[0] operators[0] items[1] operators[1] items[2] …
    kConditional,  // items[0] if items[1] else items[2], which may be null
  };
  Kind kind = Kind::kConstant;
  int line = 1;
  int depth = 1;  // of the tree below
  std::string name;
  Value constant;
  std::vector<ExpressionPointer> items;
  std::vector<std::string> operators;
  std::vector<ExpressionPointer> arguments;
  std::vector<std::pair<std::string, ExpressionPointer>> named;
};

struct Statement;
using Block = std::vector<std::unique_ptr<Statement>>;

struct Statement {
  enum class Kind {
    kText,      // text
    kOutput,    // expression
    kIf,        // conditions[i] then bodies[i]; one more body is the else
    kFor,       // names in expression, only where conditions[0] holds; bodies[0], else bodies[1]
    kSet,       // names = expression; with `attribute`, names[0].attribute = expression
    kSetBlock,  // names[0] = what bodies[0] prints
    kMacro,     // text(names), defaults for the last of them; bodies[0]
    kBreak,
    kContinue,
    kGroup,  // bodies[0]: {% generation %}
  };
  Kind kind = Kind::kText;
  int line = 1;
  std::string text;
  std::string attribute;
  std::vector<std::string> names;
  ExpressionPointer expression;
  std::vector<ExpressionPointer> conditions;
  std::vector<ExpressionPointer> defaults;
  std::vector<Block> bodies;
};

}  // namespace lectern::text::jinja
