// What proves that a campaign left nothing out. Thread rule: a value.
#pragma once

#include <string>
#include <string_view>

namespace cutset::campaign {

struct Proof {
  std::string graph;        // path of the graph, cutset-dag/1
  std::string certificate;  // path of its certificate
  std::string verify;       // the command that checks it
};

constexpr std::string_view kFinalGraph = "final-graph.dag";
constexpr std::string_view kFinalCertificate = "final-graph.cert";

}  // namespace cutset::campaign
