#include "agent/link/message_range.h"

#include <fmt/format.h>

namespace cutset::agent::link {

namespace {

framing::Framing framing_of(v1::Framing framing) {
  switch (framing) {
    case v1::FRAMING_DATAGRAM:
      return {framing::Kind::kDatagram, {}};
    case v1::FRAMING_HTTP1:
      return {framing::Kind::kHttp1, {}};
    case v1::FRAMING_HTTP2:
      return {framing::Kind::kHttp2, {}};
    case v1::FRAMING_RESP:
      return {framing::Kind::kResp, {}};
    case v1::FRAMING_LENGTH_PREFIX:
      return {framing::Kind::kLengthPrefix, {}};
    default:
      return {framing::Kind::kNone, {}};
  }
}

}  // namespace

Result<std::optional<MessageRange>> range_of(const v1::MessageFilter& filter) {
  MessageRange range{framing_of(filter.framing()), filter.operation(),
                     filter.first() == 0 ? 1 : filter.first(), filter.last()};
  const bool all =
      filter.first() == 0 && filter.last() == 0 && filter.operation().empty();
  if (range.framing.kind == framing::Kind::kNone) {
    if (all) return std::optional<MessageRange>();
    return Error::bad_input(
        "messages can be counted or named only with a framing (datagram, http1, http2, "
        "resp or length_prefix): state the link's");
  }
  if (range.last != 0 && range.last < range.first) {
    return Error::bad_input(
        fmt::format("the messages {} to {} are none: the first comes "
                    "after the last",
                    range.first, range.last));
  }
  return std::optional<MessageRange>(std::move(range));
}

}  // namespace cutset::agent::link
