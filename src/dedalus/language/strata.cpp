#include "dedalus/language/strata.h"

#include <algorithm>
#include <set>
#include <utility>

namespace cutset::dedalus {

namespace {

/// A deductive rule derives one relation from another at the same time.
struct Dependency {
  RelationId from = 0;  // the head
  RelationId to = 0;    // the premise
  bool negated = false;
  bool aggregated = false;
  Spot rule;
  Spot premise;

  bool strict() const { return negated || aggregated; }
};

class Strata {
 public:
  Strata(const Reading& reading, const Symbols& symbols, Problems& problems)
      : reading_(reading),
        symbols_(symbols),
        problems_(problems),
        outgoing_(symbols.relations.size()),
        derives_(symbols.relations.size(), false),
        states_(symbols.relations.size()) {
    for (const PlacedClause& placed : reading.clauses) {
      const auto* rule = std::get_if<syntax::Rule>(&placed.clause->what);
      if (rule != nullptr && !rule->head.time) add(*rule, placed.file);
    }
  }

  std::vector<std::optional<uint32_t>> run() {
    for (RelationId relation = 0; relation < outgoing_.size(); ++relation) {
      if (states_[relation].index == 0) visit(relation);
    }
    std::set<uint32_t> reported;
    for (const Dependency& dependency : dependencies_) {
      const uint32_t component = states_[dependency.from].component;
      if (!dependency.strict() || component != states_[dependency.to].component) continue;
      if (reported.insert(component).second) report(dependency);
    }
    return strata_;
  }

 private:
  struct State {
    uint32_t index = 0;  // 0: not visited
    uint32_t low = 0;
    uint32_t component = 0;
    bool on_stack = false;
  };
  struct Frame {
    RelationId relation = 0;
    size_t next = 0;  // of its outgoing dependencies
  };

  void add(const syntax::Rule& rule, uint32_t file) {
    const RelationId head = symbols_.id_of(rule.head.name);
    derives_[head] = true;
    const bool aggregated =
        std::any_of(rule.head.columns.begin(), rule.head.columns.end(),
                    [](const syntax::Atom& column) { return column.is_aggregate(); });
    for (const syntax::BodyTerm& term : rule.body) {
      const auto* premise = std::get_if<syntax::Predicate>(&term);
      if (premise == nullptr) continue;
      outgoing_[head].push_back(dependencies_.size());
      dependencies_.push_back({.from = head,
                               .to = symbols_.id_of(premise->name),
                               .negated = premise->negated,
                               .aggregated = aggregated,
                               .rule = {file, rule.head.offset},
                               .premise = {file, premise->offset}});
    }
  }

  void open(RelationId relation) {
    states_[relation] = {
        .index = ++count_, .low = count_, .component = 0, .on_stack = true};
    stack_.push_back(relation);
    frames_.push_back({relation, 0});
  }

  void visit(RelationId start) {
    strata_.resize(states_.size());
    open(start);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      State& state = states_[frame.relation];
      if (frame.next < outgoing_[frame.relation].size()) {
        const RelationId to = dependencies_[outgoing_[frame.relation][frame.next++]].to;
        if (states_[to].index == 0) {
          open(to);  // invalidates frame
        } else if (states_[to].on_stack) {
          state.low = std::min(state.low, states_[to].index);
        }
        continue;
      }
      const RelationId done = frame.relation;
      frames_.pop_back();
      if (!frames_.empty()) {
        State& parent = states_[frames_.back().relation];
        parent.low = std::min(parent.low, state.low);
      }
      if (state.low == state.index) close(done);
    }
  }

  /// `top` is the last of its component on the stack; those it needs are closed before.
  void close(RelationId top) {
    ++components_;
    RelationId relation = 0;
    bool derives = false;
    do {
      relation = stack_.back();
      stack_.pop_back();
      states_[relation].on_stack = false;
      states_[relation].component = components_;
      if (derives_[relation]) {
        derives = true;
        strata_[relation] = next_stratum_;
      }
    } while (relation != top);
    if (derives) ++next_stratum_;
  }

  /// The shortest way from `strict.to` back to `strict.from` closes the circle.
  void report(const Dependency& strict) {
    std::vector<std::optional<size_t>> reached_by(outgoing_.size());
    std::vector<RelationId> queue = {strict.to};
    for (size_t i = 0; i < queue.size() && strict.to != strict.from; ++i) {
      if (queue[i] == strict.from) break;
      for (const size_t at : outgoing_[queue[i]]) {
        const RelationId to = dependencies_[at].to;
        if (to == strict.to || reached_by[to]) continue;
        if (states_[to].component != states_[strict.from].component) continue;
        reached_by[to] = at;
        queue.push_back(to);
      }
    }
    std::vector<const Dependency*> circle;
    for (RelationId at = strict.from; at != strict.to;) {
      circle.push_back(&dependencies_[*reached_by[at]]);
      at = circle.back()->from;
    }
    circle.push_back(&strict);
    std::reverse(circle.begin(), circle.end());
    std::string text;
    constexpr size_t kShown = 20;
    for (size_t i = 0; i < circle.size() && i < kShown; ++i) {
      text += (text.empty() ? "" : ", ") + step_text(*circle[i]);
    }
    if (circle.size() > kShown) {
      text += ", and " + std::to_string(circle.size() - kShown) + " more";
    }
    const char* through = strict.negated ? "its own absence" : "an aggregate over itself";
    problems_.error(*reading_.sources[strict.premise.file], strict.premise.file,
                    strict.premise.offset,
                    "`" + name(strict.from) + "` depends on " + through +
                        " at the same time: " + text +
                        "; break the circle with @next in one of these rules");
  }

  std::string step_text(const Dependency& step) const {
    const char* how = " needs ";
    if (step.negated) {
      how = " needs notin ";
    } else if (step.aggregated) {
      how = " aggregates ";
    }
    return "`" + name(step.from) + "`" + how + "`" + name(step.to) + "` (" +
           place_text(reading_, step.rule) + ")";
  }

  const std::string& name(RelationId relation) const {
    return symbols_.relations[relation].name;
  }

  const Reading& reading_;
  const Symbols& symbols_;
  Problems& problems_;
  std::vector<Dependency> dependencies_;
  std::vector<std::vector<size_t>> outgoing_;  // by head
  std::vector<bool> derives_;                  // has a deductive rule
  std::vector<State> states_;
  std::vector<RelationId> stack_;
  std::vector<Frame> frames_;
  std::vector<std::optional<uint32_t>> strata_;
  uint32_t count_ = 0;
  uint32_t components_ = 0;
  uint32_t next_stratum_ = 0;
};

}  // namespace

std::vector<std::optional<uint32_t>> stratify(const Reading& reading,
                                              const Symbols& symbols,
                                              Problems& problems) {
  return Strata(reading, symbols, problems).run();
}

}  // namespace cutset::dedalus
