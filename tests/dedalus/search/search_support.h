// What the tests of the search share: models with their golden answers, programs from
// text, and answers in a form that can be compared.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "campaign/blind_search.h"
#include "campaign/lineage_campaign.h"
#include "dedalus/language/parameters.h"
#include "dedalus/model_experimenter.h"

namespace cutset::dedalus {

/// A row of a model of models/, and its answer in tests/models/golden.json.
struct GoldenRow {
  std::string name;  // "3pc.ded: eot=8 ..."
  std::string model;
  FailureSpec spec;
  bool vacuous = false;
  std::set<std::vector<std::string>> minimal;  // texts of faults, sorted
};

std::vector<GoldenRow> golden_rows();

FailureSpec spec_of(const Parameters& parameters);
std::unique_ptr<ModelExperimenter> experimenter_of(const GoldenRow& row);
/// Requires: it loads.
Program program_of(const std::string& text);
/// From the text of a program. Requires: it loads, and its fault-free run ends.
std::unique_ptr<ModelExperimenter> experimenter_of(const std::string& program,
                                                   const FailureSpec& spec,
                                                   ModelLimits limits = {});

using FaultSets = std::set<campaign::FaultNumbers>;

/// Of all findings, with what symmetry adds.
FaultSets sets_of(const campaign::LineageSummary& summary);
/// As golden.json has them.
std::set<std::vector<std::string>> texts_of(const FaultSets& sets,
                                            const ModelExperimenter& experimenter);

campaign::LineageSummary searched(ModelExperimenter& experimenter,
                                  campaign::Knowledge knowledge, bool use_symmetry);

}  // namespace cutset::dedalus
