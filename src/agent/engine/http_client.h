// One HTTP/1.1 request over a unix socket, answered in bounded time and space. Just what
// a container engine's API needs: no redirects, no TLS, one connection a request.
//
// Thread rule: free function without state; safe from any thread.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cutset::agent {

struct HttpRequest {
  std::string method = "GET";
  std::string target;  // path and query, encoded
  std::string body;    // JSON, or none
  std::chrono::milliseconds deadline{2000};
  size_t body_limit = size_t{8} << 20;
  /// Gives up when it returns true; asked about 20 times a second. May be empty.
  std::function<bool()> stop;
  /// Given the pieces of a good answer's body as they come, instead of keeping them.
  std::function<void(std::string_view)> on_body;
};

struct HttpResponse {
  int status = 0;
  std::string body;
  bool cut = false;  // it was longer than the limit
};

/// Error: nobody listens at the socket, no answer in time, or no HTTP.
Result<HttpResponse> send_request(const std::string& socket_path,
                                  const HttpRequest& request);

/// For a path or a query: everything but letters, digits and "-._~" as %XX.
std::string percent_encoded(std::string_view text);

}  // namespace cutset::agent
