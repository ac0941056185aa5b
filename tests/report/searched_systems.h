// Summaries of campaigns on simulated systems.
#pragma once

#include <string>

#include "replicated_system.h"
#include <gtest/gtest.h>

#include "campaign/nodes/node_campaign.h"

namespace cutset::testing {

inline campaign::nodes::NodeSummary search(const SystemTraits& traits,
                                           const std::string& name) {
  ReplicatedSystem system(traits);
  auto journal = campaign::Journal::create("");
  campaign::nodes::NodeCampaignOptions options;
  options.name = name;
  auto summary = campaign::nodes::run_node_campaign(system, **journal, options);
  EXPECT_TRUE(summary.ok());
  return std::move(*summary);
}

inline const campaign::nodes::NodeSummary& store() {
  static const campaign::nodes::NodeSummary kSummary =
      search(SystemTraits::asynchronous(), "store");
  return kSummary;
}

}  // namespace cutset::testing
