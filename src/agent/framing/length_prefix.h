// Messages that begin with their length (Kafka, ZooKeeper, MongoDB, many others).
//
// Rule for joining in the middle: the first place from which kChain prefixes follow one
// another, each of a length from 1 to kLongestChained; only messages that together fit
// into kWindow bytes are found again.
#pragma once

#include "agent/framing/framer.h"

namespace cutset::agent::framing {

class LengthPrefixFramer final : public Framer {
 public:
  static constexpr unsigned kChain = 3;
  static constexpr uint64_t kLongestChained = 16 * 1024;
  static constexpr size_t kWindow = 64 * 1024;
  static constexpr uint64_t kLongestMessage = uint64_t{1} << 31;

  /// Requires: 1 <= prefix.width <= 8, prefix.label_size <= kLabelBytes.
  LengthPrefixFramer(const LengthPrefix& prefix, bool from_start);

  void feed(std::string_view bytes, std::vector<Event>& events) override;
  void skip(uint64_t count, std::vector<Event>& events) override;

 private:
  uint64_t length_at(std::string_view bytes) const;
  size_t read(std::string_view bytes, std::vector<Event>& events);
  void lose(std::vector<Event>& events);
  /// True: the window begins with a message, or is empty.
  bool find();
  void label_now(std::vector<Event>& events);
  void end_if_complete(std::vector<Event>& events);

  const LengthPrefix prefix_;
  std::string head_;  // of the prefix, then of the payload as far as the label goes
  bool in_payload_ = false;
  bool labelled_ = false;
  uint64_t left_ = 0;    // bytes of the payload that are to come
  uint64_t length_ = 0;  // of the payload
  uint64_t begin_ = 0;
  uint64_t message_ = 0;
  std::string window_;  // while not synchronised
};

}  // namespace cutset::agent::framing
