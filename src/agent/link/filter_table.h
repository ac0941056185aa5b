// Loses chosen packets without a word.
//
// What arrives is dropped before the input. What is sent cannot be dropped where it
// leaves: a datagram's sender would be told ("operation not permitted"), and TCP would
// not count its segment as sent. So it is marked, routed to this machine itself, and
// dropped where it arrives on loopback: for its sender it has left.
//
// Thread rule: one owner.
#pragma once

#include <string>
#include <vector>

#include "agent/link/link_ends.h"
#include "agent/link/mark_number.h"
#include "agent/link/nft.h"
#include "agent/link/table_switch.h"

namespace cutset::agent::link {

class FilterTable {
 public:
  /// Nothing is changed; nft waits for its text.
  static Result<FilterTable> prepare(const LinkEnds& ends, const std::string& mark);

  /// For undo_taken() (taken_packets.h).
  std::vector<std::string> record_words() const;
  /// Makes everything, asleep: no packet is lost yet. Called once.
  Status make(const std::vector<Condition>& conditions);
  /// Loses packets from now on. Requires: make() succeeded.
  Status wake();
  /// Are all rules there, and in force? How many packets they met: "4 rules are there,
  /// they met 12 packets so far".
  Result<std::string> verify() const;

 private:
  FilterTable(NetworkNamespace place, ProcessId leader, std::string table,
              MarkNumber number, NftTransaction transaction, TableSwitch tables);

  NetworkNamespace place_;
  ProcessId leader_;
  std::string table_;
  MarkNumber number_;
  uint32_t taken_;
  NftTransaction transaction_;
  TableSwitch tables_;
  size_t rules_ = 0;
};

}  // namespace cutset::agent::link
