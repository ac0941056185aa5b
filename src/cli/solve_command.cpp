// `cutset solve`: the minimal cut sets of a derivation graph in a file, smallest first.
#include <chrono>
#include <memory>

#include <CLI/CLI.hpp>

#include "base/new_file.h"
#include "cli/command.h"
#include "cli/signals.h"
#include "cli/solve_output.h"

namespace cutset::cli {

namespace {

SolveAnswer count(solver::CutSearch& search) {
  SolveAnswer answer;
  const solver::SetCount count = search.count();
  answer.sets = count.sets;
  answer.exact = !count.at_least;
  answer.stopped = count.at_least;
  for (size_t size = 0; size < count.by_size.size(); ++size) {
    if (count.by_size[size] != 0) answer.by_size[size] = count.by_size[size];
  }
  return answer;
}

SolveAnswer list(solver::CutSearch& search, const SolveOptions& options,
                 SolveOutput& output) {
  while (options.lists_all() || output.found() < options.first) {
    std::optional<solver::FoundSet> set = search.next();
    if (!set) break;
    output.add(std::move(*set));
  }
  SolveAnswer answer;
  answer.sets = output.found();
  answer.exact = search.ending() == solver::Ending::kComplete;
  answer.stopped = search.ending() == solver::Ending::kStopped;
  answer.by_size = output.by_size();
  return answer;
}

int solve(const SolveOptions& options, const GlobalOptions& global) {
  using Clock = std::chrono::steady_clock;
  on_stop(nullptr);
  const Result<solver::SearchOptions> wanted = search_options(options);
  if (!wanted.ok()) return fail(wanted.error(), global);
  if (!options.certificate.empty()) {  // not only when all the work is done
    const Status writable = NewFile::check(options.certificate);
    if (!writable.ok()) return fail(writable.error(), global);
  }
  const Result<solver::FaultGraph> graph = solver::read_fault_graph(options.graph);
  if (!graph.ok()) return fail(graph.error(), global);
  solver::CutSearch search(*graph, *wanted);
  if (const Status fits = search.check(); !fits.ok()) return fail(fits.error(), global);
  const auto end = Clock::now() + wanted->time_limit;

  SolveOutput output(*graph, options, global.json);
  SolveAnswer answer = options.count && options.certificate.empty()
                           ? count(search)
                           : list(search, options, output);
  int code = answer.stopped ? kExitStopped : kExitHeld;
  if (!options.certificate.empty() && answer.exact) {
    const auto stop = [&] {
      return stop_was_requested() ||
             (wanted->time_limit.count() > 0 && Clock::now() >= end);
    };
    solver::CertificateClaim claim;
    claim.budget = wanted->budget;
    claim.sets = output.listed();
    const Result<solver::CertificateSize> written =
        solver::write_certificate(*graph, claim, stop, options.certificate);
    const bool is_stopped =
        !written.ok() && written.error().kind == ErrorKind::kInterrupted;
    if (!written.ok() && !is_stopped) return fail(written.error(), global);
    if (written.ok()) answer.certificate = *written;
    if (is_stopped) code = kExitStopped;
  }
  output.end(answer, wanted->budget, search.stats(), code);
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
                           ->check(CLI::NonNegativeNumber)
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
