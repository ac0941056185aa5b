// Network namespaces that stand for hosts, and the switch that joins them (MakeNetwork).
//
//   machine                 cs<word>-switch              cs<word>-0, cs<word>-1, ...
//   cs<8 of word> --------- machine |
//                                   | bridge | h0 ------- eth0
//                                   |        | h1 ------- eth0
//
// The bridge is in a namespace of its own: what the machine's firewall does with
// forwarded or bridged packets does not touch it, and no setting of the machine is
// changed. The machine itself has one more link, no route but that subnet.
//
// Undo records (agent/faults/undo_table.h), written before the thing: network-link and
// network-namespace. The word has 128 random bits: what has it in its name is ours.
//
// Thread rule: thread-safe.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "cutset/agent/v1/agent.pb.h"

#include "agent/faults/record.h"
#include "base/result.h"

namespace cutset::agent {

inline constexpr const char* kNetworkLinkRecord = "network-link";
inline constexpr const char* kNetworkNamespaceRecord = "network-namespace";

Status undo_network_link(const std::vector<std::string>& words);
Status undo_network_namespace(const std::vector<std::string>& words);

class HostNetwork {
 public:
  /// `intents` must outlive the network.
  HostNetwork(Intents& intents, std::string state_folder)
      : intents_(intents), state_folder_(std::move(state_folder)) {}

  /// Requires: the request was checked (validate.h). Error: there is one already, no
  /// rights, no free subnet, no program ip; nothing is left then.
  Result<v1::MakeNetworkReply> make(const v1::MakeNetworkRequest& request);
  /// Error: what could not be removed. No network is fine.
  Status remove();

 private:
  Result<v1::MakeNetworkReply> build(const v1::MakeNetworkRequest& request);
  Status note(const UndoRecord& record);
  Status remove_locked();
  Status run_ip(const std::string& name_space, const std::string& commands);

  Intents& intents_;
  const std::string state_folder_;
  std::mutex mutex_;
  std::vector<OpenRecord> made_;  // in the order in which they were made
};

}  // namespace cutset::agent
