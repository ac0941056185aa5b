#include "modelcheck/describe.h"

#include <algorithm>

#include <fmt/format.h>

namespace cutset::modelcheck {

using campaign::FaultNumbers;
using campaign::LineageFinding;
using campaign::LineageStatus;
using campaign::LineageSummary;
using report::ProtocolCheck;
using report::ProtocolFinding;

ProtocolCheck header_of(const dedalus::Program& program,
                        const dedalus::Parameters& parameters) {
  ProtocolCheck check;
  if (!program.files.empty()) check.model = program.files.front();
  check.line = static_cast<uint32_t>(parameters.line);
  dedalus::Parameters shown = parameters;
  shown.expect.reset();
  check.parameters = dedalus::to_text(shown);
  check.eot = static_cast<uint32_t>(parameters.eot);
  check.eff = static_cast<uint32_t>(parameters.eff);
  check.crashes = static_cast<uint32_t>(parameters.crashes);
  check.nodes = parameters.nodes;
  check.crash_model = dedalus::crash_model_name(parameters.crash_model);
  if (parameters.expect) check.expect = dedalus::expectation_name(*parameters.expect);
  return check;
}

dedalus::FailureSpec spec_of(const dedalus::Parameters& parameters) {
  return {.eot = static_cast<dedalus::Time>(parameters.eot),
          .eff = static_cast<dedalus::Time>(parameters.eff),
          .crashes = static_cast<uint32_t>(parameters.crashes),
          .nodes = parameters.nodes,
          .crash_model = parameters.crash_model};
}

void add_summary(const LineageSummary& summary, ProtocolCheck& check) {
  check.executions = summary.experiments;
  check.subset_runs = summary.subset_runs;
  check.wrong_predictions = summary.wrong_predictions;
  check.symmetries = std::max<uint64_t>(1, summary.symmetries);
  check.knowledge = summary.knowledge == campaign::Knowledge::kAll
                        ? "all derivations"
                        : "lineage of the runs";
  check.knowledge_limit = summary.knowledge_limit;
  check.goals = summary.goals;
  check.firings = summary.firings;
  check.assumptions = summary.assumptions;
  check.complete = summary.status == LineageStatus::kExhausted;
  if (summary.status == LineageStatus::kStopped) check.why = summary.why;
}

Status add_findings(dedalus::ModelExperimenter& experimenter,
                    const std::vector<LineageFinding>& findings, size_t most_explained,
                    const ExplainOptions& options, ProtocolCheck& check) {
  const campaign::FaultSpace& space = experimenter.space();
  dedalus::Simulator& simulator = experimenter.simulator();
  for (size_t i = 0; i < findings.size(); ++i) {
    const LineageFinding& from = findings[i];
    ProtocolFinding finding;
    finding.text = space.text(from.faults);
    for (const uint32_t number : from.faults) {
      const campaign::ModelFault& fault = space.faults[number];
      finding.faults.push_back({fault.kind == campaign::ModelFault::Kind::kCrash,
                                fault.from, fault.to, fault.time});
      finding.words.push_back(space.text(number));
    }
    for (const FaultNumbers& image : from.orbit)
      finding.orbit.push_back(space.text(image));
    finding.experiment = from.experiment;
    finding.subsets = from.subsets;
    finding.subsets_run = from.subsets_run;
    for (const uint32_t outcome : from.broken)
      finding.missing.push_back(experimenter.outcomes()[outcome]);
    if (i < most_explained) {
      CUTSET_ASSIGN(const dedalus::Run bad,
                    simulator.run(experimenter.faults(from.faults)));
      if (finding.missing.empty()) {
        for (const dedalus::TupleId post : bad.violated())
          finding.missing.push_back(simulator.to_text(post));
      }
      explain(simulator, bad, options, finding);
    }
    check.findings.push_back(std::move(finding));
  }
  return {};
}

void add_history(const Recorder& recorder, ProtocolCheck& check) {
  for (const Recorder::Record& record : recorder.records()) {
    check.history.push_back({recorder.space().text(record.faults), record.violated,
                             record.is_subset && check.search == "lineage"});
  }
  check.history_left_out = recorder.runs() - recorder.records().size();
}

std::string vacuous_words(const dedalus::Simulator& simulator) {
  const auto is_empty = [&](const char* name) {
    const auto relation = simulator.program().relation(name);
    return !relation ||
           simulator.fault_free().tuples(*relation, simulator.spec().eot).empty();
  };
  const bool post = is_empty("post");
  const bool pre = is_empty("pre");
  return fmt::format(
      "without any fault, {} at the end (time {}): there is nothing to judge. Is EOT too "
      "small for the protocol to finish?",
      post && pre ? "`pre` and `post` are empty"
      : post      ? "`post` is empty"
                  : "`pre` is empty",
      simulator.spec().eot);
}

}  // namespace cutset::modelcheck
