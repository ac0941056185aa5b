#include "dedalus/evaluation/failure.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

namespace cutset::dedalus {
namespace {

constexpr Time kMaxEot = 1'000'000;
constexpr size_t kMaxNodes = 64;  // sets of nodes are 64-bit words

Status check_omission(const ModelFault& fault, const FailureSpec& spec) {
  if (fault.node == fault.to || fault.node >= spec.nodes.size() ||
      fault.to >= spec.nodes.size()) {
    return Error::bad_input("a message is lost between two different nodes of the model");
  }
  if (fault.time < 1 || fault.time >= spec.eff || fault.time > spec.eot) {
    return Error::bad_input(
        fmt::format("{}: messages are lost at times 1 <= t < EFF ({})",
                    to_text(fault, spec), spec.eff));
  }
  return {};
}

Status check_crash(const ModelFault& fault, const FailureSpec& spec) {
  if (fault.node >= spec.nodes.size()) {
    return Error::bad_input("only a node of the model can crash");
  }
  if (fault.time < 1 || fault.time >= spec.eot) {
    return Error::bad_input(fmt::format("{}: nodes crash at times 1 <= t < EOT ({})",
                                        to_text(fault, spec), spec.eot));
  }
  return {};
}

/// Ways to choose which of the nodes crash.
double choose(uint32_t of, uint32_t chosen) {
  double result = 1;
  for (uint32_t i = 0; i < chosen; ++i) result = result * (of - i) / (i + 1);
  return std::round(result);
}

}  // namespace

Status check(const FailureSpec& spec) {
  if (spec.nodes.empty() || spec.nodes.size() > kMaxNodes) {
    return Error::bad_input(fmt::format("{} nodes; expected 1 to {} (--nodes a,b,c)",
                                        spec.nodes.size(), kMaxNodes));
  }
  std::set<std::string> seen;
  for (const std::string& node : spec.nodes) {
    if (!seen.insert(node).second) {
      return Error::bad_input(
          fmt::format("node {} is named twice; name each node once (--nodes)", node));
    }
  }
  if (spec.eot < 1 || spec.eot > kMaxEot) {
    return Error::bad_input(
        fmt::format("EOT is {}; expected 1 to {} (--eot)", spec.eot, kMaxEot));
  }
  if (spec.eff < 0 || spec.eff > kMaxEot) {
    return Error::bad_input(
        fmt::format("EFF is {}; expected 0 to {} (--eff)", spec.eff, kMaxEot));
  }
  if (spec.crashes > spec.nodes.size()) {
    return Error::bad_input(
        fmt::format("{} crashes of {} nodes; at most all of them crash "
                    "(--crashes)",
                    spec.crashes, spec.nodes.size()));
  }
  return {};
}

ModelFault ModelFault::omission(NodeIndex from, NodeIndex to, Time time) {
  return {.kind = Kind::kOmission, .node = from, .to = to, .time = time};
}

ModelFault ModelFault::crash(NodeIndex node, Time time) {
  return {.kind = Kind::kCrash, .node = node, .time = time};
}

std::string to_text(const ModelFault& fault, const FailureSpec& spec) {
  if (fault.kind == ModelFault::Kind::kCrash) {
    return fmt::format("crash({}@{})", spec.nodes.at(fault.node), fault.time);
  }
  return fmt::format("loss({} -> {} @{})", spec.nodes.at(fault.node),
                     spec.nodes.at(fault.to), fault.time);
}

Status within(const ModelFaultSet& faults, const FailureSpec& spec) {
  std::set<NodeIndex> crashed;
  for (const ModelFault& fault : faults) {
    if (fault.kind == ModelFault::Kind::kOmission) {
      CUTSET_TRY(check_omission(fault, spec));
      continue;
    }
    CUTSET_TRY(check_crash(fault, spec));
    if (!crashed.insert(fault.node).second) {
      return Error::bad_input(
          fmt::format("{}: a node crashes once", to_text(fault, spec)));
    }
  }
  if (crashed.size() > spec.crashes) {
    return Error::bad_input(fmt::format("{} crashes; the specification allows {}",
                                        crashed.size(), spec.crashes));
  }
  return {};
}

double search_space(const FailureSpec& spec) {
  const auto nodes = static_cast<uint32_t>(spec.nodes.size());
  const double losses =
      std::exp2(static_cast<double>(nodes) - 1);  // of one sender, a time
  const double free = std::pow(losses, spec.eff);
  double prone = 0;
  for (Time time = 1; time <= spec.eot + 1; ++time) {
    prone += std::pow(losses, std::min(spec.eff, time - 1));
  }
  return choose(nodes, spec.crashes) * std::pow(free, nodes - spec.crashes) *
         std::pow(prone, spec.crashes);
}

}  // namespace cutset::dedalus
