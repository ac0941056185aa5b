// One walk over the decision tree of a handler, in one place of the request.
#include <algorithm>
#include <set>

#include "campaign/composer.h"

namespace cutset::campaign::composing {

class Composer::Walk {
 public:
  Walk(Composer& composer, const Place& place, NodeId executed, const HandlerTree& tree,
       int tree_number, bool child_for_each_node)
      : composer_(composer),
        place_(place),
        executed_(executed),
        tree_(tree),
        tree_number_(tree_number),
        split_(child_for_each_node),
        at_(tree.nodes.size()) {
    for (size_t node = 0; node < tree_.nodes.size(); ++node) {
      const auto& action = tree_.nodes[node].action;
      if (!action || action->answers) continue;
      for (const int point : action->calls)
        callers_[point].push_back(static_cast<int>(node));
    }
  }

  static bool in_a_circle(const HandlerTree& tree);

  Answers answers() {
    Answers answers;
    for (size_t i = 0; i < tree_.nodes.size(); ++i) {
      const int node = static_cast<int>(i);
      const TreeNode& here = tree_.nodes[i];
      const NodeId reached = at(node);
      if (!here.action) {
        composer_.result_.open.push_back({reached, {}});
      } else if (here.action->answers) {
        composer_.add(answers, {{here.action->answer, reached}});
        note_effect(node, here.action->answer, reached);
      } else {
        std::vector<NodeId> known;
        for (const Edge& edge : here.edges) known.push_back(at(edge.target));
        for (const int point : here.action->calls) {
          for (const auto& [label, shows] : child(node, point).shows) {
            const auto passed_on =
                composer_.model_.passed_on(tree_, tree_number_, node, label);
            if (!passed_on) continue;
            known.push_back(graph().rule({reached, shows}));
            composer_.add(answers, {{*passed_on, known.back()}});
            note_effect(node, *passed_on, known.back());
          }
        }
        composer_.result_.open.push_back({reached, std::move(known)});
      }
    }
    return answers;
  }

 private:
  DerivationGraph& graph() { return composer_.graph(); }

  NodeId at(int node) {
    std::optional<NodeId>& cached = at_[static_cast<size_t>(node)];
    if (cached) return *cached;
    if (node == 0) {
      cached = executed_;
      return executed_;
    }
    const int parent = tree_.nodes[static_cast<size_t>(node)].parent;
    const TreeNode& from = tree_.nodes[static_cast<size_t>(parent)];
    const auto edge = std::find_if(from.edges.begin(), from.edges.end(),
                                   [node](const Edge& e) { return e.target == node; });
    std::vector<NodeId> premises{at(parent)};
    for (size_t i = 0; i < from.action->calls.size(); ++i) {
      std::vector<NodeId> alternatives;
      for (const auto& [label, goal] : child(parent, from.action->calls[i]).shows) {
        if (composer_.model_.edge_matches(tree_, tree_number_, parent, *edge, i, label)) {
          alternatives.push_back(goal);
        }
      }
      premises.push_back(graph().goal(std::move(alternatives)));
    }
    at_[static_cast<size_t>(node)] = graph().rule(std::move(premises));
    return *at_[static_cast<size_t>(node)];
  }

  const Child& child(int node, int point) {
    const std::pair<int, int> key{split_ ? node : -1, point};
    const auto found = children_.find(key);
    if (found != children_.end()) return found->second;
    std::vector<NodeId> calls;
    std::vector<int> nodes = split_ ? std::vector<int>{node} : callers_.at(point);
    for (const int caller : nodes) calls.push_back(at(caller));
    Child composed = compose_child(node, point, graph().goal(std::move(calls)));
    return children_.emplace(key, std::move(composed)).first->second;
  }

  /// Counts the execution that ends at `node` with this answer; one that nobody saw the
  /// answer of by what the last child showed (refinement.h, unanswered_label).
  void note_effect(int node, int answer, NodeId reached) {
    const Model& model = composer_.model_;
    if (!model.is_effectful(place_.handler)) return;
    const std::string& label = composer_.vocabulary_.labels.text(model.coarse(answer));
    const int parent = tree_.nodes[static_cast<size_t>(node)].parent;
    if (label != "timeout" || parent < 0)
      return composer_.note_effect(place_, label, reached);
    const int last = tree_.nodes[static_cast<size_t>(parent)].action->calls.back();
    for (const auto& [shown, goal] : child(parent, last).shows) {
      composer_.note_effect(place_,
                            unanswered_label(composer_.vocabulary_.points.text(last),
                                             composer_.vocabulary_.labels.text(shown)),
                            graph().rule({reached, goal}));
    }
  }

  Child compose_child(int node, int point, NodeId called);
  void show(Child& child, int label, NodeId when) {
    NodeId& shows = child.shows.try_emplace(label, when).first->second;
    shows = graph().goal({shows, when});
  }
  std::vector<Kind> kinds_of(int position, int base, int point);
  bool reacted_alike(int point, int label, int other) const;
  Composer::Attempts attempts_before(int node, int point);

  Composer& composer_;
  const Place& place_;
  NodeId executed_;
  const HandlerTree& tree_;
  int tree_number_;
  bool split_;
  std::vector<std::optional<NodeId>> at_;
  std::map<int, std::vector<int>> callers_;  // point -> nodes that call it
  std::map<std::pair<int, int>, Child> children_;
};

/// Does no rule of this handler tell the two labels apart, where this child is called?
bool Composer::Walk::reacted_alike(int point, int label, int other) const {
  const Model& model = composer_.model_;
  const int base = composer_.vocabulary_.base_of_point[static_cast<size_t>(point)];
  if (!model.one_kind(tree_, tree_number_, base, label, other)) return false;
  for (const int node : callers_.at(point)) {
    const TreeNode& here = tree_.nodes[static_cast<size_t>(node)];
    const auto index = static_cast<size_t>(
        std::find(here.action->calls.begin(), here.action->calls.end(), point) -
        here.action->calls.begin());
    for (const Edge& edge : here.edges) {
      if (model.edge_matches(tree_, tree_number_, node, edge, index, label) !=
          model.edge_matches(tree_, tree_number_, node, edge, index, other)) {
        return false;
      }
    }
    if (model.passed_on(tree_, tree_number_, node, label) !=
        model.passed_on(tree_, tree_number_, node, other)) {
      return false;
    }
  }
  return true;
}

std::vector<Kind> Composer::Walk::kinds_of(int position, int base, int point) {
  // Whether the callee works although its caller sees a failure shows only in what it
  // changes.
  const int callee = composer_.vocabulary_.handler_of_base[static_cast<size_t>(base)];
  const bool effects_matter = composer_.model_.may_change_state(callee);
  std::vector<Kind> kinds;
  const std::vector<identity::FaultMode> modes =
      composer_.candidates_.modes(position, base, place_.handler, place_.patience_above);
  for (const identity::FaultMode& mode : modes) {
    const int label =
        composer_.model_.label(composer_.model_.shown_by(mode, place_.handler, base));
    const auto home = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& kind) {
      return (!effects_matter ||
              kind.modes.front().callee_works() == mode.callee_works()) &&
             reacted_alike(point, kind.label, label);
    });
    if (home == kinds.end()) {
      kinds.push_back({{mode}, label});
    } else {
      home->modes.push_back(mode);
    }
  }
  return kinds;
}

Composer::Attempts Composer::Walk::attempts_before(int node, int point) {
  const Vocabulary& vocabulary = composer_.vocabulary_;
  const int base = vocabulary.base_of_point[static_cast<size_t>(point)];
  std::vector<std::pair<int, int>> path;  // (node, point), innermost first
  for (int here = node; here != 0;) {
    here = tree_.nodes[static_cast<size_t>(here)].parent;
    for (const int earlier : tree_.nodes[static_cast<size_t>(here)].action->calls) {
      if (vocabulary.base_of_point[static_cast<size_t>(earlier)] == base) {
        path.emplace_back(here, earlier);
      }
    }
  }
  Attempts attempts;
  for (auto step = path.rbegin(); step != path.rend(); ++step) {
    attempts.push_back(&child(step->first, step->second));
  }
  return attempts;
}

Child Composer::Walk::compose_child(int node, int point, NodeId called) {
  const Vocabulary& vocabulary = composer_.vocabulary_;
  const Model& model = composer_.model_;
  const int position = model.position(vocabulary.positions.text(place_.position) + " > " +
                                      vocabulary.points.text(point));
  const int base = vocabulary.base_of_point[static_cast<size_t>(point)];
  const int handler = vocabulary.handler_of_base[static_cast<size_t>(base)];

  Child child;
  std::vector<NodeId> works;
  std::vector<NodeId> does_not_work;
  std::vector<std::pair<int, NodeId>> after_answer;  // (label, failed)
  std::vector<Kind> kinds = kinds_of(position, base, point);
  NodeId untouched = called;
  if (!kinds.empty()) {
    const uint32_t event = composer_.event(position, kinds);
    composer_.calls_of_[event].push_back(called);
    // The kinds as they were first found: places of one call share its faults.
    kinds = composer_.result_.events[event].kinds;
    untouched = graph().rule({called, graph().present(event)});
    for (uint32_t kind = 0; kind < kinds.size(); ++kind) {
      const NodeId failed = graph().rule({called, graph().failed(event, kind)});
      const identity::FaultMode& mode = kinds[kind].modes.front();
      (mode.callee_works() ? works : does_not_work).push_back(failed);
      if (waits_for_callee(mode)) {
        after_answer.emplace_back(kinds[kind].label, failed);
      } else {
        show(child, kinds[kind].label, failed);
      }
    }
  }
  works.push_back(untouched);
  Place place{handler, position, place_.depth + 1,
              place_.copies * model.multiplicity(position), place_.patience_above};
  place.patience_above.insert(place.patience_above.begin(),
                              model.patience(place_.handler, base).value_or(0));
  child.answered = composer_.invoke(place, graph().goal(std::move(works)),
                                    attempts_before(node, point));
  child.not_executed = graph().goal(std::move(does_not_work));
  if (child.answered.empty()) {
    // Nothing is known of the callee: as far as anybody knows it answers, and soon.
    for (const auto& [fault, failed] : after_answer) show(child, fault, failed);
  }
  for (const auto& [label, answered] : child.answered) {
    show(child, label, graph().rule({untouched, answered}));
    for (const auto& [fault, failed] : after_answer) {
      const int seen = model.label(
          after_callee(vocabulary.labels.text(fault), vocabulary.labels.text(label)));
      show(child, seen, graph().rule({failed, answered}));
    }
  }
  return child;
}

/// Do two children come in both orders in different histories?
bool Composer::Walk::in_a_circle(const HandlerTree& tree) {
  std::set<std::pair<int, int>> before;
  for (size_t node = 0; node < tree.nodes.size(); ++node) {
    const auto& action = tree.nodes[node].action;
    if (!action || action->answers) continue;
    for (int above = tree.nodes[node].parent; above >= 0;
         above = tree.nodes[static_cast<size_t>(above)].parent) {
      for (const int earlier : tree.nodes[static_cast<size_t>(above)].action->calls) {
        for (const int later : action->calls) before.insert({earlier, later});
      }
    }
  }
  // A circle of any length: repeatedly take away points that have nothing before them.
  while (!before.empty()) {
    std::set<int> later;
    for (const auto& pair : before) later.insert(pair.second);
    const size_t size = before.size();
    for (auto pair = before.begin(); pair != before.end();) {
      pair = later.count(pair->first) == 0 ? before.erase(pair) : std::next(pair);
    }
    if (before.size() == size) return true;
  }
  return false;
}

Answers Composer::follow_tree(const Place& place, NodeId executed,
                              const std::vector<int>& attempts) {
  const HandlerTree* tree = model_.tree(place.handler, place.position, attempts);
  if (tree == nullptr) {
    result_.open.push_back({executed, {}});
    return {};
  }
  const int number = model_.tree_number(place.handler, place.position, attempts);
  return Walk(*this, place, executed, *tree, number, Walk::in_a_circle(*tree)).answers();
}

}  // namespace cutset::campaign::composing
