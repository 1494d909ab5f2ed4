/// In which form a command prints its data: `-o` and `--json` of every command.
///
/// A command makes one JSON value, and a table for people; all other forms follow from the value.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace gt {

/// Of a command's data.
struct DataShape {
  const char* text;  ///< the JSON's members, for --help
  /// Where in it the names are that `-o name` prints, as "tasks[].path" or "[].name"; empty if
  /// there are none.
  const char* names = "";
  /// Further forms, which the command prints itself.
  std::span<const char* const> drawings = {};
  /// The table is a text for other programs; only -o makes another form of it.
  bool is_for_programs = false;
};

/// What was chosen. Threads: any.
class OutputForm {
 public:
  static constexpr const char* table = "table";

  explicit OutputForm(DataShape shape = {.text = ""}) : shape_(shape) {}

  std::vector<std::string> forms() const;
  /// "table, json, yaml or name".
  std::string forms_text() const;
  /// Errc::invalid for a form that there is not, with a suggestion.
  Result<void> choose(const std::string& form);

  /// Whether the setting `output` counts for it.
  bool heeds_setting() const { return !shape_.is_for_programs; }
  /// For people: the command prints it.
  bool is_table() const { return form_ == table; }
  /// One of `drawings`, or any other form.
  bool is(std::string_view form) const { return form_ == form; }
  /// Data in one of the forms for programs, whole lines.
  std::string text_of(const Json& data) const;

 private:
  DataShape shape_;
  std::string form_ = table;
};

}  // namespace gt
