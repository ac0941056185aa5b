#include "injector/captured_messages.h"

#include "cutset/agent/v1/capture.pb.h"

namespace cutset::injector {

namespace {

using lineage::messages::CapturedAck;
using lineage::messages::CapturedConnection;
using lineage::messages::CapturedDirection;
using lineage::messages::Message;
using lineage::messages::NodeCapture;

CapturedDirection direction_of(const agent::v1::CapturedDirection& from) {
  return {from.seen(), from.base_sequence(), from.missing(), from.framing()};
}

CapturedConnection connection_of(const agent::v1::CapturedConnection& from) {
  CapturedConnection to;
  to.tcp = from.tcp();
  to.client = from.client();
  to.client_port = static_cast<uint16_t>(from.client_port());
  to.server = from.server();
  to.server_port = static_cast<uint16_t>(from.server_port());
  to.joined = from.joined();
  to.opaque = from.opaque();
  to.reset = from.reset();
  to.opened_ns = from.opened_ns();
  to.closed_ns = from.closed_ns();
  to.requests = direction_of(from.requests());
  to.answers = direction_of(from.answers());
  return to;
}

Message message_of(const agent::v1::CapturedMessage& from) {
  Message to;
  to.connection = static_cast<int>(from.connection());
  to.from_client = from.from_client();
  to.begin = from.begin();
  to.end = from.end();
  to.sent_ns = static_cast<int64_t>(from.first_ns());
  to.delivered_ns = static_cast<int64_t>(from.delivered_ns());
  to.label = from.label();
  to.first_bytes = from.first_bytes();
  to.tokens = {from.tokens().begin(), from.tokens().end()};
  to.cut = from.cut();
  return to;
}

}  // namespace

Status add_batch(const agent::v1::CapturedBatch& batch, NodeCapture& capture) {
  for (const auto& one : batch.connections()) {
    if (one.number() != capture.connections.size() || one.client_port() > 65535 ||
        one.server_port() > 65535)
      return Error::bad_input("the agent's capture numbers its connections wrongly");
    capture.connections.push_back(connection_of(one));
  }
  const auto known = [&](uint32_t connection) {
    return connection < capture.connections.size();
  };
  for (const auto& one : batch.messages()) {
    if (!known(one.connection()) || one.begin() > one.end())
      return Error::bad_input("the agent's capture has a message of no connection");
    capture.messages.push_back(message_of(one));
  }
  for (const auto& one : batch.acks()) {
    if (!known(one.connection()))
      return Error::bad_input("the agent's capture acknowledges on no connection");
    capture.acks.push_back({static_cast<int>(one.connection()), one.from_client(),
                            one.offset(), static_cast<int64_t>(one.time_ns())});
  }
  if (batch.has_counts()) {
    capture.losses.packets += batch.counts().packets();
    capture.losses.dropped += batch.counts().dropped();
    capture.losses.not_recorded +=
        batch.counts().not_recorded() + batch.counts().connections_not_followed();
  }
  return {};
}

}  // namespace cutset::injector
