#include "connection/seal.h"

#include <algorithm>
#include <memory>
#include <openssl/evp.h>
#include <optional>
#include <span>

#include "base/base64.h"
#include "base/digest.h"
#include "base/text.h"

namespace gt {

namespace {

/// Names the form, so that another one can come.
constexpr std::string_view form = "aes-256-gcm";
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;
constexpr std::size_t id_digits = 16;

using Bytes = std::span<const std::uint8_t>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)>;

CipherContext new_cipher() { return {::EVP_CIPHER_CTX_new(), ::EVP_CIPHER_CTX_free}; }

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}
std::uint8_t* bytes_of(std::string& text) { return reinterpret_cast<std::uint8_t*>(text.data()); }
int length_of(std::string_view text) { return static_cast<int>(text.size()); }

/// nullopt for what base64() does not write.
std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  if (!text.empty() && ::EVP_DecodeBlock(bytes_of(bytes), bytes_of(text), length_of(text)) < 0)
    return std::nullopt;
  for (std::size_t i = text.size(); i > 0 && text[i - 1] == '='; --i) bytes.pop_back();
  // The decoder is more patient than we are.
  return base64(bytes) == text ? std::optional(std::move(bytes)) : std::nullopt;
}

struct Parts {
  std::string key;
  std::string nonce, text, tag;
};

std::optional<Parts> parts_of(std::string_view sealed) {
  const auto words = split(sealed, ':');
  if (words.size() != 3 || words[0] != form) return std::nullopt;
  const auto bytes = from_base64(words[2]);
  if (!bytes || bytes->size() < nonce_bytes + tag_bytes) return std::nullopt;
  return Parts{std::string(words[1]), bytes->substr(0, nonce_bytes),
               bytes->substr(nonce_bytes, bytes->size() - nonce_bytes - tag_bytes),
               bytes->substr(bytes->size() - tag_bytes)};
}

Error no_cipher() { return error(Errc::internal, "OpenSSL has no AES-256-GCM"); }

}  // namespace

std::string SealingKey::id() const {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return sha256(fmt::format("geartrain sealing key {}", text)).hex().substr(0, id_digits);
}

SealingKey draw_key(Entropy& entropy) {
  SealingKey key;
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < key.bytes.size(); ++i) {
    if (i % sizeof word == 0) word = entropy.next64();
    key.bytes[i] = static_cast<std::uint8_t>(word);
    word >>= 8U;
  }
  return key;
}

Result<std::string> seal(const SealingKey& key, std::string_view text, std::string_view context,
                         Entropy& entropy) {
  std::string nonce;
  while (nonce.size() < nonce_bytes) nonce += static_cast<char>(entropy.next64());
  const CipherContext cipher = new_cipher();
  std::string sealed(text.size(), '\0'), tag(tag_bytes, '\0');
  int length = 0;
  const bool is_good = cipher &&
                       ::EVP_EncryptInit_ex(cipher.get(), ::EVP_aes_256_gcm(), nullptr,
                                            key.bytes.data(), bytes_of(nonce)) == 1 &&
                       ::EVP_EncryptUpdate(cipher.get(), nullptr, &length, bytes_of(context),
                                           length_of(context)) == 1 &&
                       ::EVP_EncryptUpdate(cipher.get(), bytes_of(sealed), &length, bytes_of(text),
                                           length_of(text)) == 1 &&
                       ::EVP_EncryptFinal_ex(cipher.get(), bytes_of(tag), &length) == 1 &&
                       ::EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG,
                                             static_cast<int>(tag_bytes), tag.data()) == 1;
  if (!is_good) return no_cipher();
  return fmt::format("{}:{}:{}", form, key.id(), base64(nonce + sealed + tag));
}

Result<std::string> unseal(const SealingKey& key, std::string_view sealed,
                           std::string_view context) {
  auto parts = parts_of(sealed);
  if (!parts) return error(Errc::invalid, "what is sealed was changed");
  const CipherContext cipher = new_cipher();
  std::string text(parts->text.size(), '\0');
  int length = 0;
  if (!cipher || ::EVP_DecryptInit_ex(cipher.get(), ::EVP_aes_256_gcm(), nullptr, key.bytes.data(),
                                      bytes_of(parts->nonce)) != 1)
    return no_cipher();
  const bool is_good = ::EVP_DecryptUpdate(cipher.get(), nullptr, &length, bytes_of(context),
                                           length_of(context)) == 1 &&
                       ::EVP_DecryptUpdate(cipher.get(), bytes_of(text), &length,
                                           bytes_of(parts->text), length_of(parts->text)) == 1 &&
                       ::EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG,
                                             static_cast<int>(tag_bytes), parts->tag.data()) == 1 &&
                       ::EVP_DecryptFinal_ex(cipher.get(), bytes_of(parts->tag), &length) == 1;
  if (!is_good) return error(Errc::invalid, "what is sealed was changed, or is of another place");
  return text;
}

Result<std::string> key_of(std::string_view sealed) {
  auto parts = parts_of(sealed);
  if (!parts) return error(Errc::invalid, "what is sealed was changed");
  return std::move(parts->key);
}

}  // namespace gt
