#include "campaign/nodes/node_mechanism.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"

namespace cutset::campaign::nodes {

namespace {

std::string_view phase_of(const Phase& phase) {
  if (phase.begun == 0) return "before the faults";
  return phase.open ? "while a fault lasted" : "after the faults had ended";
}

std::string death_key(const CopyDeath& death) {
  switch (death.kind) {
    case CopyDeath::Kind::kNeverArrived:
      return fmt::format("never arrived at {}", death.holder.role);
    case CopyDeath::Kind::kLostWithNode:
      return fmt::format("lost with {}", death.holder.role);
    case CopyDeath::Kind::kReplaced:
      return fmt::format("replaced on {} by what {} had", death.holder.role,
                         death.by.role);
    case CopyDeath::Kind::kVanished:
      return "vanished from " + death.holder.role;
  }
  return "?";
}

/// A follower that had the write too before the transfer that replaced it elsewhere
/// replaced it there: whether it had it yet is a matter of milliseconds, not another way
/// to lose it.
bool went_along(const CopyDeath& death, const std::vector<CopyDeath>& all) {
  const auto is_replaced = [](const CopyDeath& each) {
    return each.kind == CopyDeath::Kind::kReplaced;
  };
  const auto from = std::find_if(all.begin(), all.end(), [&](const CopyDeath& each) {
    return each.holder == death.by;
  });
  return is_replaced(death) && from != all.end() &&
         from->kind == CopyDeath::Kind::kNeverArrived &&
         from->holder.role == death.holder.role &&
         std::any_of(all.begin(), all.end(), [&](const CopyDeath& each) {
           return is_replaced(each) && each.by == death.by &&
                  each.holder.role != death.holder.role;
         });
}

}  // namespace

std::string Phase::text() const {
  if (begun == 0) return "before the faults";
  return fmt::format("{} step {}", open ? "during" : "after", begun);
}

std::string Premise::text() const {
  if (kind == Kind::kState) return fmt::format("{} keeps it", from.text());
  return fmt::format("{} -> {}{}", from.text(), to.text(), late ? ", later" : "");
}

std::string death_words(const CopyDeath& death) {
  switch (death.kind) {
    case CopyDeath::Kind::kNeverArrived:
      return "never arrived at " + death.holder.text();
    case CopyDeath::Kind::kLostWithNode:
      return "lost with " + death.holder.text();
    case CopyDeath::Kind::kReplaced:
      return fmt::format("replaced on {} by what {} had", death.holder.text(),
                         death.by.text());
    case CopyDeath::Kind::kVanished:
      return "vanished from " + death.holder.text();
  }
  return "?";
}

Mechanism mechanism_of(const NodeRun& run) {
  CHECK(is_broken(run.verdict));
  if (run.lost.empty()) {
    const std::string what =
        run.verdict == Verdict::kDidNotRecover ? "did not recover" : "violated";
    const std::string reactions = signature_of(run);
    return {what + "; " + reactions,
            reactions.empty() ? what : fmt::format("{} ({})", what, reactions)};
  }
  const LostWrite& first = run.lost.front();
  std::set<std::string> deaths;
  for (const CopyDeath& death : first.copies) {
    if (!went_along(death, first.copies)) deaths.insert(death_key(death));
  }
  const std::vector<std::string> sorted(deaths.begin(), deaths.end());
  const std::string words = fmt::format("acknowledged {}: {}",
                                        phase_of(first.acknowledged), join(sorted, ", "));
  return {words, "The write was " + words + "."};
}

std::string signature_of(const NodeRun& run) {
  std::set<std::string> parts;
  for (const Reaction& reaction : run.reactions) {
    switch (reaction.kind) {
      case Reaction::Kind::kRoleMoved:
        parts.insert(
            fmt::format("role of {} moved to {}", reaction.from.role, reaction.to.role));
        break;
      case Reaction::Kind::kCopiedAgain:
        parts.insert(
            fmt::format("{} copied again from {}", reaction.to.role, reaction.from.role));
        break;
      case Reaction::Kind::kReconnected:
        break;
    }
  }
  return join({parts.begin(), parts.end()}, ", ");
}

}  // namespace cutset::campaign::nodes
