#include "process/masker.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/base64.h"
#include "base/json.h"
#include "base/text.h"

namespace gt {

namespace {

// Shorter encoded forms and lines would hit innocent text all over the log.
constexpr std::size_t derived_bytes_min = 6;
constexpr std::size_t line_bytes_min = 4;
constexpr std::string_view mask = "***";

// The digits that the secret alone decides when it stands `offset` bytes into a group of three.
std::string base64_inside(std::string_view secret, std::size_t offset, std::string_view alphabet) {
  std::string text = base64_digits(std::string(offset, '\0').append(secret), alphabet);
  if ((offset + secret.size()) % 3 != 0) text.pop_back();
  return text.substr(offset == 0 ? 0 : offset + 1);
}

std::string url_encoded(std::string_view secret, std::string_view hex_digits) {
  std::string text;
  for (const char c : secret) {
    const auto byte = static_cast<std::uint8_t>(c);
    const bool is_unreserved = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                               (c >= '0' && c <= '9') || std::strchr("-._~", c) != nullptr;
    if (is_unreserved && c != '\0')
      text += c;
    else
      text.append({'%', hex_digits[byte >> 4U], hex_digits[byte & 15U]});
  }
  return text;
}

std::string with_plus_for_blank(std::string text) {
  for (std::size_t at = 0; (at = text.find("%20", at)) != std::string::npos;)
    text.replace(at, 3, "+");
  return text;
}

}  // namespace

std::vector<std::string> forms_of_secret(std::string_view secret) {
  // A secret from a file often ends with a line break that no program prints with it.
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r'))
    secret.remove_suffix(1);
  if (secret.empty()) return {};
  std::vector<std::string> forms{std::string(secret)};
  for (const auto line : split(secret, '\n'))
    if (trim(line).size() >= line_bytes_min) forms.emplace_back(trim(line));
  if (secret.size() >= derived_bytes_min) {
    for (const auto alphabet : {base64_alphabet, base64_url_alphabet}) {
      std::string padded = base64_digits(secret, alphabet);
      padded.append((4 - padded.size() % 4) % 4, '=');
      forms.push_back(std::move(padded));
      for (std::size_t offset = 0; offset < 3; ++offset)
        forms.push_back(base64_inside(secret, offset, alphabet));
    }
    for (const auto* digits : {"0123456789ABCDEF", "0123456789abcdef"}) {
      forms.push_back(url_encoded(secret, digits));
      forms.push_back(with_plus_for_blank(forms.back()));
    }
    const std::string quoted = json_quoted(secret);
    forms.push_back(quoted.substr(1, quoted.size() - 2));
  }
  std::ranges::sort(forms);
  forms.erase(std::ranges::unique(forms).begin(), forms.end());
  return forms;
}

Masker::Masker(const std::vector<std::string>& secrets) {
  for (const auto& secret : secrets)
    std::ranges::move(forms_of_secret(secret), std::back_inserter(patterns_));
  std::ranges::sort(patterns_);
  patterns_.erase(std::ranges::unique(patterns_).begin(), patterns_.end());
}

std::string Masker::feed(std::string_view bytes) {
  if (patterns_.empty()) return std::string(bytes);
  held_ += bytes;
  // The first place from which on everything is the beginning of a pattern.
  std::size_t until = held_.size();
  for (const auto& pattern : patterns_) {
    std::size_t at = held_.size() < pattern.size() ? 0 : held_.size() - pattern.size() + 1;
    for (; (at = held_.find(pattern[0], at)) < until; ++at) {
      if (pattern.compare(0, held_.size() - at, held_, at) == 0) {
        until = at;
        break;
      }
    }
  }
  return release(until);
}

std::string Masker::finish() { return release(held_.size()); }

std::string Masker::release(std::size_t until) {
  struct Range {
    std::size_t begin, end;
  };
  std::vector<Range> secrets;
  for (const auto& pattern : patterns_) {
    const char* const begin = held_.data();
    const char* const end = begin + held_.size();
    for (const char* at = begin;
         (at = static_cast<const char*>(memmem(at, static_cast<std::size_t>(end - at),
                                               pattern.data(), pattern.size()))) != nullptr;
         ++at) {
      const auto position = static_cast<std::size_t>(at - begin);
      secrets.push_back({position, position + pattern.size()});
    }
  }
  std::ranges::stable_sort(secrets, {}, &Range::begin);

  std::string shown;
  std::size_t done = masked_;  // what is before it is shown, or a *** that is stands for it
  for (const auto& secret : secrets) {
    if (secret.begin >= until) break;
    if (secret.begin >= done) shown.append(held_, done, secret.begin - done).append(mask);
    done = std::max(done, secret.end);
  }
  if (done < until) shown.append(held_, done, until - done);
  masked_ = done > until ? done - until : 0;
  held_.erase(0, until);
  return shown;
}

}  // namespace gt
