#include "verifier/journal.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <simdjson.h>

namespace cutset::verifier {

namespace {

namespace ondemand = simdjson::ondemand;

/// What a record says of a run.
struct Record {
  std::string type;
  std::string run;
  std::string verdict;
  std::vector<std::string> events;  // that failed, ascending
  bool outcomes_held = false;       // each of them

  bool shows(Axiom::Type type_shown) const {
    if (type_shown == Axiom::Type::kHeld) {
      // Inconclusive: another set fired than was planned. It is evidence about that one.
      return type == "result" && outcomes_held &&
             (verdict == "held" || verdict == "accepted" || verdict == "inconclusive");
    }
    return type == "finding" || verdict == "violated" || verdict == "did not recover";
  }
};

/// An array of objects with an "event" each.
simdjson::error_code read_events(ondemand::value value,
                                 std::vector<std::string>& events) {
  ondemand::array array;
  if (const auto code = value.get_array().get(array)) return code;
  events.clear();
  for (auto item : array) {
    ondemand::object object;
    if (const auto code = item.get_object().get(object)) return code;
    std::string_view event;
    if (const auto code = object["event"].get_string().get(event)) return code;
    events.emplace_back(event);
  }
  std::sort(events.begin(), events.end());
  return simdjson::SUCCESS;
}

/// `result` of a result record: did each outcome hold?
simdjson::error_code read_outcomes(ondemand::value value, bool& held) {
  ondemand::object result;
  if (const auto code = value.get_object().get(result)) return code;
  ondemand::array outcomes;
  if (const auto code = result["outcomes"].get_array().get(outcomes)) return code;
  held = true;
  for (auto item : outcomes) {
    ondemand::object outcome;
    if (const auto code = item.get_object().get(outcome)) return code;
    std::string_view state;
    if (const auto code = outcome["state"].get_string().get(state)) return code;
    held = held && (state == "held" || state == "accepted");
  }
  return simdjson::SUCCESS;
}

simdjson::error_code read_record(ondemand::parser& parser,
                                 const simdjson::padded_string& line, Record& record) {
  ondemand::document document;
  if (const auto code = parser.iterate(line).get(document)) return code;
  ondemand::object object;
  if (const auto code = document.get_object().get(object)) return code;
  for (auto field : object) {
    std::string_view key;
    if (const auto code = field.unescaped_key().get(key)) return code;
    const std::string name(key);
    ondemand::value value;
    if (const auto code = field.value().get(value)) return code;
    std::string* text = name == "type"      ? &record.type
                        : name == "run"     ? &record.run
                        : name == "verdict" ? &record.verdict
                                            : nullptr;
    if (text != nullptr) {
      std::string_view found;
      if (const auto code = value.get_string().get(found)) return code;
      *text = found;
    } else if ((name == "fired" && record.type == "result") ||
               (name == "faults" && record.type == "finding")) {
      if (const auto code = read_events(value, record.events)) return code;
    } else if (name == "result" && record.type == "result") {
      if (const auto code = read_outcomes(value, record.outcomes_held)) return code;
    }
  }
  return simdjson::SUCCESS;
}

}  // namespace

Result<std::optional<Refusal>> check_axioms(LineReader& journal, const Graph& graph,
                                            const std::vector<Axiom>& axioms) {
  std::set<std::string> wanted;
  for (const Axiom& axiom : axioms) wanted.insert(axiom.run);
  std::multimap<std::string, Record> records;
  ondemand::parser parser;
  std::optional<Error> broken;  // in the line before
  while (true) {
    CUTSET_ASSIGN(const std::optional<std::string_view> line, journal.next());
    if (!line) break;
    if (broken) return *broken;
    if (line->empty()) continue;
    Record record;
    if (const auto code = read_record(parser, simdjson::padded_string(*line), record)) {
      broken = Error::bad_input(
          fmt::format("no record of a journal: {}", simdjson::error_message(code)),
          journal.name(), journal.line(), 1);
      continue;
    }
    if (wanted.count(record.run) == 0) continue;
    if (record.type != "result" && record.type != "finding") continue;
    const std::string run = record.run;
    records.emplace(run, std::move(record));
  }
  for (const Axiom& axiom : axioms) {
    std::vector<std::string> events;
    for (const uint32_t fault : axiom.faults) events.emplace_back(graph.subject(fault));
    std::sort(events.begin(), events.end());
    const auto [begin, end] = records.equal_range(axiom.run);
    const bool is_there = std::any_of(begin, end, [&](const auto& entry) {
      return entry.second.shows(axiom.type) && entry.second.events == events;
    });
    if (is_there) continue;
    const char* shown = axiom.type == Axiom::Type::kHeld ? "held" : "violated";
    std::string calls;
    for (const std::string& event : events) calls += (calls.empty() ? "" : ", ") + event;
    return std::optional(Refusal{
        axiom.line,
        begin == end ? fmt::format("run {}, which the journal does not have", axiom.run)
                     : fmt::format("run {} {} under: {}; the journal does not say so",
                                   axiom.run, shown, calls),
        "a run of the journal, with its faults and its verdict"});
  }
  return std::optional<Refusal>();
}

}  // namespace cutset::verifier
