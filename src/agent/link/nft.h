// Changes of nftables by the program nft: one transaction each, all or nothing.
//
// The program and not its library: libnftables is GPL, and a parser that crashes takes
// nothing else with it. It takes its time, so it makes tables that sleep; at the moment
// when it counts they are woken without it (table_switch.h).
//
// Thread rule: one owner; free functions from any thread.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "agent/link/network_namespace.h"
#include "base/fd.h"
#include "base/result.h"

namespace cutset::agent::link {

class NftTransaction {
 public:
  /// Starts nft in the namespace, which waits; nothing is changed. Error: there is no
  /// nft.
  static Result<NftTransaction> prepare(const NetworkNamespace& place);
  NftTransaction(NftTransaction&& other) noexcept;
  NftTransaction& operator=(NftTransaction&& other) = delete;
  ~NftTransaction();

  /// Hands it the text and waits until it is in force. Called once. Error: what nft says.
  Status commit(const std::string& text);

 private:
  NftTransaction(pid_t pid, Fd input, Fd reader, Fd errors)
      : pid_(pid),
        input_(std::move(input)),
        reader_(std::move(reader)),
        errors_(std::move(errors)) {}
  void end();

  pid_t pid_;
  Fd input_;
  Fd reader_;  // of the same pipe: while it is open, writing raises no SIGPIPE
  Fd errors_;
};

/// A table of ours: its family and its name, "inet cutset_<mark>_<number>".
bool is_our_table(const std::string& table);
/// The name of the next table of this agent, never the same twice in a process.
std::string next_table_name(const std::string& mark);

/// Error: what list_table() returned sleeps.
Status in_force(const std::string& listed);

/// What nft lists, for looking whether rules are there.
Result<std::string> list_table(const NetworkNamespace& place, const std::string& table);

}  // namespace cutset::agent::link
