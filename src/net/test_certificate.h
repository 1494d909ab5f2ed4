/// A certificate that signs itself, made for one test.
#pragma once

#include <doctest/doctest.h>
#include <memory>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string>

#include "base/test_folder.h"

namespace gt {

struct TestCertificate {
  std::string certificate_file;
  std::string key_file;
};

/// `names` as OpenSSL writes them: "DNS:localhost,IP:127.0.0.1".
inline TestCertificate make_certificate(const TestFolder& folder, const std::string& names) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), ::EVP_PKEY_free);
  const std::unique_ptr<X509, void (*)(X509*)> certificate(::X509_new(), ::X509_free);
  ::X509_set_version(certificate.get(), 2);
  ::ASN1_INTEGER_set(::X509_get_serialNumber(certificate.get()), 1);
  ::X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  ::X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  ::X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* const name = ::X509_get_subject_name(certificate.get());
  ::X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  ::X509_set_issuer_name(certificate.get(), name);
  X509_EXTENSION* const extension =
      ::X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  REQUIRE(extension != nullptr);
  ::X509_add_ext(certificate.get(), extension, -1);
  ::X509_EXTENSION_free(extension);
  REQUIRE(::X509_sign(certificate.get(), key.get(), ::EVP_sha256()) > 0);

  const auto pem = [](auto write) {
    const std::unique_ptr<BIO, int (*)(BIO*)> bio(::BIO_new(::BIO_s_mem()), ::BIO_free);
    REQUIRE(write(bio.get()) == 1);
    char* bytes = nullptr;
    const auto size = static_cast<std::size_t>(BIO_get_mem_data(bio.get(), &bytes));
    return std::string(bytes, size);
  };
  return {folder.write("certificate.pem",
                       pem([&](BIO* bio) { return ::PEM_write_bio_X509(bio, certificate.get()); })),
          folder.write("key.pem", pem([&](BIO* bio) {
                         return ::PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0,
                                                           nullptr, nullptr);
                       }))};
}

}  // namespace gt
