/// Takes secrets out of a stream of bytes that comes in pieces, wherever the pieces are cut.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gt {

/// Every occurrence of a secret becomes `***`; so does its base64 form (both alphabets, also inside
/// a longer encoded text), its URL-encoded and its JSON-escaped form, and each line of a secret of
/// several lines. Overlapping occurrences become one `***`. Threads: one.
class Masker {
 public:
  explicit Masker(const std::vector<std::string>& secrets);

  bool empty() const { return patterns_.empty(); }
  /// What may be shown so far. An end that may be the beginning of a secret is held back: less than
  /// the longest pattern.
  std::string feed(std::string_view bytes);
  /// What was held back: no more bytes will come.
  std::string finish();

 private:
  std::string release(std::size_t until);

  std::vector<std::string> patterns_;
  std::string held_;
  std::size_t masked_ = 0;  // bytes at the front of held_ that an already shown *** stands for
};

/// All forms under which a secret is looked for; empty for an empty secret.
std::vector<std::string> forms_of_secret(std::string_view secret);

}  // namespace gt
