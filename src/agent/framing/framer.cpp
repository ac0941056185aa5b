#include "agent/framing/framer.h"

#include <algorithm>

#include "agent/framing/datagram.h"
#include "agent/framing/http1.h"
#include "agent/framing/http2.h"
#include "agent/framing/length_prefix.h"
#include "agent/framing/resp.h"
#include "base/check.h"

namespace cutset::agent::framing {

void Framer::finish(std::vector<Event>&) {}

uint64_t Framer::label(uint64_t begin, std::string_view text,
                       std::vector<Event>& events) {
  std::string shown(text.substr(0, kLongestLabel));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  events.push_back({Event::Kind::kLabelled, next_message_, begin, std::move(shown)});
  return next_message_++;
}

void Framer::end(uint64_t message, uint64_t at, std::vector<Event>& events) {
  events.push_back({Event::Kind::kEnded, message, at, ""});
}

void Framer::broken(uint64_t message, uint64_t at, std::vector<Event>& events) {
  events.push_back({Event::Kind::kBroken, message, at, ""});
}

std::unique_ptr<Framer> make_framer(const Framing& framing, Side side, bool from_start) {
  switch (framing.kind) {
    case Kind::kNone:
      return nullptr;
    case Kind::kDatagram:
      return std::make_unique<DatagramFramer>();
    case Kind::kHttp1:
      return std::make_unique<Http1Framer>(side, from_start);
    case Kind::kHttp2:
      return std::make_unique<Http2Framer>(side, from_start);
    case Kind::kResp:
      return std::make_unique<RespFramer>(side, from_start);
    case Kind::kLengthPrefix:
      return std::make_unique<LengthPrefixFramer>(framing.prefix, from_start);
  }
  CHECK(false);
}

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::kNone:
      return "none";
    case Kind::kDatagram:
      return "datagram";
    case Kind::kHttp1:
      return "http1";
    case Kind::kHttp2:
      return "http2";
    case Kind::kResp:
      return "resp";
    case Kind::kLengthPrefix:
      return "length-prefix";
  }
  CHECK(false);
}

}  // namespace cutset::agent::framing
