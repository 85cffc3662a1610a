// Settings of TLS, and the same as values.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/config.h"

namespace vitrine {

inline constexpr TextKey kTlsCertificate{
    "tls.certificate", "", Reload::live,
    "PEM file with the server's certificate, then those that signed it; empty: no TLS"};
inline constexpr TextKey kTlsKey{"tls.key", "", Reload::live,
                                 "PEM file with the certificate's private key, without a passphrase"};
inline constexpr FlagKey kTlsRequired{"tls.required", false, Reload::live,
                                      "whether HTTP and RTMP without TLS are refused"};
inline constexpr IntegerKey kTlsHandshakeMs{
    "tls.handshake_ms",
    "ms",
    5'000,
    100,
    60'000,
    Reload::live,
    "how long a client may take from its first byte of TLS to the end of the handshake"};

inline std::vector<ConfigKey> tls_config_keys() {
  return {kTlsCertificate, kTlsKey, kTlsRequired, kTlsHandshakeMs};
}

struct TlsSettings {
  std::string certificate;  // paths; both empty: no TLS
  std::string key;
  bool required = false;
  Milliseconds handshake{kTlsHandshakeMs.initial};
};

inline TlsSettings tls_settings(const Config& config) {
  return {.certificate = config.get(kTlsCertificate),
          .key = config.get(kTlsKey),
          .required = config.get(kTlsRequired),
          .handshake = Milliseconds(config.get(kTlsHandshakeMs))};
}

}  // namespace vitrine
