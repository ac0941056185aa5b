#include "cli/solve_output.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/text.h"

namespace cutset::cli {

namespace {

using nlohmann::ordered_json;

ordered_json stats_json(const solver::SearchStats& stats) {
  ordered_json passes = ordered_json::array();
  for (const solver::PassStats& pass : stats.passes) {
    passes.push_back({{"name", pass.name},
                      {"faults", pass.faults},
                      {"gates", pass.gates},
                      {"edges", pass.edges},
                      {"cpu_seconds", pass.cpu_seconds}});
  }
  return {{"passes", passes},
          {"conjuncts", stats.conjuncts},
          {"classes", stats.classes},
          {"shared_conjuncts", stats.shared_conjuncts},
          {"by_diagram", stats.by_diagram},
          {"by_sat", stats.by_sat},
          {"packing_bound", stats.packing_bound},
          {"diagram_nodes", stats.diagram_nodes},
          {"variables", stats.variables},
          {"clauses", stats.clauses},
          {"sat_calls", stats.sat_calls},
          {"conflicts", stats.conflicts},
          {"diagram_seconds", stats.diagram_seconds},
          {"sat_seconds", stats.sat_seconds}};
}

void print_stats(const solver::SearchStats& stats) {
  fmt::print("\n{:<20}{:>10}{:>10}{:>12}{:>10}\n", "pass", "faults", "gates", "edges",
             "CPU s");
  for (const solver::PassStats& pass : stats.passes) {
    fmt::print("{:<20}{:>10}{:>10}{:>12}{:>10.4f}\n", pass.name, pass.faults, pass.gates,
               pass.edges, pass.cpu_seconds);
  }
  fmt::print("conjuncts {} in {} classes, {} solved together\n", stats.conjuncts,
             stats.classes, stats.shared_conjuncts);
  fmt::print("decision diagrams: {} classes, {} nodes, {:.4f} s\n", stats.by_diagram,
             stats.diagram_nodes, stats.diagram_seconds);
  fmt::print(
      "SAT: {} classes, {} variables, {} clauses, {} calls, {} conflicts, {:.4f} s\n",
      stats.by_sat, stats.variables, stats.clauses, stats.sat_calls, stats.conflicts,
      stats.sat_seconds);
}

std::string budget_text(const solver::Budget& budget) {
  std::vector<std::string> parts;
  if (budget.total != solver::kUnlimited)
    parts.push_back(fmt::format("{} faults", budget.total));
  for (const auto& [kind, most] : budget.kinds)
    parts.push_back(fmt::format("{} {}", most, kind));
  return parts.empty() ? "" : " within " + join(parts, ", ");
}

std::string sizes_text(const std::map<size_t, uint64_t>& by_size) {
  std::vector<std::string> parts;
  for (const auto& [size, sets] : by_size)
    parts.push_back(fmt::format("{} of size {}", sets, size));
  return parts.empty() ? "" : " (" + join(parts, ", ") + ")";
}

/// "1 part", "2 parts".
std::string counted(uint64_t number, std::string_view word) {
  return fmt::format("{} {}{}", number, word, number == 1 ? "" : "s");
}

}  // namespace

std::vector<std::string> SolveOutput::names(
    const std::vector<solver::FaultId>& faults) const {
  std::vector<std::string> result;
  for (const solver::FaultId fault : faults)
    result.push_back(graph_.faults.describe(fault));
  return result;
}

void SolveOutput::add(solver::FoundSet set) {
  ++by_size_[set.faults.size()];
  ++found_;
  if (!json_ && !options_.count) {
    fmt::print("{:>6}  {}\n", set.weight,
               set.faults.empty() ? "(no fault at all: the root does not hold)"
                                  : join(names(set.faults), "  "));
  }
  const bool is_printed_later = json_ && !options_.count;
  if (is_printed_later || !options_.certificate.empty()) kept_.push_back(std::move(set));
}

std::vector<solver::FaultSet> SolveOutput::listed() const {
  std::vector<solver::FaultSet> sets;
  if (options_.certificate.empty()) return sets;
  sets.reserve(kept_.size());
  for (const solver::FoundSet& set : kept_) sets.push_back(set.faults);
  return sets;
}

void SolveOutput::print_json(const SolveAnswer& answer, const solver::SearchStats& stats,
                             int exit_code) const {
  ordered_json sizes = ordered_json::object();
  for (const auto& [size, sets] : answer.by_size) sizes[std::to_string(size)] = sets;
  ordered_json json = {{"schema_version", 1},
                       {"exit_code", exit_code},
                       {"graph",
                        {{"file", options_.graph},
                         {"family", graph_.family},
                         {"faults", graph_.faults.size()},
                         {"nodes", graph_.nodes_read}}},
                       {"count", answer.sets},
                       {"complete", answer.exact},
                       {"stopped", answer.stopped},
                       {"by_size", sizes}};
  if (answer.certificate) {
    json["certificate"] = {{"file", options_.certificate},
                           {"parts", answer.certificate->parts},
                           {"packings", answer.certificate->packings},
                           {"recomputed", answer.certificate->recomputed}};
  } else if (!options_.certificate.empty()) {
    json["certificate"] = nullptr;
  }
  if (!options_.count) {
    json["sets"] = ordered_json::array();
    for (const solver::FoundSet& set : kept_) {
      json["sets"].push_back(
          {{"faults", set.faults}, {"names", names(set.faults)}, {"weight", set.weight}});
    }
  }
  if (options_.stats) json["stats"] = stats_json(stats);
  fmt::print("{}\n", json.dump(1, ' ', false, ordered_json::error_handler_t::replace));
}

void SolveOutput::print_text(const SolveAnswer& answer,
                             const solver::Budget& budget) const {
  const std::string how_many = answer.exact ? fmt::format("{}", answer.sets)
                               : options_.count
                                   ? fmt::format("at least {}", answer.sets)
                                   : fmt::format("the first {}", answer.sets);
  const char* left = answer.exact     ? ": all there are"
                     : answer.stopped ? ": stopped before the end"
                                      : "; there may be more (--all, --first N)";
  fmt::print("{}{} minimal cut set{}{}{}{}\n", found_ == 0 || options_.count ? "" : "\n",
             how_many, answer.sets == 1 ? "" : "s", budget_text(budget),
             sizes_text(answer.by_size), left);
  if (answer.certificate) {
    const solver::CertificateSize& size = *answer.certificate;
    fmt::print(
        "certificate: {} ({} in {}: {}, {} computed once more, {}); check it: cutset "
        "verify {} {}\n",
        options_.certificate, counted(size.conjuncts, "conjunct"),
        counted(size.parts, "part"), counted(size.packings, "packing"), size.recomputed,
        counted(size.parts - size.packings - size.recomputed, "proof"),
        options_.certificate, options_.graph);
  }
}

void SolveOutput::end(const SolveAnswer& answer, const solver::Budget& budget,
                      const solver::SearchStats& stats, int exit_code) const {
  if (json_) {
    print_json(answer, stats, exit_code);
  } else {
    print_text(answer, budget);
    if (options_.stats) print_stats(stats);
  }
  if (!options_.certificate.empty() && !answer.certificate) {
    log_warning("no certificate: {}", answer.exact ? "stopped while it was written"
                                                   : "it needs the complete list");
  }
}

}  // namespace cutset::cli
