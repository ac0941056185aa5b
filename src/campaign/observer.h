// Whoever wants to know how a campaign goes on while it does (progress on a terminal).
// Thread rule: called from the campaign's thread.
#pragma once

#include <string>

#include "campaign/finding.h"
#include "campaign/wrong_prediction.h"

namespace cutset::campaign {

/// Told of what happens; for progress on a terminal.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void experiment_begins(int /*experiment*/, const std::string& /*purpose*/,
                                 const FaultSet& /*faults*/) {}
  virtual void experiment_ends(int /*experiment*/, const FaultSet& /*fired*/,
                               Verdict /*verdict*/) {}
  virtual void finding(const Finding& /*finding*/) {}
  virtual void wrong_prediction(const WrongPrediction& /*wrong*/) {}
};

}  // namespace cutset::campaign
