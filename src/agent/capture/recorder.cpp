#include "agent/capture/recorder.h"

#include <algorithm>
#include <cstring>

namespace cutset::agent::capture {

struct Recorder::Connection {
  Connection(const Direction::Place& place, const Settings& settings,
             Recording& recording)
      : requests(side(place, true), settings, recording),
        answers(side(place, false), settings, recording) {
    requests.other(&answers);
    answers.other(&requests);
  }

  static Direction::Place side(Direction::Place place, bool from_client) {
    place.from_client = from_client;
    return place;
  }
  Direction& from(bool client) { return client ? requests : answers; }

  ConnectionRecord record;
  Direction requests;
  Direction answers;
  bool client_ended = false;
  bool server_ended = false;
};

size_t Recorder::PairHash::operator()(const std::pair<Endpoint, Endpoint>& pair) const {
  // The last four bytes and the port tell nearly all endpoints apart.
  const auto of = [](const Endpoint& end) {
    uint32_t tail = 0;
    std::memcpy(&tail, end.address.bytes.data() + 12, sizeof(tail));
    return (uint64_t{tail} << 16 | end.port) * 0x9e3779b97f4a7c15;
  };
  return of(pair.first) ^ (of(pair.second) >> 7);
}

Recorder::Recorder(Settings settings, std::set<Endpoint> servers)
    : settings_(std::move(settings)), servers_(std::move(servers)) {}

Recorder::~Recorder() = default;

Recorder::Connection* Recorder::follow(const Packet& packet, bool from_client) {
  const Endpoint& client = from_client ? packet.from : packet.to;
  const Endpoint& server = from_client ? packet.to : packet.from;
  const auto key = std::make_pair(client, server);
  const bool opens = packet.tcp && packet.syn && !packet.has_ack;
  const auto known = followed_.find(key);
  if (known != followed_.end()) {
    // Old numbers may be used again for a new connection.
    const bool closed = known->second->record.closed_ns != 0;
    const bool again =
        packet.syn && (closed || (opens && known->second->requests.begun() &&
                                  known->second->requests.record().base_sequence !=
                                      packet.sequence + 1));
    if (!again) return known->second.get();
    close(*known->second, packet.time_ns);
    followed_.erase(known);
  }
  // What is left of a connection that has ended is none.
  if (packet.tcp && !packet.syn && packet.payload_size == 0) return nullptr;
  if (followed_.size() >= kMostConnections) {
    std::erase_if(followed_,
                  [](const auto& one) { return one.second->record.closed_ns != 0; });
    if (followed_.size() >= kMostConnections) {
      ++recording_.counts.connections_not_followed;
      return nullptr;
    }
  }
  Direction::Place place;
  place.connection = static_cast<uint32_t>(recording_.connections.size());
  place.datagrams = !packet.tcp;
  place.joined = packet.tcp && !packet.syn;
  place.server_port = server.port;
  auto connection = std::make_unique<Connection>(place, settings_, recording_);
  ConnectionRecord& record = connection->record;
  record.number = place.connection;
  record.tcp = packet.tcp;
  record.client = client;
  record.server = server;
  record.joined = place.joined;
  record.opened_ns = packet.time_ns;
  recording_.connections.push_back(record);
  return followed_.emplace(key, std::move(connection)).first->second.get();
}

void Recorder::close(Connection& connection, int64_t time_ns) {
  ConnectionRecord& record = connection.record;
  for (Direction* direction : {&connection.requests, &connection.answers})
    direction->give_up();
  if (record.closed_ns == 0) record.closed_ns = time_ns;
  record.opaque = connection.requests.opaque() || connection.answers.opaque();
  record.requests = connection.requests.record();
  record.answers = connection.answers.record();
  recording_.connections[record.number] = record;
}

void Recorder::tcp(Connection& connection, const Packet& packet, bool from_client) {
  Direction& sent = connection.from(from_client);
  Direction& received = connection.from(!from_client);
  if (packet.syn && !sent.begun()) sent.begin_at(packet.sequence + 1);
  const bool data = packet.payload_size > 0 && !packet.syn;
  if (data) received.interrupted();
  if (packet.has_ack && !packet.reset)
    received.acknowledged(packet.acknowledged, packet.time_ns);
  if (data) sent.segment(packet);
  if (packet.fin) {
    sent.finish(packet.time_ns);
    (from_client ? connection.client_ended : connection.server_ended) = true;
  }
  if (packet.reset) connection.record.reset = true;
  if (packet.reset || (connection.client_ended && connection.server_ended)) {
    if (connection.record.closed_ns == 0) close(connection, packet.time_ns);
  }
}

void Recorder::packet(const Packet& packet) {
  ++recording_.counts.packets;
  bool from_client = true;
  if (!servers_.contains(packet.to)) {
    if (!servers_.contains(packet.from)) return;
    from_client = false;
  } else if (servers_.contains(packet.from)) {
    // Both ends listen: who opened it, or who is known to have, is the client.
    const auto reverse = std::make_pair(packet.to, packet.from);
    if (packet.tcp ? packet.syn && packet.has_ack : followed_.contains(reverse))
      from_client = false;
    else if (packet.tcp && !packet.syn && followed_.contains(reverse))
      from_client = false;
  }
  Connection* connection = follow(packet, from_client);
  if (connection == nullptr) return;
  if (packet.tcp)
    tcp(*connection, packet, from_client);
  else
    connection->from(from_client).datagram(packet);
}

Recording Recorder::finish() {
  std::vector<Connection*> open;
  for (const auto& [ends, connection] : followed_)
    if (connection->record.closed_ns == 0) open.push_back(connection.get());
  std::sort(open.begin(), open.end(), [](const Connection* a, const Connection* b) {
    return a->record.number < b->record.number;
  });
  for (Connection* connection : open) {
    close(*connection, 1);
    recording_.connections[connection->record.number].closed_ns = 0;
  }
  followed_.clear();
  return std::move(recording_);
}

}  // namespace cutset::agent::capture
