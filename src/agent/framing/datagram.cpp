#include "agent/framing/datagram.h"

#include "agent/framing/payload_label.h"

namespace cutset::agent::framing {

void DatagramFramer::feed(std::string_view bytes, std::vector<Event>& events) {
  const uint64_t message = label(offset_, payload_label(bytes), events);
  offset_ += bytes.size();
  settled_ = offset_;
  end(message, offset_, events);
}

void DatagramFramer::skip(uint64_t count, std::vector<Event>&) {
  offset_ += count;
  settled_ = offset_;
}

}  // namespace cutset::agent::framing
