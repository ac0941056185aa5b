#include "campaign/composition.h"

#include "base/check.h"
#include "campaign/composer.h"

namespace cutset::campaign {

namespace composing {

namespace {

constexpr size_t kMostNodes = 1'000'000;
constexpr int kDeepest = 64;

}  // namespace

Result<Composition> Composer::compose() {
  const InvocationView& entry = model_.runs().front().invocations.front();
  const Answers answers =
      invoke({entry.handler, entry.position, 0, 1, {}}, DerivationGraph::kTrue, {});
  if (too_large_) {
    return Error::internal("the derivation graph has more than a million nodes");
  }
  result_.answers.assign(answers.begin(), answers.end());
  close_called();
  return std::move(result_);
}

Answers Composer::invoke(const Place& place, NodeId executed, const Attempts& attempts) {
  if (executed == DerivationGraph::kFalse) return {};
  if (graph().nodes().size() > kMostNodes) too_large_ = true;
  if (too_large_ || place.depth > kDeepest || model_.is_opaque(place.handler)) {
    result_.open.push_back({executed, {}});
    add_calls_without_rules(place, executed);
    return {};
  }
  Answers answers;
  if (model_.by_attempts(place.handler)) {
    std::vector<NodeId> known;
    for (const std::vector<int>& earlier :
         model_.known_attempts(place.handler, place.position)) {
      const NodeId here = graph().rule({executed, went_so(attempts, earlier)});
      if (here == DerivationGraph::kFalse) continue;
      known.push_back(here);
      add(answers, follow_tree(place, here, earlier));
    }
    result_.open.push_back({executed, known});
  } else {
    answers = follow_tree(place, executed, {});
  }
  return answers;
}

void Composer::add_calls_without_rules(const Place& place, NodeId executed) {
  for (const Model::SeenCall& call : model_.calls_below(place.position)) {
    std::vector<Kind> kinds;
    for (const identity::FaultMode& mode : candidates_.modes(
             call.position, call.base, call.caller_handler, place.patience_above)) {
      kinds.push_back(
          {{mode}, model_.label(model_.shown_by(mode, call.caller_handler, call.base))});
    }
    if (kinds.empty()) continue;
    calls_of_[event(call.position, std::move(kinds))].push_back(executed);
  }
}

NodeId Composer::went_so(const Attempts& attempts, const std::vector<int>& labels) {
  if (attempts.size() != labels.size()) return DerivationGraph::kFalse;
  std::vector<NodeId> premises;
  for (size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0) {
      premises.push_back(attempts[i]->not_executed);
      continue;
    }
    const auto found = attempts[i]->answered.find(labels[i]);
    if (found == attempts[i]->answered.end()) return DerivationGraph::kFalse;
    premises.push_back(found->second);
  }
  return graph().rule(std::move(premises));
}

void Composer::add(Answers& answers, const Answers& more) {
  for (const auto& [label, goal] : more) {
    const auto [entry, first] = answers.try_emplace(label, goal);
    if (!first) entry->second = graph().goal({entry->second, goal});
  }
}

void Composer::note_effect(const Place& place, const std::string& label,
                           NodeId executed) {
  if (label == "refused" || executed == DerivationGraph::kFalse) return;
  result_.executed.push_back(
      {{place.handler, model_.label(label)}, executed, place.copies});
}

uint32_t Composer::event(int position, std::vector<Kind> kinds) {
  const auto [entry, first] =
      event_of_.try_emplace(position, static_cast<uint32_t>(result_.events.size()));
  if (first) {
    result_.events.push_back(
        {vocabulary_.positions.text(position), position, std::move(kinds)});
    calls_of_.emplace_back();
  }
  return entry->second;
}

void Composer::close_called() {
  for (std::vector<NodeId>& calls : calls_of_) {
    result_.called.push_back(graph().goal(std::move(calls)));
  }
}

}  // namespace composing

Result<Composition> compose(const Model& model, const Candidates& candidates) {
  CHECK(!model.runs().empty());
  return composing::Composer(model, candidates).compose();
}

}  // namespace cutset::campaign
