#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <optional>
#include <unordered_set>
#include <utility>

#include "base/json.h"
#include "base/text.h"

namespace gt {

/// Builds a Json from the events of Boost's parser. (Not in the unnamed namespace: JsonObject names
/// it as its friend.)
class JsonReader {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);
  using Code = boost::json::error_code;
  using View = boost::json::string_view;

  /// What we refuse, beyond what the parser refuses.
  const std::optional<std::string>& problem() const { return problem_; }
  Json take() { return std::move(root_); }

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_array_begin(Code&) { return open(JsonList()); }
  bool on_array_end(std::size_t, Code&) { return close(); }
  bool on_object_begin(Code&) { return open(JsonObject()); }
  bool on_object_end(std::size_t, Code&) { return close(); }
  bool on_string_part(View part, std::size_t, Code&) { return collect(part); }
  bool on_string(View part, std::size_t, Code&) {
    collect(part);
    return add(std::exchange(text_, {})) != nullptr;
  }
  bool on_key_part(View part, std::size_t, Code&) { return collect(part); }
  bool on_key(View part, std::size_t, Code& code) {
    collect(part);
    if (is_duplicate(text_))
      return refuse(fmt::format("the key {} occurs twice", json_quoted(text_)), code);
    open_.back().key = std::exchange(text_, {});
    return true;
  }
  bool on_number_part(View part, Code&) { return collect(part); }
  // The parser's own numbers are not used: its doubles can differ from the nearest one in the last
  // digit, and an integer beyond 64 bits would come as a double.
  bool on_int64(std::int64_t, View part, Code& code) { return add_number(part, code); }
  bool on_uint64(std::uint64_t, View part, Code& code) { return add_number(part, code); }
  bool on_double(double, View part, Code& code) { return add_number(part, code); }
  bool on_bool(bool value, Code&) { return add(value) != nullptr; }
  bool on_null(Code&) { return add(nullptr) != nullptr; }
  bool on_comment_part(View, Code&) { return true; }
  bool on_comment(View, Code&) { return true; }

 private:
  struct Open {
    Json* value;
    std::string key = {};
    std::unordered_set<std::string> keys = {};  // only of an object with many members
  };

  bool collect(View part) {
    text_.append(part.data(), part.size());
    return true;
  }

  bool refuse(std::string why, Code& code) {
    problem_ = std::move(why);
    code = boost::json::error::syntax;
    return false;
  }

  bool add_number(View part, Code& code) {
    collect(part);
    const std::string number = std::exchange(text_, {});
    const char* end = number.data() + number.size();
    if (number.find_first_of(".eE") == std::string::npos) {
      std::int64_t value = 0;
      if (std::from_chars(number.data(), end, value).ec != std::errc())
        return refuse("the integer does not fit into 64 bits", code);
      return add(value) != nullptr;
    }
    double value = 0;
    if (std::from_chars(number.data(), end, value).ec != std::errc())
      return refuse("the number is outside the range of a double", code);
    return add(value) != nullptr;
  }

  // Where the value now stands; it stays there until its parent is complete, because nothing is
  // added to the parent before.
  Json* add(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Open& parent = open_.back();
    if (JsonList* list = parent.value->list()) return &list->emplace_back(std::move(value));
    auto& members = parent.value->object()->members_;
    return &members.emplace_back(std::move(parent.key), std::move(value)).second;
  }

  bool open(Json value) {
    open_.push_back({add(std::move(value))});
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  bool is_duplicate(const std::string& key) {
    constexpr std::size_t few_members = 16;
    Open& parent = open_.back();
    const auto& members = parent.value->object()->members_;
    if (members.size() < few_members)
      return std::ranges::find(members, key, &JsonObject::Member::first) != members.end();
    if (parent.keys.empty())
      for (const auto& member : members) parent.keys.insert(member.first);
    return !parent.keys.insert(key).second;
  }

  Json root_;
  std::vector<Open> open_;
  std::string text_;
  std::optional<std::string> problem_;
};

namespace {

std::string describe(boost::json::error_code code) {
  using boost::json::error;
  if (code == error::incomplete) return "the text ends too early";
  if (code == error::extra_data) return "something follows the value";
  if (code == error::illegal_leading_surrogate || code == error::illegal_trailing_surrogate ||
      code == error::expected_utf16_escape)
    return "half of a surrogate pair";
  if (code == error::expected_hex_digit) return "\\u needs four hex digits";
  return "no JSON (" + code.message() + ")";
}

// Lines and columns count from 1, columns in characters.
Error error_at(Errc code, std::string_view text, std::size_t offset, std::string_view what) {
  const auto before = text.substr(0, offset);
  const auto line = 1 + std::ranges::count(before, '\n');
  const auto start = before.rfind('\n') + 1;
  const auto column = 1 + std::ranges::count_if(before.substr(start), [](char c) {
                        return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
                      });
  return error(code, "line {}, column {}: {}", line, column, what);
}

}  // namespace

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes_max)
    return error(Errc::exhausted, "the JSON text has {} bytes, more than {}", text.size(),
                 limits.bytes_max);
  boost::json::parse_options options;
  options.max_depth = limits.depth_max;
  boost::json::basic_parser<JsonReader> parser(options);
  boost::json::error_code code;
  const std::size_t offset = parser.write_some(false, text.data(), text.size(), code);
  if (!code && offset < text.size()) code = boost::json::error::extra_data;
  if (!code) return parser.handler().take();
  if (code == boost::json::error::too_deep)
    return error_at(Errc::exhausted, text, offset,
                    fmt::format("nested deeper than {} levels", limits.depth_max));
  if (const auto& problem = parser.handler().problem())
    return error_at(Errc::invalid, text, offset, *problem);
  return error_at(Errc::invalid, text, offset, describe(code));
}

}  // namespace gt
