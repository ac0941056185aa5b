// A tap: the packets from one instance to some peers leave the kernel, pass a stage
// (packet_stage.h) and go on. Live connections go through it too; nothing is translated,
// and connection tracking is not needed.
//
//   sender -> nftables marks the packet -> route or loopback rule -> TUN device
//          -> stage: waits, is lost, is counted -> raw socket, with a mark -> next tap or
//          out
//
// Crash safety: the device, and the route into it, end with this process. What stays are
// two tables of ours and a rule for routes; they are in the records. Packets to other
// machines then take their old way at once; those to local processes when the tables go.
//
// Invariant: packets of one connection keep their order, as long as the stage keeps it.
// While a tap is opened or closed some may overtake others.
//
// Thread rule: make(), open(), close() and the destructor by one owner; call_in_tap()
// from any thread. The stage is called on the tap's own thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "agent/faults/record.h"
#include "agent/link/link_ends.h"
#include "agent/link/mark_number.h"
#include "agent/link/nft.h"
#include "agent/link/packet_stage.h"
#include "agent/link/table_switch.h"
#include "agent/link/tap_device.h"

namespace cutset::agent::link {

inline constexpr const char* kTapRecord = "link-tap";

/// What a tap takes.
struct TapMatch {
  OutgoingMatch sent;                 // by `sender`, where it leaves
  unsigned sender = 0;                // number of the instance
  std::vector<std::string> arriving;  // from elsewhere, where it arrives
};

class LinkTap {
 public:
  /// Looks everything up and changes nothing; nft waits for its text. `mark`: the agent's
  /// random word. Requires: the stage outlives the tap.
  static Result<std::unique_ptr<LinkTap>> prepare(const LinkEnds& ends, TapMatch match,
                                                  const std::string& mark,
                                                  PacketStage& stage);
  /// Of what the target sends to the peers.
  static Result<std::unique_ptr<LinkTap>> prepare_sent(const LinkEnds& ends,
                                                       const std::string& mark,
                                                       PacketStage& stage);
  ~LinkTap();
  LinkTap(const LinkTap&) = delete;
  LinkTap& operator=(const LinkTap&) = delete;

  /// What undoing needs; write it before make().
  UndoRecord record() const;
  /// Makes everything but the way into the device: no packet comes yet. Called once.
  Status make();
  /// Packets come from now on. Requires: make() succeeded.
  Status open();
  /// Is the device there, and does the kernel lead packets into it? How it was seen.
  Result<std::string> verify() const;
  /// What the stage holds goes on as the stage says; then the packets take their old way.
  /// Error: rules of ours are left; the record undoes them.
  Status close();

  /// Runs the function on the tap's thread, or at once if it is closed.
  void call_in_tap(std::function<void()> function);

 private:
  LinkTap(NetworkNamespace place, ProcessId leader, MarkNumber number, PacketStage& stage,
          NftTransaction transaction, TableSwitch tables);
  std::string rules_for_sent() const;
  std::string rules_for_arriving(const std::vector<std::string>& devices) const;
  void run();
  void run_posted();
  void set_alarm(Nanos when);

  NetworkNamespace place_;
  const ProcessId leader_;  // a process of the namespace, for finding it again
  const MarkNumber number_;
  PacketStage& stage_;
  NftTransaction transaction_;
  TableSwitch tables_;
  TapMatch match_;
  unsigned mtu_ = 1500;
  std::string table_;  // its name; one of family inet and one of netdev
  TapName name_;
  bool begun_ = false;  // made, perhaps not wholly
  std::unique_ptr<TapDevice> device_;
  Fd alarm_;
  Fd wake_;
  std::thread thread_;

  std::mutex mutex_;
  bool running_ = false;                       // guarded by mutex_
  bool stopping_ = false;                      // guarded by mutex_
  std::vector<std::function<void()>> posted_;  // guarded by mutex_
};

/// For the table of undo records.
Status undo_tap(const std::vector<std::string>& words);

}  // namespace cutset::agent::link
