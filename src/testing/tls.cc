#include "testing/tls.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>

#include "base/check.h"

namespace vitrine {
namespace {

template <class T>
using Handle = std::unique_ptr<T, void (*)(T*)>;

int dial(uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  check(::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0, "the test's server is reachable");
  return fd;
}

Handle<FILE> open_for_writing(const std::string& path) {
  FILE* file = std::fopen(path.c_str(), "w");
  check(file != nullptr, "the test's folder can be written");
  return {file, [](FILE* open) { static_cast<void>(std::fclose(open)); }};
}

std::string common_name(X509* certificate) {
  char name[64] = {};
  if (certificate != nullptr)
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof(name));
  return name;
}

}  // namespace

TestCertificate::TestCertificate(const std::string& folder, const std::string& name, int days)
    : certificate(folder + "/" + name + ".pem"), key(folder + "/" + name + ".key.pem") {
  const Handle<EVP_PKEY> pair{EVP_EC_gen("P-256"), EVP_PKEY_free};
  const Handle<X509> made{X509_new(), X509_free};
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3'600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), days * 86'400L);
  X509_NAME* subject = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const uint8_t*>(name.c_str()), -1,
                             -1, 0);
  X509_set_issuer_name(made.get(), subject);
  X509_set_pubkey(made.get(), pair.get());
  const Handle<X509_EXTENSION> names{
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1"),
      X509_EXTENSION_free};
  X509_add_ext(made.get(), names.get(), -1);
  check(X509_sign(made.get(), pair.get(), EVP_sha256()) > 0, "the test signs its certificate");
  check(PEM_write_X509(open_for_writing(certificate).get(), made.get()) == 1, "the certificate is written");
  check(PEM_write_PrivateKey(open_for_writing(key).get(), pair.get(), nullptr, nullptr, 0, nullptr,
                             nullptr) == 1,
        "the key is written");
}

TlsClient::TlsClient(uint16_t port) : TlsClient(Descriptor{dial(port)}) {}

TlsClient::TlsClient(Descriptor descriptor)
    : fd_(descriptor.number), context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_)) {
  constexpr timeval kReadLimit{10, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &kReadLimit, sizeof(kReadLimit));
  static constexpr std::array<unsigned char, 9> kAlpn{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_set_alpn_protos(ssl_, kAlpn.data(), kAlpn.size());
  SSL_set_fd(ssl_, fd_);
  ok_ = SSL_connect(ssl_) == 1;
  ERR_clear_error();
}

TlsClient::~TlsClient() {
  SSL_free(ssl_);
  SSL_CTX_free(context_);
  ::close(fd_);
}

std::string TlsClient::certificate_name() const {
  return common_name(SSL_get0_peer_certificate(ssl_));
}

std::string TlsClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_, &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

void TlsClient::write(std::string_view bytes) {
  size_t written = 0;
  if (SSL_write_ex(ssl_, bytes.data(), bytes.size(), &written) != 1) ERR_clear_error();
}

std::string TlsClient::read(size_t count) {
  std::string out;
  std::array<char, 16'384> buffer;
  while (out.size() < count) {
    size_t got = 0;
    const int done = SSL_read_ex(ssl_, buffer.data(), std::min(buffer.size(), count - out.size()), &got);
    if (done != 1) {
      goodbye_ = SSL_get_error(ssl_, done) == SSL_ERROR_ZERO_RETURN;
      ERR_clear_error();
      break;
    }
    out.append(buffer.data(), got);
  }
  return out;
}

}  // namespace vitrine
