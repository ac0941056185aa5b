#include "agent/tls/tls_context.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include "base/text.h"

namespace cutset::agent {

namespace {

constexpr std::string_view kFingerprint = "sha256:";

struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};

std::string last_problem() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "unknown reason" : reason;
}

Error unusable(const char* option, const std::string& file) {
  return Error::usage(
      fmt::format("{} {}: cannot be used: {}", option, file, last_problem()));
}

Status check_key_file(const std::string& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0)
    return Error::usage(fmt::format("--key {}: there is no such file", file));
  if ((info.st_mode & 077) != 0)
    return Error::usage(
        fmt::format("--key {}: others may read it (mode {:04o}): chmod 600 it", file,
                    info.st_mode & 07777));
  return {};
}

/// gRPC's clients insist on a chosen protocol.
int choose_http2(SSL*, const unsigned char** out, unsigned char* out_size,
                 const unsigned char* in, unsigned int in_size, void*) {
  static constexpr std::array<unsigned char, 3> kHttp2 = {2, 'h', '2'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kHttp2.data(), kHttp2.size(), in,
                            in_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

std::string fingerprint_of(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return "";
  std::string text(kFingerprint);
  for (unsigned int i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

/// "AB:CD" and "abcd" are the same fingerprint.
std::string normal_fingerprint(std::string text) {
  std::erase(text, ':');
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'F') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return text;
}

std::string subject_of(X509* certificate) {
  std::array<char, 256> text{};
  X509_NAME_oneline(X509_get_subject_name(certificate), text.data(), text.size());
  return text.data();
}

}  // namespace

TlsContext::~TlsContext() {
  SSL_CTX_free(context_);
}

Result<std::unique_ptr<TlsContext>> TlsContext::load(const TlsFiles& files) {
  if (files.allowed.empty())
    return Error::usage(
        "--allow is missing: who may come in, by the name in the "
        "certificate or by sha256:FINGERPRINT");
  CUTSET_TRY(check_key_file(files.key));
  std::unique_ptr<TlsContext> made(new TlsContext());
  made->context_ = SSL_CTX_new(TLS_server_method());
  SSL_CTX* context = made->context_;
  if (context == nullptr || SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1)
    return Error::internal("TLS 1.3 is not available: " + last_problem());
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1)
    return unusable("--certificate", files.certificate);
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1)
    return unusable("--key", files.key);
  if (SSL_CTX_load_verify_file(context, files.authority.c_str()) != 1)
    return unusable("--authority", files.authority);
  SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(files.authority.c_str()));
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  // Every connection proves itself: no tickets that stand for an earlier proof.
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, choose_http2, nullptr);
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  made->allowed_ = files.allowed;
  return made;
}

ssl_st* TlsContext::accept_on(int socket) const {
  SSL* connection = SSL_new(context_);
  if (connection == nullptr) return nullptr;
  SSL_set_fd(connection, socket);
  SSL_set_accept_state(connection);
  return connection;
}

std::string TlsContext::refusal(ssl_st* connection) const {
  const std::unique_ptr<X509, FreeCertificate> certificate(
      SSL_get1_peer_certificate(connection));
  if (!certificate) return "it shows no certificate";
  const std::string fingerprint = normal_fingerprint(fingerprint_of(certificate.get()));
  const bool allowed =
      std::any_of(allowed_.begin(), allowed_.end(), [&](const std::string& one) {
        if (one.starts_with(kFingerprint)) return normal_fingerprint(one) == fingerprint;
        return X509_check_host(certificate.get(), one.c_str(), one.size(),
                               X509_CHECK_FLAG_NO_WILDCARDS, nullptr) == 1;
      });
  if (allowed) return "";
  return fmt::format("its certificate {} is not one of those that --allow names",
                     subject_of(certificate.get()));
}

std::string handshake_problem(ssl_st* connection) {
  const unsigned long code = ERR_peek_last_error();
  const int reason = ERR_GET_REASON(code);
  const long verified = SSL_get_verify_result(connection);
  const std::string words = last_problem();
  if (code == 0) return "it went away during the handshake";
  if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) return "it shows no certificate";
  if (reason == SSL_R_UNSUPPORTED_PROTOCOL) return "it does not speak TLS 1.3";
  if (reason == SSL_R_HTTP_REQUEST || reason == SSL_R_WRONG_VERSION_NUMBER ||
      reason == SSL_R_PACKET_LENGTH_TOO_LONG || reason == SSL_R_RECORD_LENGTH_MISMATCH)
    return "it does not speak TLS";
  if (verified != X509_V_OK)
    return fmt::format("its certificate is not good: {}",
                       X509_verify_cert_error_string(verified));
  return words;
}

}  // namespace cutset::agent
