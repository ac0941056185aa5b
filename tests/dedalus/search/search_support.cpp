#include "search_support.h"

#include <algorithm>
#include <fstream>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "dedalus/language/load.h"

namespace cutset::dedalus {

namespace {

std::string path_of(const std::string& model) {
  return std::string(CUTSET_SOURCE_DIR "/models/") + model;
}

}  // namespace

FailureSpec spec_of(const Parameters& parameters) {
  return {.eot = static_cast<Time>(parameters.eot),
          .eff = static_cast<Time>(parameters.eff),
          .crashes = static_cast<uint32_t>(parameters.crashes),
          .nodes = parameters.nodes,
          .crash_model = parameters.crash_model};
}

std::vector<GoldenRow> golden_rows() {
  std::ifstream file(CUTSET_SOURCE_DIR "/tests/models/golden.json");
  const auto golden = nlohmann::json::parse(file);
  std::vector<GoldenRow> rows;
  for (const auto& [model, answers] : golden.items()) {
    const auto parameters = read_parameters(path_of(model));
    CHECK(parameters.ok() && parameters->size() == answers.size());
    for (size_t i = 0; i < answers.size(); ++i) {
      GoldenRow row;
      row.name = model + ": " + to_text((*parameters)[i]);
      row.model = model;
      row.spec = spec_of((*parameters)[i]);
      row.vacuous = answers[i]["verdict"].get<std::string>() == "vacuous";
      for (const auto& set : answers[i]["minimal"]) {
        row.minimal.insert(set.get<std::vector<std::string>>());
      }
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

std::unique_ptr<ModelExperimenter> experimenter_of(const GoldenRow& row) {
  auto program = load_program({path_of(row.model)});
  CHECK(program.ok());
  auto experimenter = ModelExperimenter::create(std::move(*program), row.spec, {});
  CHECK(experimenter.ok());
  return std::move(*experimenter);
}

Program program_of(const std::string& text) {
  const FileReader read = [&text](const std::string&) -> Result<std::string> {
    return text;
  };
  Diagnosis diagnosis = diagnose_program({"test.ded"}, read);
  CHECK(diagnosis.program);
  return std::move(*diagnosis.program);
}

std::unique_ptr<ModelExperimenter> experimenter_of(const std::string& program,
                                                   const FailureSpec& spec,
                                                   ModelLimits limits) {
  auto experimenter =
      ModelExperimenter::create(program_of(program), spec, std::move(limits));
  CHECK(experimenter.ok());
  return std::move(*experimenter);
}

FaultSets sets_of(const campaign::LineageSummary& summary) {
  FaultSets sets;
  for (const campaign::LineageFinding& finding : summary.findings) {
    CHECK(sets.insert(finding.faults).second);
    for (const campaign::FaultNumbers& image : finding.orbit) {
      CHECK(sets.insert(image).second);
    }
  }
  return sets;
}

std::set<std::vector<std::string>> texts_of(const FaultSets& sets,
                                            const ModelExperimenter& experimenter) {
  std::set<std::vector<std::string>> result;
  for (const campaign::FaultNumbers& set : sets) {
    std::vector<std::string> texts;
    for (const ModelFault& fault : experimenter.faults(set)) {
      texts.push_back(to_text(fault, experimenter.spec()));
    }
    std::sort(texts.begin(), texts.end());
    result.insert(std::move(texts));
  }
  return result;
}

campaign::LineageSummary searched(ModelExperimenter& experimenter,
                                  campaign::Knowledge knowledge, bool use_symmetry) {
  campaign::LineageOptions options;
  options.knowledge = knowledge;
  options.use_symmetry = use_symmetry;
  auto summary = campaign::search_lineage(experimenter, options);
  if (!summary) std::fprintf(stderr, "%s\n", summary.error().text().c_str());
  CHECK(summary.ok());
  return std::move(*summary);
}

}  // namespace cutset::dedalus
