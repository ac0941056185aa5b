// A protocol model as the campaign knows it: runs by the evaluator, lineage of the runs
// merged, all derivations by grounding, symmetries of its nodes.
//
// Thread rule: one campaign, one thread.
#pragma once

#include <memory>
#include <optional>

#include "campaign/lineage_experimenter.h"
#include "dedalus/evaluation/simulator.h"
#include "dedalus/grounding/grounding.h"
#include "dedalus/lineage_merger.h"

namespace cutset::dedalus {

struct ModelLimits {
  SimulatorLimits simulator;
  GroundingLimits grounding;
};

class ModelExperimenter : public campaign::LineageExperimenter {
 public:
  /// Errors of Simulator::create.
  static Result<std::unique_ptr<ModelExperimenter>> create(Program program,
                                                           FailureSpec spec,
                                                           ModelLimits limits);

  const campaign::FaultSpace& space() const override { return space_; }
  const std::vector<std::string>& outcomes() const override { return outcomes_; }
  bool vacuous() const override { return simulator_.vacuous(); }
  Result<campaign::ModelRun> run(const campaign::FaultNumbers& faults,
                                 campaign::RunDetail detail) override;
  const campaign::Lineage& lineage() const override { return merger_.lineage(); }
  Result<campaign::DerivationModel> derivations(
      const std::function<bool()>& stop) override;
  std::vector<std::vector<uint32_t>> symmetries() override;

  Simulator& simulator() { return simulator_; }
  const FailureSpec& spec() const { return simulator_.spec(); }
  ModelFaultSet faults(const campaign::FaultNumbers& numbers) const;

 private:
  ModelExperimenter(Simulator simulator, ModelLimits limits);

  Simulator simulator_;
  ModelLimits limits_;
  campaign::FaultSpace space_;
  std::vector<std::string> outcomes_;
  LineageMerger merger_;
};

}  // namespace cutset::dedalus
