// Mutual TLS of the agent: TLS 1.3 and nothing older; the other side must show a
// certificate that the authority has signed for clients and that is on the list of those
// who are allowed.
//
// Thread rule: a context is read by many threads after it was made.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

struct ssl_ctx_st;
struct ssl_st;

namespace cutset::agent {

struct TlsFiles {
  std::string certificate;  // PEM, with the chain, if there is one
  std::string key;          // PEM; readable for its owner alone
  std::string authority;    // PEM
  /// A name in the certificate (DNS), or "sha256:" and the fingerprint in hex. Not empty.
  std::vector<std::string> allowed;
};

class TlsContext {
 public:
  /// Error: usage: which file cannot be used and why.
  static Result<std::unique_ptr<TlsContext>> load(const TlsFiles& files);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// A new connection, server side. The caller frees it with SSL_free.
  ssl_st* accept_on(int socket) const;
  /// After the handshake: "" or why the other side may not come in. Requires: a
  /// certificate was verified.
  std::string refusal(ssl_st* connection) const;

 private:
  TlsContext() = default;
  ssl_ctx_st* context_ = nullptr;
  std::vector<std::string> allowed_;
};

/// For people: why a handshake failed, from OpenSSL's queue of errors, which is emptied.
std::string handshake_problem(ssl_st* connection);

}  // namespace cutset::agent
