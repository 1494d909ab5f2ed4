#include "cli/list_output.h"

namespace gt {

namespace {

constexpr std::size_t items_at_once = 1000;

}  // namespace

void ListOutput::add(Json item) {
  items_.push_back(std::move(item));
  if (items_.size() == items_at_once) print_items();
}

void ListOutput::end() {
  if (!has_printed_) return console_.print(form_.text_of(std::exchange(items_, {})));
  if (!items_.empty()) print_items();
  if (form_.is("json")) console_.print("\n]\n");
}

// A list in JSON begins with a bracket and ends with one on a line of its own; one in YAML is no
// more than its items.
void ListOutput::print_items() {
  std::string text = form_.text_of(std::exchange(items_, {}));
  if (form_.is("json")) {
    constexpr std::string_view end = "\n]\n";
    text.resize(text.size() - end.size());
    if (has_printed_) text.front() = ',';
  }
  console_.print(text);
  has_printed_ = true;
}

}  // namespace gt
