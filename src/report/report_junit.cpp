#include "report/report_junit.h"

#include <map>
#include <set>

#include <fmt/format.h>

#include "report/summary.h"
#include "report/words.h"
#include "report/xml_writer.h"

namespace cutset::report {

namespace {

struct Problem {
  std::string element;  // failure, error; "": passed
  std::string type;
  std::string message;
  std::string text;  // of a case that passed: system-out
};

std::string broken_outcomes(const std::vector<campaign::OutcomeResult>& outcomes) {
  std::string text;
  for (const campaign::OutcomeResult& outcome : outcomes) {
    if (outcome.state == campaign::OutcomeResult::State::kHeld) continue;
    text += fmt::format("outcome \"{}\" {}: found {}, expected {}\n", outcome.name,
                        campaign::outcome_state_name(outcome.state), outcome.found,
                        outcome.expected);
  }
  return text;
}

class Writer {
 public:
  explicit Writer(const JournalView& view) : view_(view), summary_(summarize(view)) {
    for (const JournalFinding& found : view.findings) {
      findings_.emplace(found.finding.experiment, &found);
    }
  }
  std::string write();

 private:
  Problem problem_of(size_t experiment) const;
  Problem finding_problem(const JournalFinding& found) const;
  std::string name_of(const JournalExperiment& experiment);
  void write_case(size_t experiment, const Problem& problem);
  void write_properties();

  const JournalView& view_;
  Summary summary_;
  std::map<int, const JournalFinding*> findings_;  // by experiment, the first one
  std::set<std::string> names_;
  XmlWriter xml_;
};

Problem Writer::finding_problem(const JournalFinding& found) const {
  const campaign::Finding& finding = found.finding;
  Problem problem;
  const FindingKind kind = kind_of(finding);
  problem.element = kind == FindingKind::kConfirmed ? "failure"
                    : kind == FindingKind::kFlaky   ? "error"
                                                    : "";
  problem.type = kind == FindingKind::kConfirmed ? "violated" : "flaky";
  problem.message =
      fmt::format("{}: {}", broken_words(finding), faults_words(finding.faults));
  problem.text = fmt::format("minimal cut set: {}\n", campaign::to_text(finding.faults));
  problem.text += broken_outcomes(finding.outcomes);
  const std::string cut = supports_cut_words(supports_cut(finding, summary_.supports));
  if (!cut.empty()) problem.text += "supports it cuts: " + cut + "\n";
  problem.text += fmt::format("reproduced {} of {}\nreplay: {}\n", finding.reproduced,
                              finding.repetitions, replay_command(found.id));
  if (kind == FindingKind::kAccepted)
    problem.text = "accepted: a declared single point of failure\n" + problem.text;
  return problem;
}

Problem Writer::problem_of(size_t index) const {
  const JournalExperiment& experiment = view_.experiments[index];
  const JournalRun& run = view_.runs[experiment.runs.front()];
  if (const auto found = findings_.find(experiment.number); found != findings_.end()) {
    return finding_problem(*found->second);
  }
  const ExperimentState state = summary_.states[index];
  const std::string name(state_name(state));
  Problem problem{"", name, "", ""};
  switch (state) {
    case ExperimentState::kHeld:
      return problem;
    case ExperimentState::kAccepted:
      problem.text =
          "accepted: degraded as declared\n" + broken_outcomes(run.result.outcomes);
      return problem;
    case ExperimentState::kUnreachable:
      problem.text =
          "unreachable: the system no longer makes a call that this fault set takes; "
          "judged was " +
          campaign::to_text(run.fired) + "\n";
      return problem;
    case ExperimentState::kViolated:
    case ExperimentState::kDidNotRecover:
      problem.element = "failure";
      problem.message = name + " under " + faults_words(run.fired);
      problem.text = fmt::format("fired: {}\n", campaign::to_text(run.fired)) +
                     broken_outcomes(run.result.outcomes);
      return problem;
    case ExperimentState::kInconclusive:
    case ExperimentState::kVacuous:
    case ExperimentState::kUnfinished:
      problem.element = "error";
      problem.message = name + ": " + faults_words(run.planned);
      problem.text = broken_outcomes(run.result.outcomes);
      for (const campaign::FaultReport& fault : run.result.faults) {
        if (fault.fired) continue;
        problem.text += fmt::format("{} did not fire{}\n", fault.fault.text(),
                                    fault.error.empty() ? "" : ": " + fault.error);
      }
      return problem;
  }
  return problem;
}

std::string Writer::name_of(const JournalExperiment& experiment) {
  const campaign::FaultSet& planned = view_.runs[experiment.runs.front()].planned;
  std::string name = planned.empty() ? "no fault" : campaign::to_text(planned);
  if (!names_.insert(name).second)
    name += fmt::format(" (experiment {})", experiment.number);
  return name;
}

void Writer::write_case(size_t index, const Problem& problem) {
  const JournalExperiment& experiment = view_.experiments[index];
  const JournalRun& run = view_.runs[experiment.runs.front()];
  xml_.open("testcase");
  xml_.attribute("classname", view_.header.name);
  xml_.attribute("name", name_of(experiment));
  xml_.attribute(
      "time",
      fmt::format("{:.3f}", static_cast<double>(run.result.timing.total_ns) / 1e9));
  if (!problem.element.empty()) {
    xml_.open(problem.element);
    xml_.attribute("type", problem.type);
    xml_.attribute("message", problem.message);
    xml_.text(problem.text);
    xml_.close();
  } else if (!problem.text.empty()) {
    xml_.open("system-out");
    xml_.text(problem.text);
    xml_.close();
  }
  xml_.close();
}

void Writer::write_properties() {
  const auto property = [this](std::string_view name, std::string_view value) {
    xml_.open("property");
    xml_.attribute("name", name);
    xml_.attribute("value", value);
    xml_.close();
  };
  xml_.open("properties");
  property("cutset", view_.header.cutset);
  property("seed", fmt::format("{}", view_.header.seed));
  property("budget.faults", fmt::format("{}", view_.header.budget));
  property("statement", summary_.statement);
  property("cost", cost_words(view_));
  xml_.close();
}

std::string Writer::write() {
  std::vector<Problem> problems;
  size_t failures = 0;
  size_t errors = summary_.exhausted ? 0 : 1;
  double seconds = 0;
  for (size_t i = 0; i < view_.experiments.size(); ++i) {
    problems.push_back(problem_of(i));
    failures += problems.back().element == "failure" ? 1 : 0;
    errors += problems.back().element == "error" ? 1 : 0;
    const JournalRun& run = view_.runs[view_.experiments[i].runs.front()];
    seconds += static_cast<double>(run.result.timing.total_ns) / 1e9;
  }
  xml_.open("testsuites");
  xml_.open("testsuite");
  xml_.attribute("name", view_.header.name);
  xml_.attribute("tests",
                 fmt::format("{}", problems.size() + (summary_.exhausted ? 0 : 1)));
  xml_.attribute("failures", fmt::format("{}", failures));
  xml_.attribute("errors", fmt::format("{}", errors));
  xml_.attribute("skipped", "0");
  xml_.attribute("time", fmt::format("{:.3f}", seconds));
  if (!view_.header.started.empty()) xml_.attribute("timestamp", view_.header.started);
  write_properties();
  for (size_t i = 0; i < problems.size(); ++i) write_case(i, problems[i]);
  if (!summary_.exhausted) {
    xml_.open("testcase");
    xml_.attribute("classname", view_.header.name);
    xml_.attribute("name", "the campaign is finished");
    xml_.open("error");
    xml_.attribute("type", view_.end ? view_.end->status : "unfinished");
    xml_.attribute("message", summary_.statement);
  }
  return xml_.finish();
}

}  // namespace

std::string report_junit(const JournalView& view) {
  return Writer(view).write();
}

}  // namespace cutset::report
