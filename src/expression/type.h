/// What can be known about an expression's type before anything runs, so that a wrong one is a
/// problem of the file and not of a step at three in the morning.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/problem.h"
#include "expression/context.h"
#include "expression/expression.h"
#include "expression/template.h"

namespace gt {

/// A static type. `any` fits everywhere and is checked when values are there; an integer fits where
/// a number is wanted. Null is no part of the other types: a place that may be null at run time has
/// the type of what else it holds.
class Type {
 public:
  enum class Kind { any, null, boolean, integer, number, string, artifact, secret, list, object };
  using Field = std::pair<std::string, Type>;

  Type() = default;
  Type(Kind kind) : kind_(kind) {}
  static Type list_of(Type item);
  /// Exactly these fields.
  static Type object_of(std::vector<Field> fields);
  /// An object of which no field is known.
  static Type any_object() { return Type(Kind::object); }
  static Type of(const Value& value);
  /// What values of either type have in common.
  static Type common(const Type& left, const Type& right);

  Kind kind() const { return kind_; }
  /// Of a list; any for others.
  const Type& item() const;
  /// Of an object; nullptr if they are not known, or the type is no object.
  const std::vector<Field>* fields() const { return fields_.get(); }

  /// "integer", "list of string", "object".
  std::string to_text() const;
  /// Whether a value of this type can stand where `wanted` is wanted; true where it depends.
  bool fits(const Type& wanted) const;
  bool operator==(const Type& other) const;

 private:
  Kind kind_ = Kind::any;
  // Shared because types are immutable and handed around by value.
  std::shared_ptr<const Type> item_;
  std::shared_ptr<const std::vector<Field>> fields_;
};

/// The types of what a Context will hold; see there for find() and names().
class TypeContext {
 public:
  using Found = std::variant<Missing, Scope, Type>;

  virtual ~TypeContext() = default;
  virtual Found find(NamePath path) const = 0;
  virtual std::vector<std::string> names(NamePath scope) const = 0;
  /// Whether success(), failure(), always() and cancelled() may stand here.
  virtual bool has_status_functions() const { return false; }
};

/// Appends what is wrong for certain; the type is `any` where nothing can be known.
Type infer(const Expression& expression, const TypeContext& context, Problems& problems);
/// A single expression's type; else string (or secret), and each part must have a text form.
Type infer(const Template& text, const TypeContext& context, Problems& problems);
/// As Template::words: each part must have a text form, or stand alone and be a list of such.
void check_words(const Template& text, const TypeContext& context, Problems& problems);

}  // namespace gt
