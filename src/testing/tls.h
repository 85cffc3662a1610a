// TLS for tests: a certificate made on the spot, and a blocking client that is OpenSSL's and not ours.
//
//   TestCertificate one(folder.path(), "one");
//   TlsClient client(port);
//   client.write("GET / HTTP/1.0\r\n\r\n");
//   EXPECT_EQ(client.certificate_name(), "one");
//
// Owns    the client's connection. The certificate's files belong to the test's folder.
// Thread  the test's. Every read ends after ten seconds.
#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace vitrine {

// Self-signed, ECDSA P-256, for CN = `name`, "localhost" and 127.0.0.1, valid `days` from an hour ago on.
struct TestCertificate {
  TestCertificate(const std::string& folder, const std::string& name, int days = 30);
  std::string certificate;  // path of the PEM file
  std::string key;
};

class TlsClient {
 public:
  // Connects and shakes hands, trusting anybody; ok() says whether it worked.
  explicit TlsClient(uint16_t port);
  // The same over a connected descriptor, which it takes over.
  static TlsClient over(int descriptor) { return TlsClient(Descriptor{descriptor}); }
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool ok() const { return ok_; }
  // The CN of the server's certificate.
  std::string certificate_name() const;
  std::string protocol() const;  // as ALPN chose it
  void write(std::string_view bytes);
  // Up to `count` bytes, fewer only at the end.
  std::string read(size_t count);
  // Everything up to the end.
  std::string read_all() { return read(SIZE_MAX); }
  // Whether the end that read() met was the server's goodbye and not just a cut.
  bool was_told_goodbye() const { return goodbye_; }

 private:
  struct Descriptor {
    int number;
  };
  explicit TlsClient(Descriptor descriptor);

  int fd_;
  SSL_CTX* context_;
  SSL* ssl_;
  bool ok_ = false;
  bool goodbye_ = false;
};

}  // namespace vitrine
