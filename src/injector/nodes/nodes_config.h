// `nodes:` of cutset.yaml: the system is one of nodes that keep copies of what was
// written, and `cutset run` searches for the faults of nodes and links that lose some
// (docs/concepts/nodes.md).
//
// Invariants of a NodesConfig that was read without problems:
// 1. Every host of `roles` is one of the hosts, in one role; the clients' host is in
// none.
// 2. `writes_to` is one of `roles`.
//
// Thread rule: values.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cutset/agent/v1/schedule.pb.h"

#include "campaign/nodes/node_model.h"
#include "injector/template_text.h"

namespace cutset::injector {

/// A command that has to succeed before the workload begins; asked again until it does.
struct PrepareStep {
  std::vector<TemplateText> arguments;
  std::string folder;
  std::chrono::milliseconds within{10'000};
};

struct NodesConfig {
  /// Role -> its hosts when the workload begins, member i of the role is the ith.
  std::map<std::string, std::vector<std::string>> roles;
  std::string writes_to = "leader";
  bool clients_reach_all = false;
  std::string clients_on;              // the host of the workload
  std::vector<std::string> processes;  // services that are faulted alone too
  campaign::nodes::NodeModel model;
  int after = 20;  // acknowledged writes before the first fault
  std::vector<PrepareStep> prepare;
  std::map<std::string, agent::v1::Framing> framings;  // by service; others are guessed

  /// The place of a host: "follower 2"; an empty role where it has none.
  campaign::nodes::Place place_of(const std::string& host) const;
  /// Requires: a place of `roles`.
  const std::string& host_of(const campaign::nodes::Place& place) const;
  campaign::nodes::NodeRoles node_roles() const;
};

}  // namespace cutset::injector
