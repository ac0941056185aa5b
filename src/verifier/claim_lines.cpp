#include "verifier/claim_lines.h"

#include <algorithm>

#include <fmt/format.h>

namespace cutset::verifier {

Result<bool> CheckContext::faults(Words& words, std::vector<uint32_t>& set) {
  set.clear();
  while (!words.at_end()) {
    const std::optional<int64_t> fault = words.number();
    if (!fault) return malformed("expected numbers of faults");
    if (*fault < 0 || *fault >= graph.faults()) {
      (void)refuse(fmt::format("fault {}", *fault),
                   fmt::format("a fault below {}", graph.faults()));
      return false;
    }
    if (!set.empty() && set.back() >= *fault) {
      (void)refuse(fmt::format("fault {} behind {}", *fault, set.back()),
                   "ascending numbers");
      return false;
    }
    set.push_back(static_cast<uint32_t>(*fault));
  }
  return true;
}

Status ClaimLines::graph(Words& words) {
  const std::optional<int64_t> faults = words.number();
  const std::optional<int64_t> gates = words.number();
  const std::string_view digest = words.next();
  if (!faults || !gates || digest.size() != 16 || !words.at_end()) {
    return context_.malformed(
        "expected \"graph FAULTS GATES DIGEST\", a digest of 16 digits");
  }
  if (*faults != graph_.faults() || *gates != graph_.gates() ||
      digest != hex16(graph_.digest)) {
    return context_.refuse(
        fmt::format("a certificate of another graph: {} faults, {} gates, digest {}",
                    *faults, *gates, digest),
        fmt::format("{} faults, {} gates, digest {}: the graph that was given",
                    graph_.faults(), graph_.gates(), hex16(graph_.digest)));
  }
  return {};
}

Status ClaimLines::budget(Words& words) {
  const std::string_view total = words.next();
  const std::optional<int64_t> most = Words::number_of(total);
  const bool is_number = most && *most >= 0 && *most < UINT32_MAX;
  if ((total != "any" && !is_number) || !words.at_end()) {
    return context_.malformed("expected \"budget NUMBER\" or \"budget any\"");
  }
  if (is_number) context_.verdict.budget.total = static_cast<uint32_t>(*most);
  return {};
}

Status ClaimLines::limit(Words& words) {
  const std::string_view name = words.next();
  const std::optional<int64_t> most = words.number();
  if (name.empty() || !most || *most < 0 || *most >= UINT32_MAX || !words.at_end()) {
    return context_.malformed("expected \"limit KIND NUMBER\"");
  }
  const auto found =
      std::find(graph_.kinds.begin(), graph_.kinds.end(), Words::decoded(name));
  if (found == graph_.kinds.end()) {
    return context_.refuse(fmt::format("a limit of \"{}\"", name),
                           "a kind of fault that the graph has");
  }
  const auto kind = static_cast<uint8_t>(found - graph_.kinds.begin());
  if (context_.verdict.budget.limit_of(kind)) {
    return context_.malformed(fmt::format("a second limit of \"{}\"", name));
  }
  context_.verdict.budget.limits.push_back({kind, static_cast<uint32_t>(*most)});
  return {};
}

Status ClaimLines::assume(Words& words) {
  if (words.at_end()) return context_.malformed("expected \"assume TEXT\"");
  context_.verdict.assumptions.emplace_back(words.rest());
  return {};
}

Status ClaimLines::axiom(Axiom::Type type, Words& words) {
  Axiom axiom;
  axiom.type = type;
  axiom.run = Words::decoded(words.next());
  axiom.line = context_.lines.line();
  if (axiom.run.empty()) {
    return context_.malformed("expected RUN FAULT...");
  }
  CUTSET_ASSIGN(const bool usable, context_.faults(words, set_));
  if (!usable) return {};
  axiom.faults = set_;
  if (type == Axiom::Type::kViolated) {
    if (set_.empty())
      return context_.refuse("no fault at all", "the faults of a violation");
    violated_.add(set_, context_.lines.line());
  } else {
    set_active(set_, true);
    const bool holds = evaluator().root_holds();
    set_active(set_, false);
    if (!holds) {
      return context_.refuse(
          fmt::format("run {} held, but its faults cut the root", axiom.run),
          "a graph that has what the run showed");
    }
  }
  context_.verdict.axioms.push_back(std::move(axiom));
  return {};
}

Status ClaimLines::set(Words& words) {
  CUTSET_ASSIGN(const bool usable, context_.faults(words, set_));
  if (!usable) return {};
  if (!context_.verdict.budget.allows(graph_, set_)) {
    return context_.refuse("a set beyond the budget",
                           "sets" + budget_text(context_.verdict.budget, graph_));
  }
  for (const uint32_t fault : set_) {
    if (graph_.kinds[graph_.kind_of[fault]] != "never") continue;
    return context_.refuse(fmt::format("fault {}, which never happens", fault),
                           "faults that happen");
  }
  ++context_.verdict.sets;
  context_.sets.add(set_, context_.lines.line());
  return {};
}

std::optional<Refusal> ClaimLines::evaluated(std::span<const uint32_t> set) {
  set_active(set, true);
  std::optional<uint32_t> needless;
  const bool cuts = !evaluator().root_holds();
  // With conditions minimality was judged when all sets were known: complete().
  for (const uint32_t fault : set) {
    if (!cuts || graph_.has_conditions || needless) break;
    evaluator().set_active(fault, false);
    if (!evaluator().root_holds()) needless = fault;
    evaluator().set_active(fault, true);
  }
  set_active(set, false);
  if (!cuts) return Refusal{0, "a set under which the root holds", "a set that cuts"};
  if (!needless) return std::nullopt;
  return Refusal{0, fmt::format("a set that still cuts without fault {}", *needless),
                 "a minimal set"};
}

Status ClaimLines::judge(const std::function<bool()>& stop) {
  constexpr size_t kSetsBetweenStops = 256;
  const ListedSets& sets = context_.sets;
  for (size_t at = 0; at < context_.verdict.sets; ++at) {
    if (sets.is_shown(at)) continue;
    if (context_.verdict.refusal && context_.verdict.refusal->line <= sets.line(at))
      break;
    if (at % kSetsBetweenStops == 0 && stop && stop()) {
      return Error::interrupted("stopped before the certificate was checked");
    }
    std::optional<Refusal> refusal = evaluated(sets[at]);
    if (!refusal) continue;
    refusal->line = sets.line(at);
    context_.verdict.refusal = std::move(refusal);
    break;
  }
  return {};
}

/// All sets are known. Where conditions are, a set without an active fault says little
/// of smaller ones. But every cut set within the budget contains a listed one (that is
/// what the parts show): if no listed set contains another, all are minimal.
Status ClaimLines::complete() {
  context_.sets.index(graph_.faults());
  if (const std::optional<size_t> twice = context_.sets.repeated()) {
    return context_.refuse(
        {context_.sets.line(*twice), "a set for the second time", "each set once"});
  }
  if (graph_.has_conditions) {
    if (const auto nested = context_.sets.nested()) {
      return context_.refuse({context_.sets.line(nested->first),
                              fmt::format("a set that contains that of line {}",
                                          context_.sets.line(nested->second)),
                              "a minimal set"});
    }
  }
  if (violated_.size() == 0) return {};
  for (size_t at = 0; at < violated_.size(); ++at)
    context_.sets.add(violated_[at], violated_.line(at));
  context_.sets.index(graph_.faults());
  return {};
}

}  // namespace cutset::verifier
