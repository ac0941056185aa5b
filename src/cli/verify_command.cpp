// `cutset verify`: checks a certificate of `cutset solve` (or of a campaign) against its
// graph, with code that shares nothing with the solver.
#include <filesystem>
#include <memory>

#include "verifier/certificate_checker.h"
#include "verifier/journal.h"
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/signals.h"

namespace cutset::cli {

namespace {

using nlohmann::ordered_json;

constexpr std::string_view kFormat =
    "cutset-certificate/1";  // a certificate's first line

struct VerifyOptions {
  std::string certificate;
  std::string graph;
  std::string journal;
  size_t nodes = verifier::kMostRecomputedNodes;
};

uint64_t violated_in(const verifier::Verdict& verdict) {
  uint64_t violated = 0;
  for (const verifier::Axiom& axiom : verdict.axioms)
    violated += axiom.type == verifier::Axiom::Type::kViolated ? 1 : 0;
  return violated;
}

/// What was proven, in a sentence.
std::string claim(const verifier::Verdict& verdict, const verifier::Graph& graph,
                  const std::string& name) {
  const uint64_t violated = violated_in(verdict);
  std::string sets = verdict.sets == 0 ? "there is none"
                     : verdict.sets == 1
                         ? "there is exactly the one listed"
                         : fmt::format("there are exactly the {} listed", verdict.sets);
  if (violated > 0) {
    sets = fmt::format("every one contains one of {} violated set{}{}", violated,
                       violated == 1 ? "" : "s",
                       verdict.sets == 0
                           ? ""
                           : fmt::format(" or is one of the {} listed", verdict.sets));
  }
  return fmt::format("of the minimal cut sets of {}{}, {}", name,
                     verifier::budget_text(verdict.budget, graph), sets);
}

ordered_json to_json(const verifier::Verdict& verdict, const verifier::Graph& graph,
                     const VerifyOptions& options, int code) {
  ordered_json json = {{"schema_version", 1},
                       {"exit_code", code},
                       {"certificate", options.certificate},
                       {"graph", options.graph},
                       {"accepted", !verdict.refusal}};
  if (verdict.refusal) {
    json["refusal"] = {{"line", verdict.refusal->line},
                       {"found", verdict.refusal->found},
                       {"expected", verdict.refusal->expected}};
    return json;
  }
  json["claim"] = claim(verdict, graph, options.graph);
  ordered_json budget = ordered_json::object();
  if (verdict.budget.total) budget["total"] = *verdict.budget.total;
  for (const verifier::Budget::Limit& limit : verdict.budget.limits)
    budget[graph.kinds[limit.kind]] = limit.most;
  json["budget"] = budget;
  json["sets"] = verdict.sets;
  json["conjuncts"] = verdict.conjuncts;
  json["packings"] = verdict.packings;
  json["supports"] = verdict.supports;
  json["proofs"] = verdict.proofs;
  json["steps"] = verdict.steps;
  json["recomputed"] = verdict.recomputed;
  json["axioms"] = ordered_json::array();
  for (const verifier::Axiom& axiom : verdict.axioms) {
    const bool violated = axiom.type == verifier::Axiom::Type::kViolated;
    json["axioms"].push_back({{"run", axiom.run},
                              {"shown", violated ? "violated" : "held"},
                              {"faults", axiom.faults}});
  }
  json["assumptions"] = verdict.assumptions;
  return json;
}

void print(const verifier::Verdict& verdict, const verifier::Graph& graph,
           const VerifyOptions& options) {
  if (verdict.refusal) {
    fmt::print("{}:{}: refused: {}; expected: {}\n", options.certificate,
               verdict.refusal->line, verdict.refusal->found, verdict.refusal->expected);
    return;
  }
  fmt::print("verified: {}\n", claim(verdict, graph, options.graph));
  std::string parts;
  const auto add = [&parts](uint64_t number, std::string_view what,
                            std::string_view how) {
    if (number == 0) return;
    parts += fmt::format("{}{} {}{}{}", parts.empty() ? ": " : ", ", number, what,
                         number == 1 ? "" : "s", how);
  };
  add(verdict.packings, "packing",
      fmt::format(" of {} disjoint supports", verdict.supports));
  add(verdict.proofs, "proof", fmt::format(" of {} steps", verdict.steps));
  add(verdict.recomputed, "list", " computed once more");
  fmt::print("  {} conjunct{} of the root{}\n", verdict.conjuncts,
             verdict.conjuncts == 1 ? "" : "s", parts);
  fmt::print("assuming:\n  the graph tells what the root depends on\n");
  for (const std::string& assumption : verdict.assumptions)
    fmt::print("  {}\n", assumption);
  const uint64_t violated = violated_in(verdict);
  const uint64_t held = verdict.axioms.size() - violated;
  if (!verdict.axioms.empty()) {
    fmt::print("  what {} run{} showed: {} violated, {} held ({})\n",
               verdict.axioms.size(), verdict.axioms.size() == 1 ? "" : "s", violated,
               held,
               options.journal.empty() ? "not compared with a journal: --journal FILE"
                                       : "as " + options.journal + " has them");
  }
}

/// The two files are easily given the wrong way round.
bool is_certificate(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored))
    return false;  // a pipe is read once
  Result<verifier::LineReader> file = verifier::LineReader::open(path);
  if (!file.ok()) return false;
  const Result<std::optional<std::string_view>> first = file->next();
  return first.ok() && *first && **first == kFormat;
}

int verify(const VerifyOptions& options, const GlobalOptions& global) {
  on_stop(nullptr);
  Result<verifier::LineReader> certificate =
      verifier::LineReader::open(options.certificate);
  if (!certificate.ok()) return fail(certificate.error(), global);
  if (is_certificate(options.graph)) {
    return fail(
        Error::usage(options.graph + ": a certificate, expected its graph; the order is "
                                     "cutset verify CERTIFICATE GRAPH"),
        global);
  }
  const Result<verifier::Graph> graph = verifier::read_graph(options.graph);
  if (!graph.ok()) return fail(graph.error(), global);
  Result<verifier::Verdict> verdict = verifier::check_certificate(
      *certificate, *graph, stop_was_requested, options.nodes);
  if (!verdict.ok()) return fail(verdict.error(), global);
  if (!options.journal.empty() && !verdict->refusal) {
    Result<verifier::LineReader> journal = verifier::LineReader::open(options.journal);
    if (!journal.ok()) return fail(journal.error(), global);
    Result<std::optional<verifier::Refusal>> refusal =
        verifier::check_axioms(*journal, *graph, verdict->axioms);
    if (!refusal.ok()) return fail(refusal.error(), global);
    verdict->refusal = std::move(*refusal);
  }
  const int code = verdict->refusal ? kExitViolated : kExitHeld;
  if (global.json) {
    fmt::print("{}\n", to_json(*verdict, *graph, options, code)
                           .dump(1, ' ', false, ordered_json::error_handler_t::replace));
  } else {
    print(*verdict, *graph, options);
  }
  return code;
}

}  // namespace

void add_verify_command(CLI::App& app, GlobalOptions& global, Chosen& chosen) {
  auto options = std::make_shared<VerifyOptions>();
  CLI::App* command = app.add_subcommand(
      "verify", "Check a certificate that a graph has no other minimal cut sets");
  command
      ->add_option("certificate", options->certificate,
                   "What cutset solve --certificate wrote; \"-\": standard input")
      ->required();
  command
      ->add_option("graph", options->graph,
                   "The graph: cutset-dag/1 (text or JSON) or an Open-PSA fault tree")
      ->required();
  command->add_option("--journal", options->journal,
                      "The campaign's journal: what the certificate takes for shown by "
                      "a run must be in it");
  command
      ->add_option(
          "--nodes", options->nodes,
          "What computing the cut sets of a part once more may take, in nodes of "
          "a decision diagram (40 bytes each)")
      ->check(CLI::Range(size_t{2}, size_t{1} << 30))
      ->capture_default_str();
  command->footer(
      "Exit codes: 0 accepted; 1 refused, with the first step that is wrong; 65 not a "
      "certificate or not a graph.\n"
      "Example:\n"
      "  cutset solve graph.dag --budget 3 --all --certificate graph.cert\n"
      "  cutset verify graph.cert graph.dag");
  command->callback([options, &global, &chosen] {
    chosen = [options, &global] { return verify(*options, global); };
  });
}

}  // namespace cutset::cli
