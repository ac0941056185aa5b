#include "agent/proxy/own_answer.h"

#include <fmt/format.h>
#include <http_parser.h>

namespace cutset::agent::proxy {

bool has_no_body(int status) {
  return status == 204 || status == 304;
}

std::string own_answer(const OwnAnswer& answer) {
  std::string text =
      fmt::format("HTTP/1.1 {} {}\r\n", answer.status,
                  http_status_str(static_cast<http_status>(answer.status)));
  if (!has_no_body(answer.status)) {
    text += fmt::format("content-type: {}\r\ncontent-length: {}\r\n", answer.content_type,
                        answer.body.size());
  }
  text +=
      answer.keep_alive ? "connection: keep-alive\r\n\r\n" : "connection: close\r\n\r\n";
  if (!has_no_body(answer.status) && !answer.to_head_request) text += answer.body;
  return text;
}

}  // namespace cutset::agent::proxy
