#include "report/report_junit.h"

#include <algorithm>
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

struct Case {
  std::string name;
  Problem problem;
  double seconds = 0;
};

std::string broken_outcomes(const std::vector<campaign::OutcomeResult>& outcomes) {
  std::string text;
  for (const campaign::OutcomeResult& outcome : outcomes) {
    if (outcome.state == campaign::OutcomeResult::State::kHeld) continue;
    const std::string difference = difference_words(outcome);
    text += fmt::format("outcome \"{}\" {}{}{}\n", outcome.name,
                        campaign::outcome_state_name(outcome.state),
                        difference.empty() ? "" : ": ", difference);
  }
  return text;
}

class Writer {
 public:
  explicit Writer(const JournalView& view) : view_(view), summary_(summarize(view)) {
    for (const JournalFinding& found : view.findings) {
      if (found.finding.shown_by.empty())
        findings_.emplace(found.finding.experiment, &found);
    }
  }
  std::string write();

 private:
  const JournalFinding* finding_of(const JournalExperiment& experiment) const;
  Problem problem_of(size_t experiment) const;
  Problem finding_problem(const JournalFinding& found) const;
  std::string name_of(const campaign::FaultSet& faults, int experiment);
  std::vector<Case> cases();
  void write_case(const Case& one);
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
  problem.text +=
      fmt::format("reproduced {} of {}\n", finding.reproduced, finding.repetitions);
  if (!finding.shown_by.empty()) problem.text += shown_by_words(finding) + "\n";
  if (kind == FindingKind::kConfirmed) problem.text += "replay: " + found.replay + "\n";
  if (kind == FindingKind::kAccepted) {
    problem.text = "accepted: a declared single point of failure\n" + problem.text;
  }
  return problem;
}

/// The finding that this experiment brought, or of a violated one the finding that its
/// faults contain: findings that differ in modes of one kind only are merged at the end.
const JournalFinding* Writer::finding_of(const JournalExperiment& experiment) const {
  if (const auto found = findings_.find(experiment.number); found != findings_.end())
    return found->second;
  const JournalRun& run = view_.runs[experiment.runs.front()];
  if (!run.finished || !campaign::is_broken(run.verdict)) return nullptr;
  for (const JournalFinding& found : view_.findings) {
    if (contains_finding(run.fired, found.finding)) return &found;
  }
  return nullptr;
}

Problem Writer::problem_of(size_t index) const {
  const JournalExperiment& experiment = view_.experiments[index];
  const JournalRun& run = view_.runs[experiment.runs.front()];
  if (const JournalFinding* found = finding_of(experiment))
    return finding_problem(*found);
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

std::string Writer::name_of(const campaign::FaultSet& faults, int experiment) {
  std::string name = faults.empty() ? "no fault" : campaign::to_text(faults);
  if (!names_.insert(name).second) name += fmt::format(" (experiment {})", experiment);
  return name;
}

void Writer::write_case(const Case& one) {
  xml_.open("testcase");
  xml_.attribute("classname", view_.header.name);
  xml_.attribute("name", one.name);
  xml_.attribute("time", fmt::format("{:.3f}", one.seconds));
  const Problem& problem = one.problem;
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

std::vector<Case> Writer::cases() {
  std::vector<Case> cases;
  for (size_t i = 0; i < view_.experiments.size(); ++i) {
    const JournalExperiment& experiment = view_.experiments[i];
    const JournalRun& run = view_.runs[experiment.runs.front()];
    const double seconds = static_cast<double>(run.result.timing.total_ns) / 1e9;
    cases.push_back({name_of(run.planned, experiment.number), problem_of(i), seconds});
  }
  for (const JournalFinding& found : view_.findings) {
    const campaign::Finding& finding = found.finding;
    if (finding.shown_by.empty()) continue;
    cases.push_back(
        {name_of(finding.faults, finding.experiment), finding_problem(found), 0});
  }
  if (!summary_.exhausted) {
    const std::string type = view_.end ? view_.end->status : "unfinished";
    cases.push_back(
        {"the campaign is finished", {"error", type, summary_.statement, ""}, 0});
  }
  return cases;
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
  const std::vector<Case> all = cases();
  const auto count = [&all](std::string_view element) {
    return std::count_if(all.begin(), all.end(), [element](const Case& one) {
      return one.problem.element == element;
    });
  };
  double seconds = 0;
  for (const Case& one : all) seconds += one.seconds;
  xml_.open("testsuites");
  xml_.open("testsuite");
  xml_.attribute("name", view_.header.name);
  xml_.attribute("tests", fmt::format("{}", all.size()));
  xml_.attribute("failures", fmt::format("{}", count("failure")));
  xml_.attribute("errors", fmt::format("{}", count("error")));
  xml_.attribute("skipped", "0");
  xml_.attribute("time", fmt::format("{:.3f}", seconds));
  if (!view_.header.started.empty()) xml_.attribute("timestamp", view_.header.started);
  write_properties();
  for (const Case& one : all) write_case(one);
  return xml_.finish();
}

}  // namespace

std::string report_junit(const JournalView& view) {
  return Writer(view).write();
}

}  // namespace cutset::report
