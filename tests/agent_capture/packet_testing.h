// Frames as a capture gives them, made by hand.
#pragma once

#include <string>

namespace cutset::agent::capture {

inline void put16(std::string& to, unsigned value) {
  to += static_cast<char>(value >> 8 & 0xff);
  to += static_cast<char>(value & 0xff);
}
inline void put32(std::string& to, unsigned value) {
  put16(to, value >> 16);
  put16(to, value & 0xffff);
}

constexpr unsigned kFin = 1, kSyn = 2, kRst = 4, kAck = 16;

/// From 10.0.0.`from`:port to 10.0.0.`to`:port, seen as it leaves.
inline std::string tcp_frame(unsigned from, unsigned from_port, unsigned to,
                             unsigned to_port, unsigned flags, unsigned sequence,
                             unsigned acknowledged, const std::string& payload) {
  std::string frame("\0\4\0\1\0\6\0\0\0\0\0\0\0\0\x08\0", 16);
  frame += "\x45";
  frame += '\0';
  put16(frame, static_cast<unsigned>(40 + payload.size()));
  frame.append("\0\0\0\0\x40\x06\0\0", 8);
  for (const unsigned last : {from, to}) {
    frame.append("\x0a\0\0", 3);
    frame += static_cast<char>(last);
  }
  put16(frame, from_port);
  put16(frame, to_port);
  put32(frame, sequence);
  put32(frame, acknowledged);
  frame += '\x50';
  frame += static_cast<char>(flags);
  frame.append("\xff\xff\0\0\0\0", 6);
  return frame + payload;
}

}  // namespace cutset::agent::capture
