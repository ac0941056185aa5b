// A small HTTP/1.1 client for the workload, the questions after a run, and readiness.
//
// Every exchange has one deadline over everything and a bound on what is read. No proxies
// from the environment, no redirects, no compression. The path is sent as it is given.
//
// Thread rule: one owner thread; the StopSignal may come from elsewhere and ends a
// waiting exchange.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "injector/stop_signal.h"

namespace cutset::injector {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string address;  // "host:port"
  std::string socket;   // path of a unix socket to use instead; "": none
  std::string method = "GET";
  std::string path = "/";
  HttpHeaders headers;
  std::string body;
  std::chrono::milliseconds deadline{10'000};
  size_t body_limit = size_t{8} << 20;
  // A library that re-uses a connection repeats a request when the connection turns out
  // to be closed. What must be sent exactly once needs a connection of its own.
  bool own_connection = false;
};

struct HttpAnswer {
  int status = 0;
  HttpHeaders headers;  // names in lower case
  std::string body;
};

class HttpClient {
 public:
  /// `stop` may be nullptr; else it must outlive the client.
  explicit HttpClient(const StopSignal* stop);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Error: unavailable, in words that stand by themselves ("connection refused", "no
  /// answer within 5s", "the answer is not HTTP"); interrupted.
  Result<HttpAnswer> request(const HttpRequest& request);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutset::injector
