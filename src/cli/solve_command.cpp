// `cutset solve`: the minimal cut sets of a derivation graph in a file, smallest first.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/signals.h"
#include "solver/certificate.h"
#include "solver/cut_search.h"

namespace cutset::cli {

namespace {

using nlohmann::ordered_json;

struct SolveOptions {
  std::string graph;
  std::vector<std::string> budget;
  uint64_t first = 10;
  bool all = false;
  bool count = false;
  bool stats = false;
  std::string certificate;
  bool first_given = false;

  /// A certificate needs the complete list.
  bool lists_all() const {
    return all || count || (!certificate.empty() && !first_given);
  }
  std::string method = "auto";
  std::string backend = "cadical";
  uint64_t seed = 0;
  double time_limit = 0;
};

Result<solver::Budget> parse_budget(const std::vector<std::string>& parts) {
  solver::Budget budget;
  for (const std::string& part : parts) {
    const size_t equals = part.find('=');
    const std::string kind =
        equals == std::string::npos ? "total" : part.substr(0, equals);
    const std::string number =
        equals == std::string::npos ? part : part.substr(equals + 1);
    uint32_t most = 0;
    const char* end = number.data() + number.size();
    const auto [stopped, error] = std::from_chars(number.data(), end, most);
    if (number.empty() || error != std::errc() || stopped != end || kind.empty()) {
      return Error::usage(
          fmt::format("--budget {}: expected a number of faults, or KIND=NUMBER", part));
    }
    if (kind == "total") {
      budget.total = most;
    } else {
      budget.kinds.emplace_back(kind, most);
    }
  }
  return budget;
}

Result<solver::SearchOptions> search_options(const SolveOptions& options) {
  solver::SearchOptions search;
  CUTSET_ASSIGN(search.budget, parse_budget(options.budget));
  const std::map<std::string, solver::Method> methods = {
      {"auto", solver::Method::kAuto},
      {"plain", solver::Method::kPlain},
      {"sat", solver::Method::kSat},
      {"diagrams", solver::Method::kDiagrams},
      {"brute-force", solver::Method::kBruteForce}};
  search.method = methods.at(options.method);
  search.backend = options.backend == "minisat" ? solver::Backend::kMinisat
                                                : solver::Backend::kCadical;
  search.seed = options.seed;
  search.time_limit =
      std::chrono::milliseconds(static_cast<int64_t>(options.time_limit * 1000));
  search.wanted = options.lists_all() ? 0 : options.first;
  search.stop = stop_was_requested;
  return search;
}

/// Prints sets as they are found (text) or keeps them (JSON).
class Output {
 public:
  Output(const solver::FaultGraph& graph, const SolveOptions& options, bool json)
      : graph_(graph),
        json_(json),
        only_counts_(options.count),
        keeps_(!options.certificate.empty()) {}

  /// For the certificate, which lists them.
  std::vector<solver::FaultSet>& kept() { return kept_; }

  void add(const solver::FoundSet& set) {
    if (keeps_) kept_.push_back(set.faults);
    ++by_size_[set.faults.size()];
    ++found_;
    if (only_counts_) return;
    if (json_) {
      ordered_json faults = ordered_json::array();
      ordered_json names = ordered_json::array();
      for (const solver::FaultId fault : set.faults) {
        faults.push_back(fault);
        names.push_back(graph_.faults.describe(fault));
      }
      sets_.push_back({{"faults", faults}, {"names", names}, {"weight", set.weight}});
      return;
    }
    std::vector<std::string> names;
    for (const solver::FaultId fault : set.faults)
      names.push_back(graph_.faults.describe(fault));
    fmt::print(
        "{:>6}  {}\n", set.weight,
        names.empty() ? "(no fault at all: the root does not hold)" : join(names, "  "));
  }

  uint64_t found() const { return found_; }
  const std::map<size_t, uint64_t>& by_size() const { return by_size_; }
  ordered_json& sets() { return sets_; }

 private:
  const solver::FaultGraph& graph_;
  bool json_;
  bool only_counts_;
  bool keeps_;
  std::vector<solver::FaultSet> kept_;
  uint64_t found_ = 0;
  std::map<size_t, uint64_t> by_size_;
  ordered_json sets_ = ordered_json::array();
};

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

struct Answer {
  uint64_t sets = 0;
  bool exact = false;  // there are no more
  bool stopped = false;
  std::map<size_t, uint64_t> by_size;
};

Result<solver::CertificateSize> certify(const solver::FaultGraph& graph,
                                        const solver::Budget& budget,
                                        std::vector<solver::FaultSet> sets,
                                        const std::function<bool()>& stop,
                                        const std::string& path) {
  solver::CertificateClaim claim;
  claim.budget = budget;
  claim.sets = std::move(sets);
  return solver::write_certificate(graph, claim, stop, path);
}

int solve(const SolveOptions& options, const GlobalOptions& global) {
  on_stop(nullptr);
  Result<solver::SearchOptions> wanted = search_options(options);
  if (!wanted.ok()) return fail(wanted.error(), global);
  const Result<solver::FaultGraph> graph = solver::read_fault_graph(options.graph);
  if (!graph.ok()) return fail(graph.error(), global);
  solver::CutSearch search(*graph, *wanted);
  if (const Status fits = search.check(); !fits.ok()) return fail(fits.error(), global);
  Output output(*graph, options, global.json);
  const auto end = std::chrono::steady_clock::now() +
                   std::chrono::duration<double>(options.time_limit);
  Answer answer;
  if (options.count && options.certificate.empty()) {
    const solver::SetCount count = search.count();
    answer.sets = count.sets;
    answer.exact = !count.at_least;
    answer.stopped = count.at_least;
    for (size_t size = 0; size < count.by_size.size(); ++size) {
      if (count.by_size[size] != 0) answer.by_size[size] = count.by_size[size];
    }
  } else {
    while (options.lists_all() || output.found() < options.first) {
      const std::optional<solver::FoundSet> set = search.next();
      if (!set) break;
      output.add(*set);
    }
    answer.sets = output.found();
    answer.exact = search.ending() == solver::Ending::kComplete;
    answer.stopped = search.ending() == solver::Ending::kStopped;
    answer.by_size = output.by_size();
  }
  int code = answer.stopped ? kExitStopped : kExitHeld;
  std::optional<solver::CertificateSize> certificate;
  if (!options.certificate.empty() && answer.exact) {
    const auto stop = [&] {
      return stop_was_requested() ||
             (options.time_limit > 0 && std::chrono::steady_clock::now() >= end);
    };
    const Result<solver::CertificateSize> written = certify(
        *graph, wanted->budget, std::move(output.kept()), stop, options.certificate);
    if (written.ok()) {
      certificate = *written;
    } else if (written.error().kind == ErrorKind::kInterrupted) {
      code = kExitStopped;
    } else {
      return fail(written.error(), global);
    }
  }
  if (global.json) {
    ordered_json sizes = ordered_json::object();
    for (const auto& [size, sets] : answer.by_size) sizes[std::to_string(size)] = sets;
    ordered_json json = {{"schema_version", 1},
                         {"exit_code", code},
                         {"graph",
                          {{"file", options.graph},
                           {"family", graph->family},
                           {"faults", graph->faults.size()},
                           {"nodes", graph->nodes_read}}},
                         {"count", answer.sets},
                         {"complete", answer.exact},
                         {"stopped", answer.stopped},
                         {"by_size", sizes}};
    if (!options.certificate.empty()) {
      json["certificate"] = certificate
                                ? ordered_json{{"file", options.certificate},
                                               {"parts", certificate->parts},
                                               {"packings", certificate->packings},
                                               {"recomputed", certificate->recomputed}}
                                : ordered_json(nullptr);
    }
    if (!options.count) json["sets"] = std::move(output.sets());
    if (options.stats) json["stats"] = stats_json(search.stats());
    const std::string text =
        json.dump(1, ' ', false, ordered_json::error_handler_t::replace);
    fmt::print("{}\n", text);
    return code;
  }
  fmt::print(
      "{}{} minimal cut set{}{}{}{}\n", output.found() == 0 || options.count ? "" : "\n",
      answer.exact
          ? fmt::format("{}", answer.sets)
          : fmt::format("{} {}", options.count ? "at least" : "the first", answer.sets),
      answer.sets == 1 ? "" : "s", budget_text(wanted->budget),
      sizes_text(answer.by_size),
      answer.exact     ? ": all there are"
      : answer.stopped ? ": stopped before the end"
                       : "; there may be more (--all, --first N)");
  if (certificate) {
    fmt::print(
        "certificate: {} ({} conjuncts in {} parts: {} packings, {} computed once "
        "more, {} proofs); check it: "
        "cutset verify {} {}\n",
        options.certificate, certificate->conjuncts, certificate->parts,
        certificate->packings, certificate->recomputed,
        certificate->parts - certificate->packings - certificate->recomputed,
        options.certificate, options.graph);
  } else if (!options.certificate.empty()) {
    log_warning("no certificate: {}", answer.exact ? "stopped while it was written"
                                                   : "it needs the complete list");
  }
  if (options.stats) print_stats(search.stats());
  return code;
}

}  // namespace

void add_solve_command(CLI::App& app, GlobalOptions& global, Chosen& chosen) {
  auto options = std::make_shared<SolveOptions>();
  CLI::App* command =
      app.add_subcommand("solve", "List the minimal cut sets of a derivation graph");
  command
      ->add_option("graph", options->graph,
                   "A graph in cutset-dag/1 (text or JSON) or an Open-PSA fault tree; "
                   "\"-\": standard input")
      ->required();
  command
      ->add_option(
          "--budget", options->budget,
          "At most so many faults in a set: NUMBER, or KIND=NUMBER for one kind, "
          "e.g. --budget 3,crash=1")
      ->delimiter(',');
  CLI::Option* first = command->add_option("--first", options->first, "So many sets")
                           ->capture_default_str();
  command->add_flag("--all", options->all, "Every set")->excludes(first);
  command->add_flag("--count", options->count, "How many there are, without listing them")
      ->excludes(first);
  command->add_option("--method", options->method, "How they are found")
      ->check(CLI::IsMember({"auto", "plain", "sat", "diagrams", "brute-force"}))
      ->capture_default_str();
  command->add_option("--backend", options->backend, "The SAT solver")
      ->check(CLI::IsMember({"cadical", "minisat"}))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Of the SAT solver's choices")
      ->capture_default_str();
  command->add_option("--time-limit", options->time_limit, "Seconds; 0: none")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--certificate", options->certificate,
                      "Also write the proof that the list is complete (implies --all); "
                      "cutset verify checks it");
  command->add_flag("--stats", options->stats,
                    "Also the graph after each pass, formulas and times");
  command->footer(
      "Examples:\n"
      "  cutset solve graph.dag --first 20\n"
      "  cutset solve graph.dag --budget 3,crash=1 --all --json\n"
      "  cutset solve fault-tree.xml --count --budget 6\n"
      "  cutset solve graph.dag --budget 3 --certificate graph.cert");
  command->callback([options, first, &global, &chosen] {
    options->first_given = first->count() > 0;
    chosen = [options, &global] { return solve(*options, global); };
  });
}

}  // namespace cutset::cli
