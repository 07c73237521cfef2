// Running a template.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "text/jinja_ast.h"
#include "text/jinja_context.h"

namespace lectern::text::jinja {

using Scope = std::unordered_map<std::string, Value>;

/// One rendering. Throws Error kUnsupported (a construct outside the subset; a runaway template, stopped),
/// kInvalidArgument (raise_exception, operations that Python refuses).
class Interpreter {
 public:
  explicit Interpreter(Scope globals);

  std::string render(const Block& block);

 private:
  enum class Flow { kOn, kBreak, kContinue };

  Flow run(const Block& block);
  Flow run(const Statement& statement);
  void print(const Value& value);
  Flow run_if(const Statement& statement);
  Flow run_for(const Statement& statement);
  Flow run_for_items(const Statement& statement, const std::vector<Value>& items);
  void run_set(const Statement& statement);
  std::string capture(const Block& block);
  void assign(const std::vector<std::string>& names, const Value& value);
  Value* find(const std::string& name);

  Value evaluate(const Expression& expression);
  Value evaluate_logic(const Expression& expression);
  Value evaluate_collection(const Expression& expression);
  Value evaluate_access(const Expression& expression);
  Value evaluate_index(const Value& object, const Value& index);
  Value evaluate_slice(const Expression& expression);
  Value evaluate_compare(const Expression& expression);
  Value evaluate_call(const Expression& expression);
  Value evaluate_sign(const Expression& expression);
  Arguments evaluate_arguments(const Expression& expression);
  Value call(const Function& function, const Arguments& arguments);
  Value call_macro(const Statement& macro, const Arguments& arguments);
  Value make_range(const Arguments& arguments);
  Value make_dict(const Arguments& arguments, bool is_namespace);
  Value local_time(const Arguments& arguments);

  Context context_;
  std::vector<Scope> scopes_;  // [0] is the template's own; a macro sees it and those from `base_` on
  std::size_t base_ = 1;
  std::string output_;
};

/// `left operation right` of + - * / // % ** ~.
Value apply_operator(Context& context, std::string_view operation, const Value& left, const Value& right);

}  // namespace lectern::text::jinja
