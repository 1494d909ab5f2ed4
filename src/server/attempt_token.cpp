#include "server/attempt_token.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hmac.h"
#include "base/text.h"

namespace gt {

namespace {

constexpr std::string_view prefix = "gta_";
constexpr int key_words = 4;  ///< of 64 bits
constexpr std::size_t key_bytes_max = 4096;
constexpr mode_t key_mode = 0600;

std::string signed_part(const AttemptClaims& claims) {
  return fmt::format("{}{}_{}_{}", prefix, claims.run_uuid, claims.task, claims.number);
}

}  // namespace

Result<AttemptTokens> AttemptTokens::open(const Home& home, Entropy& entropy) {
  const std::string path = home.at("attempt-key");
  auto known = read_regular_file(path, key_bytes_max);
  if (known && !known->empty()) return AttemptTokens(*std::move(known));
  std::string key;
  for (int i = 0; i < key_words; ++i) key += fmt::format("{:016x}", entropy.next64());
  // Another name first: who comes meanwhile must not find half a key, and the first one counts.
  const std::string made = fmt::format("{}.{:016x}", path, entropy.next64());
  {
    const UniqueFd fd = TRY(open_file(made, O_WRONLY | O_CREAT | O_EXCL, key_mode));
    TRY(write_all(fd.get(), key));
  }
  const bool is_first = ::link(made.c_str(), path.c_str()) == 0;
  const int failure = errno;
  ::unlink(made.c_str());
  if (is_first) return AttemptTokens(std::move(key));
  if (failure != EEXIST) return errno_error(failure, "keeping the key of attempts");
  key = TRY(read_regular_file(path, key_bytes_max));
  return AttemptTokens(std::move(key));
}

std::string AttemptTokens::make(const AttemptClaims& claims) const {
  const std::string text = signed_part(claims);
  return fmt::format("{}_{}", text, hmac_sha256(key_, text).hex());
}

bool AttemptTokens::looks_like_one(std::string_view token) { return token.starts_with(prefix); }

std::optional<AttemptClaims> AttemptTokens::read(std::string_view token) const {
  if (!looks_like_one(token)) return std::nullopt;
  const auto parts = split(token.substr(prefix.size()), '_');
  if (parts.size() != 4) return std::nullopt;
  const auto task = parse_whole_number(parts[1]), number = parse_whole_number(parts[2]);
  if (!task || !number || *task < 0 || *number < 0) return std::nullopt;
  const AttemptClaims claims{.run_uuid = std::string(parts[0]),
                             .task = static_cast<TaskIndex>(*task),
                             .number = static_cast<std::uint32_t>(*number)};
  if (!is_equal_secret(token, make(claims))) return std::nullopt;
  return claims;
}

}  // namespace gt
