#include "golden.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "dedalus/language/load.h"
#include "dedalus/language/parameters.h"

namespace cutset::dedalus {
namespace {

RunVerdict verdict_of(const std::string& name) {
  if (name == "violated") return RunVerdict::kViolated;
  return name == "vacuous" ? RunVerdict::kVacuous : RunVerdict::kHeld;
}

std::string path_of(const std::string& model) {
  return std::string(CUTSET_SOURCE_DIR "/models/") + model;
}

}  // namespace

std::vector<GoldenRow> golden_rows() {
  std::ifstream file(CUTSET_SOURCE_DIR "/tests/models/golden.json");
  const auto golden = nlohmann::json::parse(file);
  std::vector<GoldenRow> rows;
  for (const auto& [model, answers] : golden.items()) {
    const auto parameters = read_parameters(path_of(model));
    EXPECT_TRUE(parameters.ok() && parameters->size() == answers.size()) << model;
    if (!parameters.ok() || parameters->size() != answers.size()) continue;
    for (size_t i = 0; i < answers.size(); ++i) {
      const Parameters& asked = (*parameters)[i];
      GoldenRow row;
      row.model = model;
      row.text = model + ": " + to_text(asked);
      row.spec = {.eot = static_cast<Time>(asked.eot),
                  .eff = static_cast<Time>(asked.eff),
                  .crashes = static_cast<uint32_t>(asked.crashes),
                  .nodes = asked.nodes,
                  .crash_model = asked.crash_model};
      row.verdict = verdict_of(answers[i]["verdict"].get<std::string>());
      row.minimal = answers[i]["minimal"].get<std::vector<std::vector<std::string>>>();
      std::sort(row.minimal.begin(), row.minimal.end());
      rows.push_back(row);
    }
  }
  return rows;
}

Program program_of(const GoldenRow& row) {
  auto program = load_program({path_of(row.model)});
  CHECK(program.ok());
  return std::move(*program);
}

std::vector<std::string> texts_of(const ModelFaultSet& faults, const FailureSpec& spec) {
  std::vector<std::string> texts;
  for (const ModelFault& fault : faults) texts.push_back(to_text(fault, spec));
  std::sort(texts.begin(), texts.end());
  return texts;
}

}  // namespace cutset::dedalus
