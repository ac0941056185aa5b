#include "report/journal_reader.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "campaign/result_json.h"
#include "report/json_fields.h"
#include "report/words.h"

namespace cutset::report {

namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kLargestJournal = size_t{1} << 30;
constexpr size_t kLongestLine = size_t{64} << 20;
constexpr int kDeepest = 64;
constexpr int kSchema = 1;

Result<campaign::Verdict> parse_verdict(const std::string& name) {
  using campaign::Verdict;
  for (const Verdict verdict :
       {Verdict::kHeld, Verdict::kAccepted, Verdict::kViolated, Verdict::kDidNotRecover,
        Verdict::kInconclusive, Verdict::kVacuous}) {
    if (campaign::verdict_name(verdict) == name) return verdict;
  }
  return Error::bad_input(
      fmt::format("verdict \"{}\": expected held, accepted, violated, did not recover, "
                  "inconclusive or vacuous",
                  name));
}

bool is_finding_id(const std::string& id) {
  return id.size() == 16 && id.find_first_not_of("0123456789abcdef") == std::string::npos;
}

class Reader {
 public:
  Status read_line(std::string_view line);
  Result<JournalView> finish();

 private:
  Status read_header(const Json& json);
  Status read_plan(const Json& json);
  Status read_result(const Json& json);
  Status read_finding(const Json& json);
  Status read_wrong_prediction(const Json& json);
  Status read_end(const Json& json);
  Status read_record(const Json& json);
  void mark_unreachable();

  JournalView view_;
  bool has_header_ = false;
  std::map<std::string, size_t> run_index_;
  std::map<int, size_t> experiment_index_;
};

Status Reader::read_header(const Json& json) {
  const int version = small_integer(json, "schema_version");
  if (version != kSchema) {
    return Error::bad_input(
        fmt::format("schema_version is {}, this cutset reads {}: use the cutset that "
                    "wrote the journal ({})",
                    version, kSchema, text(json, "cutset")));
  }
  JournalHeader& header = view_.header;
  header.cutset = text(json, "cutset");
  header.name = text(json, "name");
  header.replay = text(json, "replay");
  header.started = text(json, "started");
  header.seed = static_cast<uint64_t>(integer(json, "seed"));
  header.budget = small_integer(json.value("budget", Json::object()), "faults");
  header.modes = texts(json, "modes");
  header.config = text(json, "config");
  header.fault_free_runs = small_integer(json, "fault_free_runs");
  header.repeat = small_integer(json, "repeat");
  has_header_ = true;
  return {};
}

Status Reader::read_plan(const Json& json) {
  JournalRun run;
  run.experiment = small_integer(json, "experiment", 1);
  run.run = text(json, "run");
  run.purpose = text(json, "purpose");
  run.reason = text(json, "reason");
  CUTSET_ASSIGN(run.planned,
                campaign::faults_from_json(json.value("faults", Json::array())));
  const size_t index = view_.runs.size();
  if (run.run.empty() || !run_index_.emplace(run.run, index).second) {
    return Error::bad_input(
        fmt::format("run \"{}\" is planned twice, or has no name", run.run));
  }
  const auto [place, is_new] =
      experiment_index_.try_emplace(run.experiment, view_.experiments.size());
  if (is_new) view_.experiments.push_back({run.experiment, {}, false});
  view_.experiments[place->second].runs.push_back(index);
  view_.runs.push_back(std::move(run));
  return {};
}

Status Reader::read_result(const Json& json) {
  const std::string name = text(json, "run");
  const auto found = run_index_.find(name);
  if (found == run_index_.end()) {
    return Error::bad_input(fmt::format(
        "the result of run \"{}\", for which no plan stands before it", name));
  }
  JournalRun& run = view_.runs[found->second];
  if (run.finished)
    return Error::bad_input(fmt::format("run \"{}\" has two results", name));
  CUTSET_ASSIGN(run.verdict, parse_verdict(text(json, "verdict")));
  CUTSET_ASSIGN(run.fired,
                campaign::faults_from_json(json.value("fired", Json::array())));
  CUTSET_ASSIGN(run.result,
                campaign::result_from_json(json.value("result", Json::object())));
  run.finished = true;
  return {};
}

Status Reader::read_finding(const Json& json) {
  JournalFinding found;
  found.id = text(json, "id");
  if (!is_finding_id(found.id)) {
    return Error::bad_input(
        fmt::format("finding id \"{}\": expected 16 hex digits", found.id));
  }
  found.replay = replay_command(view_.header.replay, found.id);
  campaign::Finding& finding = found.finding;
  CUTSET_ASSIGN(finding.faults,
                campaign::faults_from_json(json.value("faults", Json::array())));
  finding.alternatives.resize(finding.faults.size());
  for (const Json& entry : json.value("faults", Json::array())) {
    const std::string event = text(entry, "event");
    for (size_t i = 0; i < finding.faults.size(); ++i) {
      if (finding.faults[i].event != event) continue;
      for (const std::string& mode : texts(entry, "alternatives")) {
        CUTSET_ASSIGN(const identity::FaultMode parsed, identity::parse_fault_mode(mode));
        finding.alternatives[i].push_back(parsed);
      }
    }
  }
  // The outcomes have the form that they have in a result.
  CUTSET_ASSIGN(
      const campaign::ExperimentResult outcomes,
      campaign::result_from_json({{"outcomes", json.value("outcomes", Json::array())}}));
  finding.outcomes = outcomes.outcomes;
  for (const Json& entry : json.value("subsets", Json::array())) {
    CUTSET_ASSIGN(campaign::FaultSet faults,
                  campaign::faults_from_json(entry.value("faults", Json::array())));
    finding.subsets.push_back({std::move(faults), text(entry, "shown_by")});
  }
  const std::string status = text(json, "status");
  if (status != "confirmed" && status != "flaky") {
    return Error::bad_input(
        fmt::format("finding status \"{}\": expected confirmed or flaky", status));
  }
  finding.status = status == "flaky" ? campaign::Finding::Status::kFlaky
                                     : campaign::Finding::Status::kConfirmed;
  finding.accepted = text(json, "kind") == "accepted";
  finding.experiment = small_integer(json, "experiment", 1);
  const Json reproduced = json.value("reproduced", Json::object());
  finding.reproduced = small_integer(reproduced, "k");
  finding.repetitions = small_integer(reproduced, "n");
  finding.shown_by = text(json, "shown_by");
  finding.words = text(json, "words");
  finding.run = text(json, "run");
  finding.good_run = text(json, "good_run");
  view_.findings.push_back(std::move(found));
  return {};
}

Status Reader::read_wrong_prediction(const Json& json) {
  view_.wrong_predictions.push_back(
      {small_integer(json, "experiment"), text(json, "handler"), texts(json, "after"),
       text(json, "expected"), text(json, "found"), text(json, "remedy")});
  return {};
}

Status Reader::read_end(const Json& json) {
  JournalEnd end;
  end.status = text(json, "status");
  if (end.status != "exhausted" && end.status != "stopped" && end.status != "failed") {
    return Error::bad_input(
        fmt::format("status \"{}\": expected exhausted, stopped or failed", end.status));
  }
  end.why = text(json, "why");
  end.exit_code = static_cast<int>(integer(json, "exit_code", 0, 255));
  end.experiments = integer(json, "experiments");
  end.confirmations = integer(json, "confirmations");
  end.runs = integer(json, "runs");
  const auto exhaustive = json.find("exhaustive");
  if (exhaustive != json.end() && exhaustive->is_number_unsigned())
    end.exhaustive = exhaustive->get<uint64_t>();
  end.exhaustive_is_lower_bound = json.value("exhaustive_is_lower_bound", false);
  end.exhausted_to = small_integer(json, "exhausted_to");
  end.statement = text(json, "statement");
  end.assumptions = texts(json, "assumptions");
  const Json counts = json.value("counts", Json::object());
  for (const auto& [verdict, count] : counts.items()) {
    end.counts[verdict] = integer(counts, verdict.c_str());
  }
  end.inconclusive = integer(json, "inconclusive");
  end.calls = integer(json, "calls");
  end.candidates = integer(json, "candidates");
  end.unstable = texts(json, "unstable");
  end.elapsed_ns = integer(json, "elapsed_ns");
  end.overhead_ns = integer(json, "overhead_ns", std::numeric_limits<int64_t>::min());
  if (const auto findings = json.find("findings"); findings != json.end()) {
    view_.findings.clear();
    for (const Json& finding : *findings) CUTSET_TRY(read_finding(finding));
  }
  view_.end = std::move(end);
  return {};
}

Status Reader::read_record(const Json& json) {
  const std::string type = text(json, "type");
  if (!has_header_) {
    if (type == "campaign") return read_header(json);
    return Error::bad_input(
        fmt::format("the first record has type \"{}\", expected \"campaign\": this is "
                    "not the journal of a campaign",
                    type));
  }
  if (view_.end)
    return Error::bad_input(fmt::format("a record of type \"{}\" after the end", type));
  if (type == "plan") return read_plan(json);
  if (type == "result") return read_result(json);
  if (type == "finding") return read_finding(json);
  if (type == "wrong_prediction") return read_wrong_prediction(json);
  if (type == "end") return read_end(json);
  if (type == "note") {
    view_.notes.push_back(text(json, "text"));
    return {};
  }
  return Error::bad_input(
      fmt::format("record type \"{}\": expected plan, result, wrong_prediction, finding, "
                  "note or end",
                  type));
}

Status Reader::read_line(std::string_view line) {
  if (line.size() > kLongestLine) return Error::bad_input("a line of more than 64 MiB");
  if (is_nested_deeper(line, kDeepest)) {
    return Error::bad_input(fmt::format("nested deeper than {} levels", kDeepest));
  }
  try {
    const Json json = Json::parse(line);
    if (!json.is_object()) return Error::bad_input("expected one JSON object a line");
    return read_record(json);
  } catch (const nlohmann::json::parse_error& error) {
    if (!has_header_) {
      return Error::bad_input(
          "expected the journal of a campaign (.cutset/journal.jsonl): this line is no "
          "JSON object");
    }
    return Error::bad_input(fmt::format(
        "expected one JSON object a line; at character {} the line is none: the journal "
        "is damaged here",
        error.byte));
  } catch (const nlohmann::json::exception& exception) {
    // "[json.exception.type_error.302] type must be string, but is number"
    const std::string what = exception.what();
    const size_t prefix = what.find("] ");
    return Error::bad_input("a field of the record: " +
                            what.substr(prefix == std::string::npos ? 0 : prefix + 2));
  }
}

/// A plan that the system no longer gave the chance to fire is no open question; the
/// campaign says so in a note.
void Reader::mark_unreachable() {
  constexpr std::string_view kUnreachable = "cannot be reached";
  std::set<std::string, std::less<>> prefixes;
  for (const std::string& note : view_.notes) {
    const size_t colon = note.find(':');
    const bool ends = note.size() >= kUnreachable.size() &&
                      note.compare(note.size() - kUnreachable.size(), kUnreachable.size(),
                                   kUnreachable) == 0;
    if (ends && colon != std::string::npos) prefixes.insert(note.substr(0, colon));
  }
  for (JournalExperiment& experiment : view_.experiments) {
    experiment.unreachable =
        prefixes.count(fmt::format("experiment {}", experiment.number)) > 0;
  }
}

Result<JournalView> Reader::finish() {
  if (!has_header_)
    return Error::bad_input("the journal has no record: the campaign had not begun");
  mark_unreachable();
  return std::move(view_);
}

}  // namespace

const JournalRun* JournalView::find_run(const std::string& name) const {
  for (const JournalRun& run : runs) {
    if (run.run == name) return run.finished ? &run : nullptr;
  }
  return nullptr;
}

Result<JournalView> parse_journal(std::string_view content, const std::string& file) {
  Reader reader;
  bool cut_off = false;
  int number = 0;
  while (!content.empty()) {
    ++number;
    const size_t end = content.find('\n');
    const bool complete = end != std::string_view::npos;
    Status status = reader.read_line(content.substr(0, end));
    if (!status.ok()) {
      if (complete) return Error::bad_input(status.error().message, file, number, 1);
      cut_off = true;
    }
    content.remove_prefix(complete ? end + 1 : content.size());
  }
  Result<JournalView> view = reader.finish();
  if (!view.ok())
    return Error::bad_input(view.error().message, file, std::max(number, 1), 1);
  view->cut_off = cut_off;
  return view;
}

Result<JournalView> read_journal(const std::string& path) {
  CUTSET_ASSIGN(const std::string content, read_file(path, kLargestJournal));
  return parse_journal(content, path);
}

}  // namespace cutset::report
