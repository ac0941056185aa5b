#include "dedalus/evaluation/fault_plan.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace cutset::dedalus {
namespace {

auto order(const ModelFault& fault) {
  return std::make_tuple(fault.time, fault.node, fault.to);
}

}  // namespace

FaultPlan::FaultPlan(const FailureSpec& spec)
    : spec_(spec), crash_times_(spec.nodes.size(), 0) {}

Status FaultPlan::set(const ModelFaultSet& faults) {
  omissions_.clear();
  std::fill(crash_times_.begin(), crash_times_.end(), 0);
  has_crashes_ = false;
  first_crash_ = 0;
  for (const ModelFault& fault : faults) {
    const bool is_crash = fault.kind == ModelFault::Kind::kCrash;
    if (fault.node >= spec_.nodes.size() || fault.to >= spec_.nodes.size() ||
        fault.time < 1 || fault.time > spec_.eot) {
      return Error::bad_input(fmt::format(
          "a fault names a node or time that the model does not have: node {} of {}, "
          "time "
          "{} of 1..{}",
          std::max(fault.node, fault.to), spec_.nodes.size(), fault.time, spec_.eot));
    }
    if (!is_crash) {
      omissions_.push_back(fault);
      continue;
    }
    if (crash_times_[fault.node] != 0) {
      return Error::bad_input(
          fmt::format("{}: a node crashes once", to_text(fault, spec_)));
    }
    crash_times_[fault.node] = fault.time;
    first_crash_ = has_crashes_ ? std::min(first_crash_, fault.time) : fault.time;
    has_crashes_ = true;
  }
  std::sort(omissions_.begin(), omissions_.end(),
            [](const ModelFault& left, const ModelFault& right) {
              return order(left) < order(right);
            });
  return {};
}

std::span<const ModelFault> FaultPlan::omissions(Time time) const {
  if (omissions_.empty()) return {};
  const auto begin =
      std::partition_point(omissions_.begin(), omissions_.end(),
                           [&](const ModelFault& fault) { return fault.time < time; });
  auto end = begin;
  while (end != omissions_.end() && end->time == time) ++end;
  return {begin, end};
}

uint64_t FaultPlan::down(Time time) const {
  if (!has_crashes_ || spec_.crash_model != CrashModel::kStop) return 0;
  uint64_t down = 0;
  for (NodeIndex node = 0; node < crash_times_.size(); ++node) {
    if (is_crashed(node, time)) down |= uint64_t{1} << node;
  }
  return down;
}

bool FaultPlan::is_lost(NodeIndex from, NodeIndex to, Time time) const {
  if (is_crashed(from, time)) return true;
  if (spec_.crash_model == CrashModel::kStop && is_crashed(to, time + 1)) return true;
  for (const ModelFault& fault : omissions(time)) {
    if (fault.node == from && fault.to == to) return true;
  }
  return false;
}

bool FaultPlan::arrives(NodeIndex from, NodeIndex to, Time time) const {
  if (from != to) return !is_lost(from, to, time);
  return spec_.crash_model != CrashModel::kStop || !is_crashed(to, time + 1);
}

}  // namespace cutset::dedalus
