// Datagrams: each is a message. What is missing is missing; nothing is to be found again.
#pragma once

#include "agent/framing/framer.h"

namespace cutset::agent::framing {

class DatagramFramer final : public Framer {
 public:
  /// One datagram, all of it.
  void feed(std::string_view bytes, std::vector<Event>& events) override;
  void skip(uint64_t count, std::vector<Event>& events) override;
};

}  // namespace cutset::agent::framing
