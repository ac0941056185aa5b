// A small deterministic simulation of replicated stores: a leader that takes writes,
// followers that copy its log, monitors that replace a leader whom most of them have not
// heard of for a while, a client that keeps to its leader until it must ask again.
//
// With its defaults it is like a store with asynchronous replication and monitors on each
// node, and has the failures that messages.md names for such a one; the traits make a
// store of it that acknowledges what a majority has, and one with a planted failure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "campaign/nodes/node_experimenter.h"

namespace cutset::testing {

struct SystemTraits {
  uint32_t nodes = 3;
  bool quorum_ack = false;        // acknowledges what most nodes have
  bool keeps_disk = false;        // a restarted node has its log again
  bool restores_wrongly = false;  // a restarted leader fetches its log from the follower
                                  // that has the least (the planted failure)
  bool drops_wrongly = false;     // one with its disk drops what that follower lacks: it
                                  // asks, and no write is carried
  int64_t down_after = 1000;      // milliseconds, as all
  int64_t promote_after = 600;
  int64_t publish_after = 600;  // clients that ask are told of the new leader
  int64_t demote_after = 500;   // of an old leader that can be reached again
  int64_t reconnect = 1000;
  int64_t client_timeout = 4000;
  bool moves_leader = true;   // another node leads in every run
  uint32_t flaky_in_100 = 0;  // of the broken runs, so many lose nothing
  uint64_t seed = 1;

  static SystemTraits asynchronous() { return {}; }
  static SystemTraits majority();
  static SystemTraits planted_log();
  static SystemTraits asking_log();
};

class ReplicatedSystem : public campaign::nodes::NodeExperimenter {
 public:
  explicit ReplicatedSystem(SystemTraits traits) : traits_(traits) {}

  campaign::nodes::NodeRoles roles() const override;
  Result<campaign::nodes::NodeRun> run(const campaign::nodes::NodeSchedule& schedule,
                                       const std::string& run) override;
  uint64_t runs() const { return runs_; }

 private:
  SystemTraits traits_;
  uint64_t runs_ = 0;
};

}  // namespace cutset::testing
