// Runs experiments of one campaign, writes them down, and makes evidence and findings of
// them. What is tried next is decided elsewhere (node_campaign.cpp).
//
// Thread rule: one owner.
#pragma once

#include <deque>

#include "campaign/nodes/node_campaign.h"

namespace cutset::campaign::nodes {

class NodeRunner {
 public:
  NodeRunner(NodeExperimenter& experimenter, Journal& journal,
             const NodeCampaignOptions& options);

  /// The runs without faults. False: the campaign ends here (summary says why).
  Result<bool> fault_free();

  /// Tries the schedule, and if it is broken its parts and repetitions. Null: nothing is
  /// known of it afterwards (unreachable, inconclusive, stopped).
  Result<const Evidence*> experiment(const NodeSchedule& schedule,
                                     const std::string& purpose,
                                     const std::string& reason);
  bool stopped() const { return summary_.status != CampaignStatus::kExhausted; }

  const NodeSpace& space() const { return *space_; }
  const EvidenceBase& evidence() const { return *evidence_; }
  NodeSummary& summary() { return summary_; }
  /// Equal labels, equal stories (node_ladder.h).
  static std::string label_of(const Evidence& evidence);

 private:
  struct Judged {
    NodeRun run;
    std::string name;
    NodeSchedule fired;
    bool unreachable = false;
  };

  bool out_of_budget();
  void end(CampaignStatus status, std::string why);
  Result<std::optional<Judged>> run_once(const NodeSchedule& schedule, int number,
                                         const std::string& purpose,
                                         const std::string& reason);
  Result<std::optional<Judged>> run_until_judged(const NodeSchedule& schedule, int number,
                                                 const std::string& purpose,
                                                 const std::string& reason);
  Status file_violation(const NodeSchedule& schedule, const Judged& judged, int number);
  Result<bool> show_parts(const NodeSchedule& schedule, bool by_ladder,
                          std::vector<ShownToHold>* parts);
  Result<bool> show_weaker(const NodeSchedule& schedule,
                           std::vector<ShownToHold>* weaker);
  Result<int> repeat(const NodeSchedule& schedule, bool broken, int times, int number,
                     const std::string& purpose);
  Status check_held(const NodeSchedule& schedule, const Judged& judged, int number);
  void absorb_flaky(MechanismGroup& group);
  Status add_group(MechanismGroup group);
  TriedSchedule& write_down(const NodeSchedule& schedule, const std::string& purpose,
                            int number, const std::string& run);

  NodeExperimenter& experimenter_;
  Journal& journal_;
  const NodeCampaignOptions& options_;
  std::chrono::steady_clock::time_point begin_;
  std::unique_ptr<NodeSpace> space_;
  std::unique_ptr<EvidenceBase> evidence_;
  NodeSummary summary_;
  int runs_named_ = 0;
};

/// The schedule with one fault made weaker: fewer links, a disk that is kept.
std::vector<NodeSchedule> weaker_schedules(const NodeSpace& space,
                                           const NodeSchedule& schedule);

}  // namespace cutset::campaign::nodes
