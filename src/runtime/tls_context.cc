#include "runtime/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <string_view>

namespace vitrine {
namespace {

// The fast ones first: AES-128 costs a viewer a quarter less than AES-256.
constexpr const char* kCiphers13 =
    "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";
constexpr const char* kCiphers12 = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr const char* kGroups = "X25519:P-256:P-384:P-521";
constexpr std::string_view kAlpn{"\x08http/1.1", 9};

// A key with a passphrase would make OpenSSL ask at the terminal. `asked` points to a bool.
int no_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return 0;
}

// RFC 7301. A client that offers other protocols only (RTMP has no name of its own) goes on without.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  unsigned char* chosen = nullptr;
  const auto* ours = reinterpret_cast<const unsigned char*>(kAlpn.data());
  if (SSL_select_next_proto(&chosen, out_size, ours, kAlpn.size(), offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

// Why OpenSSL refused, in its own static words: never a piece of the file.
std::string why_refused() {
  const unsigned long code = ERR_peek_error();
  ERR_clear_error();
  const int library = ERR_GET_LIB(code);
  const int reason = ERR_GET_REASON(code);
  if (library == ERR_LIB_X509 && reason == X509_R_KEY_VALUES_MISMATCH)
    return "belongs to another certificate";
  const bool no_pem = library == ERR_LIB_PEM && reason == PEM_R_NO_START_LINE;
  if (no_pem || reason == ERR_R_UNSUPPORTED) return "holds none in PEM form";
  const char* words = ERR_reason_error_string(code);
  return words != nullptr ? words : "could not be read";
}

std::string fault_of(const char* setting, const std::string& file, const std::string& why) {
  return std::string(setting) + " = " + file + ": " + why;
}

// Whether the file can be read at all; `fault` says why not.
bool readable(const char* setting, const std::string& file, std::string& fault) {
  if (file.empty()) {
    fault = std::string(setting) + " is not set; a certificate and its key go together";
    return false;
  }
  if (access(file.c_str(), R_OK) == 0) return true;
  fault = fault_of(setting, file, std::strerror(errno));
  return false;
}

WallTime end_of(const X509* certificate) {
  std::tm parts{};
  if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1) return {};
  return WallTime{static_cast<int64_t>(timegm(&parts)) * 1'000};
}

void speak_modern_tls(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_ciphersuites(context, kCiphers13);
  SSL_CTX_set_cipher_list(context, kCiphers12);
  SSL_CTX_set1_groups_list(context, kGroups);
  // A peer that just leaves has left: where its bytes must be whole, HTTP's framing says so.
  SSL_CTX_set_options(context,
                      SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  // No buffer stays with a connection that has nothing in it: 34 KiB a viewer otherwise.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);  // one read a batch of records rather than two a record
}

}  // namespace

TlsContext::~TlsContext() {
  SSL_CTX_free(context_);
}

Result<std::shared_ptr<const TlsContext>> TlsContext::server(const std::string& certificate_file,
                                                             const std::string& key_file,
                                                             std::string& fault) {
  const Error bad_certificate{ErrorKind::invalid_input, "tls.certificate"};
  const Error bad_key{ErrorKind::invalid_input, "tls.key"};
  if (!readable("tls.certificate", certificate_file, fault)) return bad_certificate;
  if (!readable("tls.key", key_file, fault)) return bad_key;
  ERR_clear_error();
  std::shared_ptr<TlsContext> made(new TlsContext(SSL_CTX_new(TLS_server_method())));
  SSL_CTX* context = made->context_;
  check(context != nullptr, "OpenSSL gives a context");
  speak_modern_tls(context);
  SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // tickets remember, we do not
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  bool locked = false;
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
  SSL_CTX_set_default_passwd_cb_userdata(context, &locked);
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1) {
    fault = fault_of("tls.certificate", certificate_file, why_refused());
    return bad_certificate;
  }
  if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    const std::string why = why_refused();
    constexpr const char* kLocked =
        "is locked with a passphrase; write it without (openssl pkey -in OLD -out NEW)";
    fault = fault_of("tls.key", key_file, locked ? kLocked : why);
    return bad_key;
  }
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  made->expires_ = end_of(SSL_CTX_get0_certificate(context));
  return std::shared_ptr<const TlsContext>(std::move(made));
}

Result<std::shared_ptr<const TlsContext>> TlsContext::client(Trust trust) {
  std::shared_ptr<TlsContext> made(new TlsContext(SSL_CTX_new(TLS_client_method())));
  SSL_CTX* context = made->context_;
  check(context != nullptr, "OpenSSL gives a context");
  speak_modern_tls(context);
  if (trust == Trust::authorities) {
    if (SSL_CTX_set_default_verify_paths(context) != 1) {
      ERR_clear_error();
      return Error{ErrorKind::unavailable, "tls.authorities"};
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  }
  return std::shared_ptr<const TlsContext>(std::move(made));
}

}  // namespace vitrine
