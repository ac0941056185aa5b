#include "lineage/class_rules.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace cutset::lineage {

namespace {

using Type = Premise::Type;

/// Comparisons of premises that absorption may cost for one call.
constexpr int64_t kMostComparisons = 100'000'000;

bool is_condition(const Premise& premise) {
  return premise.type == Type::kFails;
}

void sort_rule(LocalRule& rule) {
  std::sort(rule.begin(), rule.end());
  rule.erase(std::unique(rule.begin(), rule.end()), rule.end());
}

template <typename Predicate>
void drop_premises(LocalRule& rule, Predicate drop) {
  rule.erase(std::remove_if(rule.begin(), rule.end(), drop), rule.end());
}

/// Does `premise` hold whenever the rule's premises do? Exact: that a call fails is the
/// complement of that it holds.
bool is_implied(const Premise& premise, const LocalRule& rule) {
  if (std::binary_search(rule.begin(), rule.end(), premise)) return true;
  if (premise.type != Type::kAttempts) return false;
  return std::any_of(premise.calls.begin(), premise.calls.end(), [&](uint32_t call) {
    return std::binary_search(rule.begin(), rule.end(), Premise{Type::kHolds, {call}});
  });
}

bool is_weaker(const LocalRule& rule, const LocalRule& than) {
  return std::all_of(rule.begin(), rule.end(),
                     [&](const Premise& premise) { return is_implied(premise, than); });
}

/// The children of one call in one run, as premises of its rule.
class RunReader {
 public:
  RunReader(const ClassRun& run, const std::vector<std::vector<int>>& children)
      : run_(run), children_(children) {}

  void read(size_t parent, LocalRule& awaited, LocalRule& unawaited) {
    std::set<int> in_chain;
    for (const int child : children_[parent]) {
      const RunCall& call = at(child);
      if (in_chain.count(child) > 0) continue;
      if (!call.awaited) {
        unawaited.push_back({call.failed ? Type::kFails : Type::kHolds, {call.call}});
        continue;
      }
      const std::vector<int> attempts = attempts_from(parent, child);
      in_chain.insert(attempts.begin(), attempts.end());
      add(attempts, awaited);
    }
    sort_rule(awaited);
    sort_rule(unawaited);
  }

 private:
  const RunCall& at(int index) const { return run_.calls[static_cast<size_t>(index)]; }

  /// The call and its retries, up to the first that answered.
  std::vector<int> attempts_from(size_t parent, int first) {
    std::vector<int> attempts{first};
    if (next_.empty()) index_retries(parent);
    while (at(attempts.back()).failed) {
      const auto retry = next_.find(attempts.back());
      if (retry == next_.end()) break;
      attempts.push_back(retry->second);
    }
    return attempts;
  }

  void index_retries(size_t parent) {
    next_.emplace(-1, -1);
    for (const int child : children_[parent]) {
      if (at(child).repeats >= 0 && at(child).awaited)
        next_.try_emplace(at(child).repeats, child);
    }
  }

  void add(const std::vector<int>& attempts, LocalRule& rule) const {
    if (at(attempts.back()).failed) {
      for (const int attempt : attempts)
        rule.push_back({Type::kFails, {at(attempt).call}});
      return;
    }
    Premise premise{attempts.size() == 1 ? Type::kHolds : Type::kAttempts, {}};
    for (const int attempt : attempts) premise.calls.push_back(at(attempt).call);
    rule.push_back(std::move(premise));
  }

  const ClassRun& run_;
  const std::vector<std::vector<int>>& children_;
  std::map<int, int> next_;  // attempt -> the one that retries it
};

class Simplifier {
 public:
  explicit Simplifier(const RequestIdentities& identities) : identities_(identities) {
    result_.of.resize(identities.calls.size());
  }

  ClassRules run() {
    observe();
    pass("as observed", "every run's own reasons, one rule for each answered call");
    drop_unawaited();
    pass("calls nobody waits for", "messages and calls that outlive their caller");
    drop_unstable();
    pass("unstable calls",
         "made in some runs and not in others for no visible reason, or not told apart "
         "from equal ones");
    generalise_retries();
    pass("retries", "an attempt that was retried once is retried whenever it fails");
    assume_unseen();
    pass("never seen to answer", "conditions on calls that failed in every run");
    merge_equal();
    pass("equal rules", "different runs, the same reasons");
    absorb();
    pass("absorbed rules", "a rule that needs all that another needs, and more");
    return std::move(result_);
  }

 private:
  void observe() {
    unawaited_.resize(identities_.calls.size());
    for (const ClassRun& run : identities_.runs) {
      std::vector<std::vector<int>> children(run.calls.size());
      for (size_t i = 1; i < run.calls.size(); ++i)
        children[static_cast<size_t>(run.calls[i].parent)].push_back(static_cast<int>(i));
      for (size_t i = 0; i < run.calls.size(); ++i) {
        const RunCall& call = run.calls[i];
        if (call.failed) continue;
        LocalRule rule;
        LocalRule unawaited;
        RunReader(run, children).read(i, rule, unawaited);
        result_.of[call.call].push_back(std::move(rule));
        unawaited_[call.call].push_back(std::move(unawaited));
      }
    }
  }

  void drop_unawaited() { unawaited_.clear(); }

  bool is_unstable(const Premise& premise) const {
    return std::any_of(premise.calls.begin(), premise.calls.end(),
                       [this](uint32_t call) { return !identities_.calls[call].stable; });
  }

  /// They are no fault candidates, so they count as answered: a rule that an unstable
  /// call's failure provoked goes, unless it is the only one.
  void drop_unstable() {
    for (std::vector<LocalRule>& rules : result_.of) {
      std::vector<LocalRule> kept;
      for (const LocalRule& rule : rules) {
        const bool provoked =
            std::any_of(rule.begin(), rule.end(), [this](const Premise& premise) {
              return is_condition(premise) && is_unstable(premise);
            });
        if (!provoked) kept.push_back(rule);
      }
      if (!kept.empty()) rules = std::move(kept);
      for (LocalRule& rule : rules)
        drop_premises(rule,
                      [this](const Premise& premise) { return is_unstable(premise); });
    }
  }

  void generalise_retries() {
    std::map<uint32_t, Premise> chains;  // by their first attempt, the longest
    for (const std::vector<LocalRule>& rules : result_.of) {
      for (const LocalRule& rule : rules) {
        for (const Premise& premise : rule) {
          if (premise.type != Type::kAttempts) continue;
          Premise& chain = chains.try_emplace(premise.calls[0], premise).first->second;
          if (chain.calls.size() < premise.calls.size()) chain = premise;
        }
      }
    }
    if (chains.empty()) return;
    result_.notes.push_back(fmt::format(
        "{} call{} made again after a failed attempt: had the first attempt answered, "
        "the "
        "next would not have been made, and what was retried once is taken to be retried "
        "whenever it fails.",
        chains.size(), chains.size() == 1 ? " was" : "s were"));
    for (std::vector<LocalRule>& rules : result_.of) {
      for (LocalRule& rule : rules) {
        for (Premise& premise : rule) {
          const auto chain = chains.find(premise.calls[0]);
          if (is_condition(premise) || chain == chains.end()) continue;
          const std::vector<uint32_t>& longest = chain->second.calls;
          if (std::equal(premise.calls.begin(), premise.calls.end(), longest.begin()))
            premise = chain->second;
        }
        sort_rule(rule);
      }
    }
  }

  void assume_unseen() {
    for (const std::vector<LocalRule>& rules : std::vector(result_.of)) {
      for (const LocalRule& rule : rules) {
        for (const Premise& premise : rule) {
          if (premise.type != Type::kAttempts) continue;
          for (const uint32_t attempt : premise.calls) {
            if (result_.of[attempt].empty()) result_.of[attempt].push_back({});
          }
        }
      }
    }
    for (std::vector<LocalRule>& rules : result_.of) {
      for (LocalRule& rule : rules) {
        drop_premises(rule, [this](const Premise& premise) {
          return is_condition(premise) && result_.of[premise.calls[0]].empty();
        });
      }
    }
    for (size_t call = 0; call < result_.of.size(); ++call) add_unprovoked(call);
  }

  /// Where every rule was provoked by a failure, the run without it was not seen to be
  /// good. It is assumed to be: what was called after the failure is taken as needed, the
  /// failure is not.
  void add_unprovoked(size_t call) {
    std::vector<LocalRule>& rules = result_.of[call];
    const auto conditions = [](const LocalRule& rule) {
      return std::count_if(rule.begin(), rule.end(), is_condition);
    };
    const auto least = std::min_element(
        rules.begin(), rules.end(), [&](const LocalRule& a, const LocalRule& b) {
          return std::tuple(conditions(a), a.size(), std::cref(a).get()) <
                 std::tuple(conditions(b), b.size(), std::cref(b).get());
        });
    if (least == rules.end() || conditions(*least) == 0) return;
    LocalRule unprovoked = *least;
    drop_premises(unprovoked, is_condition);
    result_.notes.push_back(fmt::format(
        "{} was only seen to answer after a call of its own had failed; without that "
        "failure it is assumed to answer too.",
        identities_.words(call)));
    rules.push_back(std::move(unprovoked));
  }

  void merge_equal() {
    for (std::vector<LocalRule>& rules : result_.of) {
      std::sort(rules.begin(), rules.end());
      rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
    }
  }

  void absorb() {
    for (size_t call = 0; call < result_.of.size(); ++call) {
      std::vector<LocalRule>& rules = result_.of[call];
      std::stable_sort(
          rules.begin(), rules.end(),
          [](const LocalRule& a, const LocalRule& b) { return a.size() < b.size(); });
      int64_t cost = 0;
      std::vector<LocalRule> kept;
      for (const LocalRule& rule : rules) {
        const bool absorbed =
            std::any_of(kept.begin(), kept.end(), [&](const auto& other) {
              cost += static_cast<int64_t>(other.size()) + 1;
              return cost < kMostComparisons && is_weaker(other, rule);
            });
        if (!absorbed) kept.push_back(rule);
      }
      // A rule can be weaker than a shorter one, too: one of its premises stands for
      // more.
      std::vector<LocalRule> weakest;
      for (size_t i = 0; i < kept.size(); ++i) {
        bool absorbed = false;
        for (size_t j = i + 1; j < kept.size() && !absorbed; ++j) {
          cost += static_cast<int64_t>(kept[j].size()) + 1;
          absorbed = cost < kMostComparisons && is_weaker(kept[j], kept[i]);
        }
        if (!absorbed) weakest.push_back(kept[i]);
      }
      if (cost >= kMostComparisons) {
        result_.notes.push_back(
            fmt::format("{} has too many different rules to compare all "
                        "of them; the graph is larger than it need be.",
                        identities_.words(call)));
      }
      rules = std::move(weakest);
      std::sort(rules.begin(), rules.end());
    }
  }

  /// Goals (the call and its alternatives), rules and leaves below the entry.
  void pass(std::string name, std::string what) {
    GraphPass counted{std::move(name), std::move(what), 0, 0, 0};
    std::vector<bool> reached(result_.of.size(), false);
    std::vector<bool> condition(result_.of.size(), false);
    reached[0] = true;
    for (size_t call = 0; call < result_.of.size(); ++call) {
      if (!reached[call]) continue;
      const int64_t leaf = call == 0 ? 0 : 1;
      counted.leaves += leaf + (condition[call] ? 1 : 0);
      counted.nodes += 1 + leaf + (condition[call] ? 2 : 0);
      counted.edges += leaf + (condition[call] ? 1 : 0);
      for (size_t i = 0; i < result_.of[call].size(); ++i) {
        ++counted.nodes;
        ++counted.edges;
        count(result_.of[call][i], counted, reached, condition);
        if (!unawaited_.empty()) count(unawaited_[call][i], counted, reached, condition);
      }
    }
    result_.passes.push_back(std::move(counted));
  }

  static void count(const LocalRule& rule, GraphPass& counted, std::vector<bool>& reached,
                    std::vector<bool>& condition) {
    for (const Premise& premise : rule) {
      ++counted.edges;
      if (premise.type == Type::kAttempts) {
        ++counted.nodes;
        counted.edges += static_cast<int64_t>(premise.calls.size());
      }
      for (const uint32_t call : premise.calls) {
        reached[call] = true;
        if (premise.type != Type::kHolds) condition[call] = true;
      }
    }
  }

  const RequestIdentities& identities_;
  ClassRules result_;
  std::vector<std::vector<LocalRule>> unawaited_;  // beside result_.of, at first
};

}  // namespace

ClassRules rules_of(const RequestIdentities& identities) {
  return Simplifier(identities).run();
}

}  // namespace cutset::lineage
