// Framing: the same bytes in one piece and cut at places that the input chooses give the
// same message.
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/proxy/http_framer.h"
#include "base/check.h"

namespace {

using cutset::agent::proxy::HttpFramer;

struct Framed {
  std::string head;
  std::string body;
  size_t consumed = 0;
  bool failed = false;
  bool done = false;
};

Framed frame(HttpFramer::Kind kind, std::string_view bytes, size_t piece) {
  Framed result;
  HttpFramer framer(kind, [&](std::string_view content) { result.body += content; });
  while (result.consumed < bytes.size() && !framer.done()) {
    const auto step = framer.feed(bytes.substr(result.consumed, piece));
    if (step.event == HttpFramer::Event::kError) {
      result.failed = true;
      return result;
    }
    CHECK(step.consumed > 0);
    result.consumed += step.consumed;
  }
  result.head = framer.head();
  result.done = framer.done();
  CHECK(result.head.size() <= cutset::agent::proxy::kLongestHead);
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const auto kind =
      (data[0] & 1) != 0 ? HttpFramer::Kind::kRequest : HttpFramer::Kind::kResponse;
  const size_t piece = 1 + data[0] / 2;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Framed whole = frame(kind, bytes, bytes.size());
  const Framed cut = frame(kind, bytes, piece);
  CHECK(whole.failed == cut.failed);
  if (whole.failed) return 0;
  CHECK(whole.done == cut.done && whole.consumed == cut.consumed);
  CHECK(whole.body == cut.body && whole.head == cut.head);
  return 0;
}
