// All that a capture has seen: takes packets, gives a Recording.
//
// Bounds: kMostConnections followed at a time (a closed one makes room), the records of
// Settings. What goes beyond is counted.
//
// Thread rule: one owner.
#pragma once

#include <memory>
#include <set>
#include <unordered_map>

#include "agent/capture/direction.h"

namespace cutset::agent::capture {

class Recorder {
 public:
  static constexpr size_t kMostConnections = 32768;

  /// `servers`: where the instances of the system listen; a packet with none of them at
  /// either end is left out.
  Recorder(Settings settings, std::set<Endpoint> servers);
  ~Recorder();

  void packet(const Packet& packet);
  /// A frame that was no packet (parse_packet).
  void not_understood() { ++recording_.counts.not_understood; }
  /// Everything so far; the recorder is used up.
  Recording finish();

 private:
  struct Connection;
  struct PairHash {
    size_t operator()(const std::pair<Endpoint, Endpoint>& pair) const;
  };

  Connection* follow(const Packet& packet, bool from_client);
  void close(Connection& connection, int64_t time_ns);
  void tcp(Connection& connection, const Packet& packet, bool from_client);

  const Settings settings_;
  const std::set<Endpoint> servers_;
  Recording recording_;
  // Only looked up: its order reaches nothing.
  std::unordered_map<std::pair<Endpoint, Endpoint>, std::unique_ptr<Connection>, PairHash>
      followed_;
};

}  // namespace cutset::agent::capture
