#include "modelcheck/story.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/text.h"

namespace cutset::modelcheck {

namespace {

using dedalus::Message;
using dedalus::ModelFault;
using dedalus::Run;
using dedalus::Simulator;
using report::Presence;
using report::ProtocolEvent;
using report::ProtocolFinding;
using report::ProtocolMessage;
using report::ProtocolOutcome;
using report::ProtocolProof;

constexpr size_t kMostLines = 8;  // of one kind
constexpr size_t kMostNamed = 3;  // tuples in one line

bool is_crash(const ModelFault& fault) {
  return fault.kind == ModelFault::Kind::kCrash;
}

std::string tuples_text(const std::vector<std::string>& tuples) {
  const size_t named = std::min(tuples.size(), kMostNamed);
  std::string text =
      join({tuples.begin(), tuples.begin() + static_cast<ptrdiff_t>(named)}, ", ");
  if (named < tuples.size()) text += fmt::format(" and {} more", tuples.size() - named);
  return text;
}

/// Collects the lines of a finding's story.
class Story {
 public:
  Story(const Simulator& simulator, const Run& bad, ProtocolFinding& finding)
      : simulator_(simulator), bad_(bad), finding_(finding) {}

  void tell() {
    for (const ProtocolOutcome& outcome : finding_.outcomes) note_proof(outcome.good);
    crashes();
    lost();
    missing();
    extra_messages();
    extra_tuples();
    partings();
    end();
    std::stable_sort(finding_.story.begin(), finding_.story.end(),
                     [](const ProtocolEvent& left, const ProtocolEvent& right) {
                       return std::tuple(left.kind == ProtocolEvent::Kind::kEnd,
                                         left.time, left.kind) <
                              std::tuple(right.kind == ProtocolEvent::Kind::kEnd,
                                         right.time, right.kind);
                     });
  }

 private:
  using Kind = ProtocolEvent::Kind;

  void add(Kind kind, uint32_t time, std::string text) {
    if (++lines_[static_cast<size_t>(kind)] > kMostLines) {
      ++finding_.story_left_out;
      return;
    }
    finding_.story.push_back({time, kind, std::move(text)});
  }

  void note_proof(const ProtocolProof& proof) {
    for (const report::ProtocolGoal& goal : proof.goals) {
      if (goal.kind == report::ProtocolGoal::Kind::kTuple) {
        needed_.insert({goal.text, goal.time});
      }
    }
  }

  bool is_needed(const ProtocolMessage& message) const {
    return needed_.count({message.tuple, message.time + 1}) > 0;
  }
  const std::string& node(uint32_t number) const {
    return simulator_.spec().nodes[number];
  }

  void crashes() {
    for (const ModelFault& fault : bad_.faults()) {
      if (is_crash(fault)) {
        add(Kind::kCrash, static_cast<uint32_t>(fault.time),
            fault_words(simulator_, bad_, fault));
      }
    }
  }

  /// One line a channel and time; what a crashed node does not send any more only if the
  /// proof needs it, and once.
  void lost() {
    using Fate = ProtocolMessage::Fate;
    std::map<std::tuple<uint32_t, uint32_t, uint32_t, Fate>, std::vector<std::string>>
        channels;
    std::set<std::tuple<uint32_t, uint32_t, std::string>> told;
    for (const ProtocolMessage& message : finding_.messages) {
      if (message.fate == Fate::kArrives || message.presence == Presence::kGoodOnly) {
        continue;
      }
      if (message.fate != Fate::kLost &&
          (!is_needed(message) ||
           !told.insert({message.from, message.to, message.tuple}).second)) {
        continue;
      }
      channels[{message.time, message.from, message.to, message.fate}].push_back(
          message.tuple);
    }
    for (const auto& [channel, tuples] : channels) {
      const auto& [time, from, to, fate] = channel;
      const std::string what = tuples_text(tuples);
      switch (fate) {
        case Fate::kLost:
          add(Kind::kLost, time,
              fmt::format("{} sends {} to {}: lost", node(from), what, node(to)));
          break;
        case Fate::kSilenced:
          add(Kind::kLost, time,
              fmt::format("{} does not send {} to {}: it has crashed", node(from), what,
                          node(to)));
          break;
        default:
          add(Kind::kLost, time,
              fmt::format("{} sends {} to {}, which is down when it arrives", node(from),
                          what, node(to)));
      }
    }
  }

  /// What the proof needs and nobody sends; only where it would have been sent first.
  void missing() {
    std::set<std::tuple<uint32_t, uint32_t, std::string>> told;
    std::set<std::tuple<uint32_t, uint32_t, std::string>> sent;
    for (const ProtocolMessage& message : finding_.messages) {
      if (message.presence != Presence::kGoodOnly) {
        sent.insert({message.from, message.to, message.tuple});
      }
    }
    for (const ProtocolMessage& message : finding_.messages) {
      const std::tuple key(message.from, message.to, message.tuple);
      if (message.presence != Presence::kGoodOnly || !is_needed(message) ||
          sent.count(key) > 0 || !told.insert(key).second) {
        continue;
      }
      add(Kind::kMissing, message.time,
          fmt::format("{} does not send {} to {}, as it does without faults",
                      node(message.from), message.tuple, node(message.to)));
    }
  }

  void extra_messages() {
    std::set<std::tuple<uint32_t, uint32_t, std::string>> usual;
    for (const ProtocolMessage& message : finding_.messages) {
      if (message.presence != Presence::kBadOnly) {
        usual.insert({message.from, message.to, message.tuple});
      }
    }
    for (const ProtocolMessage& message : finding_.messages) {
      if (message.presence != Presence::kBadOnly ||
          message.fate != ProtocolMessage::Fate::kArrives ||
          !usual.insert({message.from, message.to, message.tuple}).second) {
        continue;
      }
      add(Kind::kExtra, message.time,
          fmt::format("{} sends {} to {}, which it does not without faults",
                      node(message.from), message.tuple, node(message.to)));
    }
  }

  void extra_tuples() {
    std::map<std::string, uint32_t> first;
    for (const ProtocolOutcome& outcome : finding_.outcomes) {
      for (const ProtocolProof& proof : outcome.instead) {
        for (const report::ProtocolGoal& goal : proof.goals) {
          if (goal.holds || goal.kind != report::ProtocolGoal::Kind::kTuple) continue;
          const auto at = first.emplace(goal.text, goal.time).first;
          at->second = std::min(at->second, goal.time);
        }
      }
    }
    for (const auto& [tuple, time] : first) {
      add(Kind::kExtra, time,
          fmt::format("{} holds, which it does not without faults", tuple));
    }
  }

  void end() {
    std::vector<std::string> promised;
    std::vector<std::string> missing;
    for (const ProtocolOutcome& outcome : finding_.outcomes) {
      promised.push_back(outcome.pre);
      missing.push_back(outcome.post);
    }
    const bool one = promised.size() == 1;
    add(Kind::kEnd, static_cast<uint32_t>(simulator_.spec().eot),
        fmt::format("{} {}, but {} {} not, as {} without faults", join(promised, ", "),
                    one ? "holds" : "hold", join(missing, ", "), one ? "does" : "do",
                    one ? "it does" : "they do"));
  }

  void partings() {
    // What is derived again at each step is missing at each: where it is missing first.
    std::map<std::string, std::pair<uint32_t, std::string>> first;
    for (const ProtocolOutcome& outcome : finding_.outcomes) {
      for (const report::ProtocolGoal& goal : outcome.good.goals) {
        // What another firing derives all the same is not missing.
        if (goal.holds) continue;
        for (const report::ProtocolFiring& firing : goal.firings) {
          if (!firing.frontier) continue;
          const auto [at, is_new] =
              first.emplace(goal.text, std::pair(goal.time, firing.why));
          if (!is_new && goal.time < at->second.first)
            at->second = std::pair(goal.time, firing.why);
        }
      }
    }
    for (const auto& [tuple, parting] : first) {
      add(Kind::kParts, parting.first,
          fmt::format("{} is not derived: {}", tuple, parting.second));
    }
  }

  const Simulator& simulator_;
  const Run& bad_;
  ProtocolFinding& finding_;
  std::set<std::pair<std::string, uint32_t>> needed_;  // tuples of the good proofs
  std::array<size_t, 6> lines_{};                      // by kind
};

}  // namespace

std::string fault_words(const Simulator& simulator, const Run& bad,
                        const ModelFault& fault) {
  const dedalus::FailureSpec& spec = simulator.spec();
  if (is_crash(fault)) {
    return fmt::format("{} crashes at {}: {}", spec.nodes[fault.node], fault.time,
                       spec.crash_model == dedalus::CrashModel::kStop
                           ? "it sends, receives and computes nothing more"
                           : "it sends nothing more to others");
  }
  std::set<std::string> relations;
  size_t messages = 0;
  for (const Message& message : bad.messages()) {
    if (message.from != fault.node || message.to != fault.to ||
        message.sent != fault.time) {
      continue;
    }
    ++messages;
    relations.insert(simulator.relation_name(simulator.relation_of(message.tuple)));
  }
  return fmt::format("the message{} from {} to {} sent at {} {} lost ({})",
                     messages == 1 ? "" : "s", spec.nodes[fault.node],
                     spec.nodes[fault.to], fault.time, messages == 1 ? "is" : "are",
                     tuples_text({relations.begin(), relations.end()}));
}

void tell_story(const Simulator& simulator, const Run& bad, ProtocolFinding& finding) {
  Story(simulator, bad, finding).tell();
}

}  // namespace cutset::modelcheck
