// What a check of a protocol model found, as the reports show it: names and words, no
// evaluator. src/modelcheck fills it.
//
// Invariants: nodes are indices into `nodes` of the check; times are logical steps from
// 1; a message that is sent at t arrives at t + 1. All texts are as the model has them:
// whoever prints them escapes them (escape.h).
//
// Thread rule: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cutset::report {

struct ProtocolFault {
  bool is_crash = false;
  uint32_t from = 0;  // who sends, or who crashes
  uint32_t to = 0;    // omissions
  uint32_t time = 0;  // of sending, or the first time of the crash
};

/// Of two runs: is something in both, or in one?
enum class Presence : uint8_t { kBoth, kGoodOnly, kBadOnly };

struct ProtocolMessage {
  enum class Fate : uint8_t {
    kArrives,
    kLost,      // an omission took it
    kSilenced,  // its sender had crashed
    kUnheard,   // its receiver had crashed (crash model "stop")
  };
  uint32_t from = 0;
  uint32_t to = 0;
  uint32_t time = 0;     // of sending
  std::string relation;  // "log"
  std::string tuple;     // "log(b, hello)"
  Fate fate = Fate::kArrives;
  Presence presence = Presence::kBoth;  // was it sent in the good run, in this one?
};

struct ProtocolRow {
  std::string tuple;
  Presence presence = Presence::kBoth;
};

/// A relation at one time, in both runs.
struct ProtocolTable {
  std::string relation;
  uint32_t time = 0;
  std::vector<ProtocolRow> rows;
};

/// One way in which a goal is derived.
struct ProtocolFiring {
  std::string rule;                // its text
  std::string place;               // "file:line"
  std::vector<uint32_t> premises;  // indices of the proof's goals
  bool fires = true;               // in the other run
  /// The proof parts from the other run here: this does not fire there, though every
  /// tuple that it uses is there.
  bool frontier = false;
  std::string why;  // of the frontier: "the message from a to b at 1 is lost"
};

struct ProtocolGoal {
  enum class Kind : uint8_t {
    kTuple,
    kAbsence,   // "no ack(a, _)"
    kDelivery,  // "the message from a to b arrives"
    kFault,     // "the message from a to b is lost"
  };
  std::string text;
  uint32_t time = 0;
  Kind kind = Kind::kTuple;
  bool is_fact = false;
  bool holds = true;  // in the other run
  std::vector<ProtocolFiring> firings;
};

/// A derivation graph as one run has it: goals[0] is what is proved. Cut off at a bound.
struct ProtocolProof {
  std::vector<ProtocolGoal> goals;
  bool cut_off = false;
};

/// One line of the story of a run.
struct ProtocolEvent {
  enum class Kind : uint8_t {
    kCrash,
    kLost,     // a message that a fault takes
    kMissing,  // sent in the run without faults only
    kExtra,    // sent, or holds, in this run only
    kParts,    // a derivation that ends here
    kEnd,      // what is missing at the end
  };
  uint32_t time = 0;
  Kind kind = Kind::kLost;
  std::string text;  // "a sends log(b, hello) to b: lost"
};

struct ProtocolOutcome {
  std::string post;        // "post(hello)": holds at the end without faults, not here
  std::string pre;         // "pre(hello)": holds at the end of this run
  ProtocolProof good;      // of post in the run without faults
  ProtocolProof absent;    // why post does not hold in this run
  ProtocolProof promised;  // of pre in this run
  /// Of what is there in this run and keeps rules of `good` from firing.
  std::vector<ProtocolProof> instead;
};

/// A minimal fault set under which the promise is broken.
struct ProtocolFinding {
  std::vector<ProtocolFault> faults;
  std::vector<std::string> words;  // of each: "the message from a to b sent at 1 is lost"
  std::string text;                // "{omission a -> b at 1}"
  std::vector<std::string> orbit;  // texts of those equal up to renaming nodes
  std::vector<std::string> missing;  // all outcomes: "post(hello)"
  uint64_t experiment = 0;           // the run that showed it
  uint64_t subsets = 0;              // proper subsets, all shown to hold
  uint64_t subsets_run = 0;
  bool minimal = true;  // random search: shown for single faults only, if large
  /// The rest is there if `explained`: the first findings are.
  bool explained = false;
  std::vector<ProtocolOutcome> outcomes;  // with proofs; the first of `missing`
  std::vector<ProtocolEvent> story;       // by time
  uint64_t story_left_out = 0;            // lines
  std::vector<ProtocolMessage> messages;  // of this run, and what only the good one sent
  std::vector<ProtocolTable> tables;      // if asked for; by relation, time
  uint64_t rows_left_out = 0;             // beyond the bound of the tables
};

struct ProtocolExperiment {
  std::string faults;
  bool violated = false;
  bool is_subset = false;  // run to show that a finding is minimal
};

enum class ProtocolVerdict : uint8_t { kHolds, kViolated, kVacuous, kStopped };

/// "holds", "violated", "vacuous", "stopped".
std::string_view protocol_verdict_name(ProtocolVerdict verdict);

/// One model under one failure specification.
struct ProtocolCheck {
  std::string model;  // its first file
  uint32_t row = 0;   // of the model's parameters, from 1; 0: from the command line
  uint32_t line = 0;
  std::string parameters;  // "eot=4 eff=2 crashes=0 nodes=a,b,c"
  uint32_t eot = 0;
  uint32_t eff = 0;
  uint32_t crashes = 0;
  std::vector<std::string> nodes;
  std::string crash_model = "send";
  std::string expect;  // "": nothing was expected

  std::string search = "lineage";  // or exhaustive, random, grow
  std::optional<uint64_t> seed;
  ProtocolVerdict verdict = ProtocolVerdict::kHolds;
  std::string why;        // vacuous, stopped: in words
  bool complete = false;  // every fault set is accounted for: no other minimal one exists
  double fault_sets = 0;  // of the specification; infinity: too many for a double
  uint64_t executions = 0;
  uint64_t subset_runs = 0;
  uint64_t wrong_predictions = 0;
  std::optional<uint64_t> executions_to_first;
  double seconds = 0;
  double seconds_to_first = 0;
  uint64_t symmetries = 1;
  std::string knowledge;  // "all derivations" or "lineage of the runs"
  std::string knowledge_limit;
  uint64_t goals = 0;
  uint64_t firings = 0;
  std::vector<std::string> outcomes;  // post at the end of the run without faults
  std::vector<ProtocolFinding> findings;
  std::vector<ProtocolExperiment> history;  // cut off at a bound
  uint64_t history_left_out = 0;
  std::vector<std::string> assumptions;
  std::string certificate;  // path; "": none
  std::string verify;       // the command that checks it

  /// As `expect` says; nothing if nothing was expected, or it was stopped before the
  /// answer.
  std::optional<bool> as_expected() const;
};

}  // namespace cutset::report
