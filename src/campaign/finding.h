// A violated outcome, confirmed by repetition, reduced to a minimal fault set (DESIGN
// rule 5). Thread rule: values.
#pragma once

#include <string>
#include <vector>

#include "campaign/experimenter.h"
#include "campaign/verdict.h"

namespace cutset::campaign {

struct ShownSubset {
  FaultSet faults;
  std::string shown_by;  // "run r0007", "run r0001: nothing of it is reached"
};

struct Finding {
  enum class Status { kConfirmed, kFlaky };
  FaultSet faults;
  std::vector<std::vector<identity::FaultMode>>
      alternatives;  // for each fault: modes of the same kind
  Status status = Status::kConfirmed;
  bool accepted = false;  // a declared single point of failure: reported, not counted
  std::vector<OutcomeResult> outcomes;  // the broken ones
  int reproduced = 0;
  int repetitions = 0;
  std::vector<ShownSubset> subsets;
  int experiment = 0;
  std::string run;       // the first violating run
  std::string good_run;  // the fault-free run to compare with
  std::string shown_by;  // the fault set under whose run the callees failed so by
                         // themselves; "" if it was run
  std::string words;

  /// 16 hex digits of the fault set's text: equal in every campaign.
  std::string id() const;
};

/// "stock answers GET /items/:id to orders with 503 and gateway ..." for people.
std::string in_words(const FaultSet& faults);

}  // namespace cutset::campaign
