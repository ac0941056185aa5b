// What the query chooses from: "this call fails in this kind", in the order in which they
// are preferred.
//
// Order: the call that is made latest first (what a callee's failure does to its caller
// often answers for the callee itself, and a late failure for an early one), then the
// kinds as they were found. Within a kind, modes that were run alone come first (their
// subsets are shown to hold by that), and a status that handlers often answer by
// themselves comes last (it tells less: it could have been passed on).
//
// Thread rule: a value.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "campaign/composition.h"
#include "solver/dag.h"

namespace cutset::campaign {

struct KindFault {
  uint32_t event = 0;                      // of the composition
  uint32_t kind = 0;                       // of the event
  std::vector<identity::FaultMode> modes;  // the one to try first
};

class QueryFaults {
 public:
  QueryFaults(const Model& model, const Composition& composition);

  const std::vector<KindFault>& list() const { return faults_; }  // by solver::FaultId
  /// By event and kind of the composition.
  const std::vector<std::vector<solver::FaultId>>& of_event() const { return of_event_; }
  /// Event of the composition; nullopt: the call cannot be faulted.
  std::optional<uint32_t> event(const std::string& event) const;
  /// The faults as they are now filed; nullopt where one of them cannot be chosen.
  std::optional<std::vector<solver::FaultId>> find(const FaultSet& faults) const;

 private:
  std::optional<solver::FaultId> find(const Fault& fault) const;

  std::vector<KindFault> faults_;
  std::vector<std::vector<solver::FaultId>> of_event_;
  std::map<std::string, uint32_t> event_of_;
};

}  // namespace cutset::campaign
