// Answers that the proxy writes itself: for injected errors and for peers that do not
// speak HTTP.
//
// Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace cutset::agent::proxy {

struct OwnAnswer {
  int status = 500;
  std::string_view content_type = "text/plain";
  std::string_view body;
  bool keep_alive = false;
  bool to_head_request = false;
};

/// The bytes to send. 204 and 304, and any answer to HEAD, go without the body.
std::string own_answer(const OwnAnswer& answer);
bool has_no_body(int status);

}  // namespace cutset::agent::proxy
