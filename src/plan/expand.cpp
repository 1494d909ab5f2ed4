#include "plan/expand.h"

#include "plan/plan.h"

namespace gt {

namespace {

Result<ValueList> axis_values(const MatrixAxis& axis, const Context& context) {
  if (axis.is_listed) {
    ValueList values;
    for (const Template& listed : axis.listed_values)
      values.push_back(TRY(listed.evaluate(context).context("matrix {}", axis.name)));
    return values;
  }
  Value value = TRY(axis.values.evaluate(context).context("matrix {}", axis.name));
  if (const Unknown* unknown = value.unknown()) return error(Errc::unavailable, "{}", unknown->why);
  if (const ValueList* list = value.list()) return *list;
  return error(Errc::invalid, "matrix {}: wants a list, got {}", axis.name, type_name(value));
}

}  // namespace

Result<std::vector<MatrixItem>> expand(const Matrix& matrix, const Context& context) {
  std::vector<ValueList> axes;
  std::size_t count = 1;
  for (const MatrixAxis& axis : matrix.axes) {
    axes.push_back(TRY(axis_values(axis, context)));
    for (const Value& value : axes.back())
      if (const Unknown* unknown = find_unknown(value))
        return error(Errc::unavailable, "{}", unknown->why);
    // Both factors are at most the limit, so the product cannot overflow.
    if (axes.back().size() > matrix_items_max || count * axes.back().size() > matrix_items_max)
      return error(Errc::exhausted, "the matrix has more than {} items (limit matrix_items_max)",
                   matrix_items_max);
    count *= axes.back().size();
  }
  std::vector<MatrixItem> items(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t repeat = count;
    for (const ValueList& values : axes) {
      repeat /= values.size();
      items[i].push_back(values[i / repeat % values.size()]);
    }
  }
  return items;
}

}  // namespace gt
