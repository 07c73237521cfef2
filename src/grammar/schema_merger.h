// Several schemas that hold at once, as one: allOf, and what stands beside anyOf, oneOf and $ref.
#pragma once

#include <string>
#include <vector>

#include "grammar/effort.h"
#include "grammar/schema_text.h"

namespace lectern::grammar {

/// Each of these throws Error kInvalidArgument, which names `where`, for values of a wrong type, and where all that was
/// merged so far takes more than an Effort.
class SchemaMerger {
 public:
  /// Both must outlive it.
  SchemaMerger(const Schema& root, Effort& effort) : root_(root), effort_(effort) {}

  /// One schema that asks for what `schema` and each of its allOf ask for. Refuses where two of them ask for different
  /// things.
  Schema all_of(const Schema& schema, const std::string& where, int depth = 0);

  /// What fits both.
  Schema both(const Schema& schema, const Schema& other, const std::string& where);

  /// Refuses where `schema` beside each of so many others would be too much.
  void check_effort(const Schema& schema, std::size_t count, const std::string& where) const;

  /// Whether no value fits both: other types, other constants, or a required member with other constants.
  bool exclude_one_another(const Schema& a, const Schema& b, const std::string& where);

 private:
  void spend(std::size_t steps, const std::string& where);
  void merge(Schema& into, const Schema& from, const std::string& where);
  void merge_properties(Schema& into, const Schema& from, const std::string& where);
  void merge_required(Schema& into, const Schema& from, const std::string& where);
  const Schema& behind_references(const Schema& schema, const std::string& where);
  const Schema* member(const Schema& object, const std::string& name, const std::string& where);
  bool requires_member(const Schema& schema, const std::string& name, const std::string& where);
  bool keeps_out(const Schema& a, const Schema& b, const std::string& where);
  bool wants_another(const Schema& one, const Schema& other, const std::string& where);
  bool disjoint(const std::vector<Schema>& a, const std::vector<Schema>& b, const std::string& where);

  const Schema& root_;
  Effort& effort_;
};

}  // namespace lectern::grammar
