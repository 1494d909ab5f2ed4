#include "net/tls.h"

#include <algorithm>
#include <arpa/inet.h>
#include <limits>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>
#include <utility>

#include "net/ip_address.h"

namespace gt {
namespace {

template <auto free>
struct Free {
  template <typename T>
  void operator()(T* pointer) const {
    free(pointer);
  }
};

// Where systems other than Debian keep what they trust.
constexpr const char* other_bundles[] = {"/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"};
constexpr const char* debian_certificates = "/etc/ssl/certs";

std::string last_reason() {
  const unsigned long code = ::ERR_peek_last_error();
  const char* const reason = ::ERR_reason_error_string(code);
  ::ERR_clear_error();
  return reason == nullptr ? "no reason was given" : reason;
}

using SslContext = std::unique_ptr<SSL_CTX, Free<::SSL_CTX_free>>;

Result<SslContext> new_context(const SSL_METHOD* method) {
  // The machine's openssl.cnf may name modules that only its own OpenSSL can load.
  ::OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  SslContext context(::SSL_CTX_new(method));
  if (!context) return error(Errc::exhausted, "TLS: {}", last_reason());
  ::SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  ::SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  return context;
}

int as_int(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

}  // namespace

struct TlsContext::OpenSsl {
  SslContext context;
  std::vector<std::string> names = {};
};

const std::vector<std::string>& TlsContext::names() const { return open_ssl_->names; }

namespace {

std::string text_of(const GENERAL_NAME& name) {
  const ASN1_STRING* const value = name.type == GEN_DNS ? name.d.dNSName : name.d.iPAddress;
  const auto* const bytes = ::ASN1_STRING_get0_data(value);
  const int size = ::ASN1_STRING_length(value);
  if (name.type == GEN_DNS)
    return std::string(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  constexpr int ipv4_bytes = 4;
  const bool is_ipv4 = size == ipv4_bytes;
  char text[INET6_ADDRSTRLEN] = {};
  if (::inet_ntop(is_ipv4 ? AF_INET : AF_INET6, bytes, text, sizeof text) == nullptr) return {};
  return is_ipv4 ? text : "[" + std::string(text) + "]";
}

std::vector<std::string> names_of(SSL_CTX* context) {
  std::vector<std::string> names;
  X509* const certificate = ::SSL_CTX_get0_certificate(context);
  auto* const all = certificate == nullptr
                        ? nullptr
                        : static_cast<GENERAL_NAMES*>(::X509_get_ext_d2i(
                              certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(all); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(all, i);
    if (name->type != GEN_DNS && name->type != GEN_IPADD) continue;
    std::string text = text_of(*name);
    if (!text.empty() && text.find('*') == std::string::npos) names.push_back(std::move(text));
  }
  ::GENERAL_NAMES_free(all);
  ::ERR_clear_error();
  return names;
}

}  // namespace

Result<TlsContext> TlsContext::for_client(const std::string& ca_file) {
  SslContext context = TRY(new_context(::TLS_client_method()));
  ::SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  ::SSL_CTX_set_default_verify_paths(context.get());
  ::SSL_CTX_load_verify_dir(context.get(), debian_certificates);
  for (const char* const bundle : other_bundles)
    if (::access(bundle, R_OK) == 0) ::SSL_CTX_load_verify_file(context.get(), bundle);
  ::ERR_clear_error();
  if (!ca_file.empty() && ::SSL_CTX_load_verify_file(context.get(), ca_file.c_str()) != 1)
    return error(Errc::invalid, "{} has no certificates: {}", ca_file, last_reason());
  return TlsContext(std::make_shared<OpenSsl>(OpenSsl{std::move(context)}));
}

Result<TlsContext> TlsContext::for_server(const std::string& certificate_file,
                                          const std::string& key_file) {
  SslContext context = TRY(new_context(::TLS_server_method()));
  if (::SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1)
    return error(Errc::invalid, "{} has no certificate: {}", certificate_file, last_reason());
  if (::SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    return error(Errc::invalid, "{} has no key that fits: {}", key_file, last_reason());
  std::vector<std::string> names = names_of(context.get());
  return TlsContext(std::make_shared<OpenSsl>(OpenSsl{std::move(context), std::move(names)}));
}

struct TlsSession::OpenSsl {
  std::unique_ptr<SSL, Free<::SSL_free>> ssl;
  // The session owns both.
  BIO* incoming;
  BIO* outgoing;

  // Whether it only wants bytes.
  Result<bool> wants_bytes(int result, const char* what) {
    const int kind = ::SSL_get_error(ssl.get(), result);
    if (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE) return true;
    if (kind == SSL_ERROR_ZERO_RETURN) return false;
    const long verified = ::SSL_get_verify_result(ssl.get());
    if (verified != X509_V_OK) {
      ::ERR_clear_error();
      return Error{Errc::denied,
                   fmt::format("the certificate does not count: {}",
                               ::X509_verify_cert_error_string(verified)),
                   "name the file of the authority that signed it"};
    }
    return error(Errc::unavailable, "TLS, {}: {}", what, last_reason());
  }
};

TlsSession::TlsSession(std::unique_ptr<OpenSsl> open_ssl) : open_ssl_(std::move(open_ssl)) {}
TlsSession::TlsSession(TlsSession&&) noexcept = default;
TlsSession& TlsSession::operator=(TlsSession&&) noexcept = default;
TlsSession::~TlsSession() = default;

Result<TlsSession> TlsSession::start(const TlsContext& context, const std::string& host) {
  std::unique_ptr<SSL, Free<::SSL_free>> ssl(::SSL_new(context.open_ssl().context.get()));
  std::unique_ptr<BIO, Free<::BIO_free>> incoming(::BIO_new(::BIO_s_mem()));
  std::unique_ptr<BIO, Free<::BIO_free>> outgoing(::BIO_new(::BIO_s_mem()));
  if (!ssl || !incoming || !outgoing) return error(Errc::exhausted, "TLS: {}", last_reason());
  auto parts = std::make_unique<OpenSsl>(
      OpenSsl{.ssl = std::move(ssl), .incoming = incoming.get(), .outgoing = outgoing.get()});
  SSL* const session = parts->ssl.get();
  ::SSL_set_bio(session, incoming.release(), outgoing.release());
  if (host.empty()) {
    ::SSL_set_accept_state(session);
    return TlsSession(std::move(parts));
  }
  ::SSL_set_connect_state(session);
  const bool is_address = is_ipv4(host) || is_ipv6(host);
  const bool is_set =
      is_address ? ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(session), host.c_str()) == 1
                 : ::SSL_set1_host(session, host.c_str()) == 1 &&
                       SSL_set_tlsext_host_name(session, host.c_str()) == 1;
  if (!is_set) return error(Errc::invalid, "TLS: {}", last_reason());
  return TlsSession(std::move(parts));
}

void TlsSession::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const int taken = ::BIO_write(open_ssl_->incoming, bytes.data(), as_int(bytes.size()));
    GT_CHECK(taken > 0, "a buffer in memory takes all bytes");
    bytes.remove_prefix(static_cast<std::size_t>(taken));
  }
}

std::string TlsSession::take() {
  std::string bytes(::BIO_ctrl_pending(open_ssl_->outgoing), '\0');
  if (bytes.empty()) return bytes;
  const int taken = ::BIO_read(open_ssl_->outgoing, bytes.data(), as_int(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max(taken, 0)));
  return bytes;
}

Result<bool> TlsSession::shake_hands() {
  ::ERR_clear_error();
  const int result = ::SSL_do_handshake(open_ssl_->ssl.get());
  if (result == 1) return true;
  const bool goes_on = TRY(open_ssl_->wants_bytes(result, "beginning"));
  if (!goes_on) return error(Errc::unavailable, "TLS, beginning: the other end has closed it");
  return false;
}

Result<std::pair<TlsSession::Read, std::size_t>> TlsSession::read(std::span<char> buffer) {
  ::ERR_clear_error();
  const int size = ::SSL_read(open_ssl_->ssl.get(), buffer.data(), as_int(buffer.size()));
  if (size > 0) return std::pair(Read::some, static_cast<std::size_t>(size));
  const bool goes_on = TRY(open_ssl_->wants_bytes(size, "reading"));
  return std::pair(goes_on ? Read::nothing_yet : Read::ended, std::size_t{0});
}

Result<void> TlsSession::write(std::string_view bytes) {
  while (!bytes.empty()) {
    ::ERR_clear_error();
    const int size = ::SSL_write(open_ssl_->ssl.get(), bytes.data(), as_int(bytes.size()));
    // A buffer in memory is never full, and after the handshake nothing has to be read first.
    if (size <= 0) return error(Errc::unavailable, "TLS, writing: {}", last_reason());
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return {};
}

void TlsSession::end() {
  ::SSL_shutdown(open_ssl_->ssl.get());
  ::ERR_clear_error();
}

}  // namespace gt
