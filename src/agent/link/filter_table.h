// A table of ours with one chain before the input and one before the output of a network
// namespace, filled with one verdict for chosen packets.
//
// Thread rule: one owner.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/faults/record.h"
#include "agent/link/link_ends.h"
#include "agent/link/nft.h"

namespace cutset::agent::link {

class FilterTable {
 public:
  /// Nothing is changed; nft waits for its text.
  static Result<FilterTable> prepare(const LinkEnds& ends, const std::string& mark);

  /// "<inode> <process> <table>", for undo_filter_table().
  std::vector<std::string> record_words() const;
  /// `verdict`: what happens to the packets: "counter drop". Called once.
  Status fill(const std::vector<Condition>& conditions, const std::string& verdict);
  /// Are all rules there? How many packets they met: "4 rules are there, 12 packets met".
  Result<std::string> verify() const;

 private:
  FilterTable(NetworkNamespace place, pid_t leader, std::string table,
              NftTransaction transaction)
      : place_(std::move(place)),
        leader_(leader),
        table_(std::move(table)),
        transaction_(std::move(transaction)) {}

  NetworkNamespace place_;
  pid_t leader_;
  std::string table_;
  NftTransaction transaction_;
  size_t rules_ = 0;
};

Status undo_filter_table(const std::vector<std::string>& words);

}  // namespace cutset::agent::link
