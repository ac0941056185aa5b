// Hands an experimenter through to the search and writes down which fault sets were run.
// Thread rule: as the experimenter.
#pragma once

#include <functional>
#include <vector>

#include "campaign/lineage_experimenter.h"

namespace cutset::modelcheck {

class Recorder : public campaign::LineageExperimenter {
 public:
  struct Record {
    campaign::FaultNumbers faults;
    bool violated = false;
    bool is_subset = false;  // asked for the verdict only
  };

  Recorder(campaign::LineageExperimenter& experimenter, size_t most_records)
      : experimenter_(experimenter), most_records_(most_records) {}

  const std::vector<Record>& records() const { return records_; }
  uint64_t runs() const { return runs_; }

  const campaign::FaultSpace& space() const override { return experimenter_.space(); }
  const std::vector<std::string>& outcomes() const override {
    return experimenter_.outcomes();
  }
  bool vacuous() const override { return experimenter_.vacuous(); }
  Result<campaign::ModelRun> run(const campaign::FaultNumbers& faults,
                                 campaign::RunDetail detail) override {
    Result<campaign::ModelRun> result = experimenter_.run(faults, detail);
    if (!result.ok()) return result;
    ++runs_;
    if (records_.size() < most_records_) {
      records_.push_back(
          {faults, result->violated, detail == campaign::RunDetail::kVerdict});
    }
    return result;
  }
  const campaign::Lineage& lineage() const override { return experimenter_.lineage(); }
  Result<campaign::DerivationModel> derivations(
      const std::function<bool()>& stop) override {
    return experimenter_.derivations(stop);
  }
  std::vector<std::vector<uint32_t>> symmetries() override {
    return experimenter_.symmetries();
  }

 private:
  campaign::LineageExperimenter& experimenter_;
  size_t most_records_;
  uint64_t runs_ = 0;
  std::vector<Record> records_;
};

}  // namespace cutset::modelcheck
