#include "blob/receipt.h"

#include <cerrno>
#include <charconv>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

namespace gt {

namespace {

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Result<void> write_receipt(const std::string& path, const Blob& blob) {
  const std::string text = fmt::format("{} {} {} {}", blob.name.is_folder ? "folder" : "file",
                                       blob.name.digest.hex(), blob.bytes, blob.files);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return errno_error(errno, fmt::format("removing {}", printable(path)));
  if (::symlink(text.c_str(), path.c_str()) != 0)
    return errno_error(errno, fmt::format("writing {}", printable(path)));
  return {};
}

std::optional<Blob> read_receipt(const std::string& path) {
  const Result<std::string> text = read_link(path);
  if (!text.ok()) return std::nullopt;
  const std::vector<std::string_view> words = split(*text, ' ');
  if (words.size() != 4 || (words[0] != "folder" && words[0] != "file")) return std::nullopt;
  const auto digest = Digest::parse(words[1]);
  const auto bytes = parse_number(words[2]);
  const auto files = parse_number(words[3]);
  if (!digest || !bytes || !files) return std::nullopt;
  return Blob{.name = {.digest = *digest, .is_folder = words[0] == "folder"},
              .bytes = *bytes,
              .files = *files};
}

}  // namespace gt
