// Judgement: what a checker says of a history, and why, so precisely that a person can
// look the operations up.
//
// Thread rule: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cutset::history {

enum class Verdict {
  kHeld,
  kViolated,
  kDidNotRecover,  // not within the stated time
  kInconclusive,   // the history does not tell, or a bound passed
  kVacuous,        // nothing happened that the outcome is about
};

/// "held", "violated", "did not recover", "inconclusive", "vacuous"
std::string_view verdict_name(Verdict verdict);

/// One thing that is wrong.
struct Fault {
  std::string kind;   // lost, stale, duplicated, unexpected, overlap, not-linearizable
  std::string key;    // as shown; "" without keys
  std::string token;  // of the write or message that it is about, or its value
  int line = 0;       // of the operation, 0: none
  std::string text;   // a sentence
};

struct Judgement {
  Verdict verdict = Verdict::kHeld;
  std::string explanation;    // one sentence, with the first fault in full
  std::vector<Fault> faults;  // all of them, up to kMostFaults
  size_t fault_count = 0;     // also those that are not listed
  /// Numbers that tell how much was looked at, in a fixed order.
  std::vector<std::pair<std::string, int64_t>> counts;
  std::vector<std::string> notes;  // odd, and no violation

  void add_fault(Fault fault);
  void count(std::string name, size_t number) {
    counts.emplace_back(std::move(name), static_cast<int64_t>(number));
  }
};

constexpr size_t kMostFaults = 1000;

Judgement vacuous(std::string explanation);
Judgement inconclusive(std::string explanation);

}  // namespace cutset::history
