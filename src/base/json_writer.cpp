#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/json.h"
#include "base/text.h"

namespace gt {

namespace {

enum class Order { of_insertion, by_key };
enum class Layout { compact, pretty };

bool needs_escape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f ||
         c == '"' || c == '\\';
}

class JsonWriter {
 public:
  JsonWriter(Order order, Layout layout) : order_(order), layout_(layout) {}

  void write(const Json& value) {
    std::visit([this](const auto& alternative) { write(alternative); }, value.variant());
  }

  void write(const std::string& text) { write(std::string_view(text)); }

  void write(std::string_view text) {
    text_ += '"';
    while (!text.empty()) {
      const auto plain =
          static_cast<std::size_t>(std::ranges::find_if(text, needs_escape) - text.begin());
      text_.append(text.substr(0, plain));
      text.remove_prefix(plain);
      if (!text.empty()) text.remove_prefix(write_special(text));
    }
    text_ += '"';
  }

  std::string take() { return std::move(text_); }

 private:
  void write(std::nullptr_t) { text_ += "null"; }
  void write(bool value) { text_ += value ? "true" : "false"; }
  void write(std::int64_t value) { fmt::format_to(std::back_inserter(text_), "{}", value); }

  void write(double value) {
    if (!std::isfinite(value)) return write(nullptr);
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    const std::string_view number(digits, static_cast<std::size_t>(end - digits));
    text_ += number;
    if (number.find_first_of(".e") == std::string_view::npos) text_ += ".0";
  }

  void write(const JsonList& list) {
    text_ += '[';
    ++depth_;
    bool first = true;
    for (const auto& item : list) {
      separate(first);
      write(item);
    }
    close(first, ']');
  }

  void write(const JsonObject& object) {
    std::vector<const JsonObject::Member*> members;
    members.reserve(object.size());
    for (const auto& member : object) members.push_back(&member);
    if (order_ == Order::by_key)
      std::ranges::sort(members, {},
                        [](const auto* each) { return std::string_view(each->first); });
    text_ += '{';
    ++depth_;
    bool first = true;
    for (const auto* member : members) {
      separate(first);
      write(member->first);
      text_ += layout_ == Layout::pretty ? ": " : ":";
      write(member->second);
    }
    close(first, '}');
  }

  void separate(bool& first) {
    if (!first) text_ += ',';
    first = false;
    break_line();
  }

  void close(bool empty, char bracket) {
    --depth_;
    if (!empty) break_line();
    text_ += bracket;
  }

  void break_line() {
    if (layout_ == Layout::compact) return;
    text_ += '\n';
    text_.append(2 * depth_, ' ');
  }

  // The character at the front of `text`; returns its bytes.
  std::size_t write_special(std::string_view text) {
    switch (text[0]) {
      case '"':
        text_ += "\\\"";
        return 1;
      case '\\':
        text_ += "\\\\";
        return 1;
      case '\n':
        text_ += "\\n";
        return 1;
      case '\r':
        text_ += "\\r";
        return 1;
      case '\t':
        text_ += "\\t";
        return 1;
      case '\b':
        text_ += "\\b";
        return 1;
      case '\f':
        text_ += "\\f";
        return 1;
      default:
        break;
    }
    const std::size_t size = utf8_length(text);
    if (size == 0)
      text_ += "\xef\xbf\xbd";
    else if (static_cast<unsigned char>(text[0]) < 0x20)
      fmt::format_to(std::back_inserter(text_), "\\u{:04x}", static_cast<unsigned>(text[0]));
    else
      text_.append(text.substr(0, size));
    return std::max<std::size_t>(size, 1);
  }

  Order order_;
  Layout layout_;
  std::size_t depth_ = 0;
  std::string text_;
};

template <typename Value>
std::string written(const Value& value, Order order, Layout layout) {
  JsonWriter writer(order, layout);
  writer.write(value);
  return writer.take();
}

}  // namespace

std::string canonical_json(const Json& value) {
  return written(value, Order::by_key, Layout::compact);
}

std::string compact_json(const Json& value) {
  return written(value, Order::of_insertion, Layout::compact);
}

std::string pretty_json(const Json& value) {
  return written(value, Order::of_insertion, Layout::pretty);
}

std::string json_quoted(std::string_view text) {
  return written(text, Order::of_insertion, Layout::compact);
}

}  // namespace gt
