// Wakes and removes nftables tables of ours by one message to the kernel.
//
// A table is made asleep by nft ("flags dormant": its chains hang in no hook), some time
// before it counts. To wake it starts no program and allocates no rule: it takes as long
// as one system call, on a busy machine too.
//
// Thread rule: one owner; remove_tables() from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/link/network_namespace.h"
#include "base/fd.h"
#include "base/result.h"

namespace cutset::agent::link {

class TableSwitch {
 public:
  /// Belongs to the namespace from now on, whichever thread uses it.
  static Result<TableSwitch> open(const NetworkNamespace& place);

  /// Requires: tables of ours (nft.h). All of them or, after an error, none.
  Status wake(const std::vector<std::string>& tables);
  /// Those that are not there are no error.
  Status remove(const std::vector<std::string>& tables);

 private:
  explicit TableSwitch(Fd socket) : socket_(std::move(socket)) {}
  Status send(std::string batch, uint32_t first, const char* what);

  Fd socket_;
  uint32_t last_number_ = 0;  // of the messages sent; answers carry it
};

Status remove_tables(const NetworkNamespace& place,
                     const std::vector<std::string>& tables);

}  // namespace cutset::agent::link
