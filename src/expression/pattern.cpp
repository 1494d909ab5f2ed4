#include "expression/pattern.h"

#include <re2/re2.h>

#include "base/text.h"

namespace gt {

struct Pattern::Machine {
  explicit Machine(std::string_view text)
      : expression(re2::StringPiece(text.data(), text.size()), options()) {}

  static re2::RE2::Options options() {
    constexpr std::int64_t memory_bytes_max = 8 << 20;
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_max_mem(memory_bytes_max);
    return options;
  }

  re2::RE2 expression;
};

Result<Pattern> Pattern::compile(std::string_view text) {
  auto machine = std::make_shared<const Machine>(text);
  if (!machine->expression.ok())
    return error(Errc::invalid, "the pattern {} is wrong: {}", printable(text),
                 printable(machine->expression.error()));
  return Pattern(std::move(machine));
}

bool Pattern::is_found_in(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), machine_->expression);
}

}  // namespace gt
