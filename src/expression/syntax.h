/// The parsed form of an expression, for this module only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/problem.h"
#include "expression/value.h"

namespace gt {

struct SyntaxNode;
using SyntaxPtr = std::unique_ptr<const SyntaxNode>;
struct Function;

enum class UnaryOperator { negate, invert };

/// In groups of one precedence, weakest first.
enum class BinaryOperator {
  either,
  both,
  equal,
  unequal,
  less,
  less_or_equal,
  greater,
  greater_or_equal,
  in,
  add,
  subtract,
  multiply,
  divide,
  divide_floor,
  modulo,
};

const char* to_text(UnaryOperator symbol);
const char* to_text(BinaryOperator symbol);
/// Greater binds tighter; ?: is 0, a prefix 6, a suffix 7.
int precedence(BinaryOperator symbol);

struct LiteralForm {
  Value value;  ///< null, boolean, integer, number or string
};
/// The first name of a path: `params`.
struct RootForm {
  std::string name;
};
/// `object.name`, and `object["name"]`, which is the same.
struct MemberForm {
  SyntaxPtr object;
  std::string name;
};
struct IndexForm {
  SyntaxPtr object;
  SyntaxPtr index;
};
struct CallForm {
  const Function* function;
  std::vector<SyntaxPtr> arguments;
};
struct UnaryForm {
  UnaryOperator symbol;
  SyntaxPtr operand;
};
struct BinaryForm {
  BinaryOperator symbol;
  SyntaxPtr left;
  SyntaxPtr right;
};
struct ConditionalForm {
  SyntaxPtr condition;
  SyntaxPtr if_true;
  SyntaxPtr if_false;
};
struct ListForm {
  std::vector<SyntaxPtr> items;
};
struct ObjectForm {
  std::vector<std::pair<std::string, SyntaxPtr>> members;  ///< keys are unique
};

struct SyntaxNode {
  using Form = std::variant<LiteralForm, RootForm, MemberForm, IndexForm, CallForm, UnaryForm,
                            BinaryForm, ConditionalForm, ListForm, ObjectForm>;

  Position position;         ///< where its text starts
  std::uint32_t height = 1;  ///< of the tree below; bounds every recursion over it
  Form form;
};

/// A node over its children, with its height.
SyntaxPtr make_node(Position position, SyntaxNode::Form form);

/// A name that can be written bare: letters, digits and _, not starting with a digit; also with -
/// in the middle, as step names have it.
bool is_bare_name(std::string_view text);

/// In canonical spelling: the fewest brackets, one blank around operators.
std::string print(const SyntaxNode& node);

/// Equal but for positions.
bool is_equal(const SyntaxNode& left, const SyntaxNode& right);

}  // namespace gt
