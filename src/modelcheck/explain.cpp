#include "modelcheck/explain.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "modelcheck/proofs.h"
#include "modelcheck/story.h"
#include "modelcheck/tables.h"

namespace cutset::modelcheck {

namespace {

using dedalus::Goal;
using dedalus::Message;
using dedalus::ModelFault;
using dedalus::Run;
using dedalus::Simulator;
using report::Presence;
using report::ProtocolFinding;
using report::ProtocolMessage;
using report::ProtocolOutcome;

constexpr size_t kMostOutcomes = 4;   // with proofs
constexpr size_t kMostIntruders = 2;  // of one outcome
constexpr size_t kMostMessages = 5000;

bool is_crash(const ModelFault& fault) {
  return fault.kind == ModelFault::Kind::kCrash;
}

ProtocolMessage::Fate fate_of(const Message& message, const Run& run) {
  if (message.delivered) return ProtocolMessage::Fate::kArrives;
  for (const ModelFault& fault : run.faults()) {
    if (is_crash(fault) && fault.node == message.from && fault.time <= message.sent) {
      return ProtocolMessage::Fate::kSilenced;
    }
  }
  for (const ModelFault& fault : run.faults()) {
    if (!is_crash(fault) && fault.node == message.from && fault.to == message.to &&
        fault.time == message.sent) {
      return ProtocolMessage::Fate::kLost;
    }
  }
  return ProtocolMessage::Fate::kUnheard;
}

std::vector<ProtocolMessage> messages_of(const Simulator& simulator, const Run& good,
                                         const Run& bad) {
  const std::vector<Message> before = good.messages();
  const std::vector<Message> now = bad.messages();
  const auto key = [](const Message& message) {
    return std::tuple(message.sent, message.from, message.to, message.tuple);
  };
  const auto less = [&](const Message& left, const Message& right) {
    return key(left) < key(right);
  };
  std::vector<ProtocolMessage> messages;
  const auto add = [&](const Message& message, const Run& run, Presence presence) {
    // What a node tells itself is state, not a message.
    if (message.from == message.to || messages.size() >= kMostMessages) return;
    ProtocolMessage made;
    made.from = message.from;
    made.to = message.to;
    made.time = static_cast<uint32_t>(message.sent);
    made.relation = simulator.relation_name(simulator.relation_of(message.tuple));
    made.tuple = simulator.to_text(message.tuple);
    made.fate = fate_of(message, run);
    made.presence = presence;
    messages.push_back(std::move(made));
  };
  for (const Message& message : now) {
    const bool both = std::binary_search(before.begin(), before.end(), message, less);
    add(message, bad, both ? Presence::kBoth : Presence::kBadOnly);
  }
  for (const Message& message : before) {
    if (!std::binary_search(now.begin(), now.end(), message, less)) {
      add(message, good, Presence::kGoodOnly);
    }
  }
  std::stable_sort(messages.begin(), messages.end(),
                   [](const ProtocolMessage& left, const ProtocolMessage& right) {
                     return std::tuple(left.time, left.from, left.to) <
                            std::tuple(right.time, right.from, right.to);
                   });
  return messages;
}

ProtocolOutcome outcome_of(Simulator& simulator, const Run& bad, dedalus::TupleId post,
                           bool proofs) {
  const Run& good = simulator.fault_free();
  const dedalus::Time end = simulator.spec().eot;
  const dedalus::TupleId pre = simulator.precondition_of(post);
  ProtocolOutcome outcome;
  outcome.post = simulator.to_text(post);
  outcome.pre = simulator.to_text(pre);
  std::vector<Goal> intruders;
  outcome.good = proof_of(simulator, good, bad, {post, end}, &intruders);
  std::set<Goal> seen;
  for (const Goal& intruder : intruders) {
    if (seen.size() >= kMostIntruders || !seen.insert(intruder).second) continue;
    outcome.instead.push_back(proof_of(simulator, bad, good, intruder, nullptr));
  }
  if (proofs) {
    outcome.absent = absence_of(simulator, bad, good, post, end);
    outcome.promised = proof_of(simulator, bad, good, {pre, end}, nullptr);
  }
  return outcome;
}

}  // namespace

void explain(Simulator& simulator, const Run& bad, const ExplainOptions& options,
             ProtocolFinding& finding) {
  const Run& good = simulator.fault_free();
  finding.explained = true;
  finding.words.clear();
  for (const ModelFault& fault : bad.faults()) {
    finding.words.push_back(fault_words(simulator, bad, fault));
  }
  finding.messages = messages_of(simulator, good, bad);
  for (const dedalus::TupleId post : bad.violated()) {
    if (finding.outcomes.size() >= kMostOutcomes) break;
    finding.outcomes.push_back(outcome_of(simulator, bad, post, options.proofs));
  }
  tell_story(simulator, bad, finding);
  if (options.tables) add_tables(simulator, good, bad, finding);
}

}  // namespace cutset::modelcheck
