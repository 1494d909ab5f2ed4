/// A list of data that is too long to be kept: printed while it is made.
#pragma once

#include "base/json.h"
#include "cli/console.h"
#include "cli/output_form.h"

namespace gt {

/// Prints what OutputForm::text_of() makes of the whole list. For forms without names. Threads:
/// one.
class ListOutput {
 public:
  ListOutput(Console& console, const OutputForm& form) : console_(console), form_(form) {}

  void add(Json item);
  /// After the last item.
  void end();

 private:
  void print_items();

  Console& console_;
  const OutputForm& form_;
  JsonList items_;
  bool has_printed_ = false;
};

}  // namespace gt
