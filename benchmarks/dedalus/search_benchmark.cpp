// How many executions, and how much time, the search on protocol models needs, against
// random and exhaustive search on the same models in the same run.
//
//   benchmark_dedalus_search [--rounds N] [--seeds N] [--most N]
//     all        all derivations of all runs (the default of cutset check)
//     lineage    lineage of the runs only
//     random     uniform over the fault sets of the specification; executions are the
//                mean over the seeds, "> " where --most was reached
//     exhaustive smallest first; left out where the specification has more than --most
//   Executions to the first counterexample and to the end; milliseconds of processor time
//   (median over the rounds), with the run without faults and the search's own work,
//   without parsing. Symmetry is not used: every execution is counted.
//   Last columns: random against all derivations and against lineage; what was published
//   for Molly (SIGMOD 2015, figure 12: other texts of the same protocols).
//
// Exit code 1: a goal is missed.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models.h"
#include <fmt/core.h>
#include <time.h>

#include "campaign/blind_search.h"
#include "campaign/lineage_campaign.h"
#include "dedalus/model_experimenter.h"

namespace {

using namespace cutset;           // NOLINT(google-build-using-namespace)
using namespace cutset::dedalus;  // NOLINT(google-build-using-namespace)
using campaign::Knowledge;

struct Row {
  const char* model;
  size_t parameters;
  std::optional<double> goal_first_ms;
  std::optional<double> goal_end_ms;
  const char* published = "";  // executions: Molly / random
};

const Row kRows[] = {
    {"best_effort_broadcast", 0, {}, {}, "2 / 4.08"},
    {"retrying_broadcast", 0, {}, {}, "3 / 75.24"},
    {"classic_broadcast", 0, {}, {}, "5 / 116.16"},
    {"2pc", 0, {}, {}, "2 / 5.48"},
    {"2pc_cooperative", 0, {}, {}, "3 / 8.56"},
    {"3pc", 1, 300, {}, "55 / 40.60"},
    {"3pc", 2, {}, {}, ""},
    {"kafka_replication", 0, 500, {}, "38 / 1183.12"},
    {"retrying_broadcast", 2, {}, 10'000, ""},
    {"redundant_broadcast", 0, {}, {}, ""},
    {"acknowledged_broadcast", 0, {}, {}, ""},
    {"paxos", 0, {}, 10'000, ""},
    {"paxos_forgetful", 0, {}, {}, ""},
    {"raft_volatile_vote", 0, {}, {}, ""},
    {"raft_election", 0, {}, {}, ""},
    {"primary_backup_async", 0, {}, {}, ""},
    {"hinted_handoff", 0, {}, {}, ""},
    {"zookeeper_racing_flag", 0, {}, {}, ""},
    {"mapreduce_expiry", 0, {}, {}, ""},
    {"mapreduce_commit", 0, {}, {}, ""},
};
constexpr double kWorthComparing = 50;  // executions of random search
constexpr double kTimesFewer = 10;

struct Options {
  int rounds = 5;
  uint64_t seeds = 25;
  uint64_t most = 20'000;
};

/// Milliseconds of processor time; everything here is one thread.
double now() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Measured {
  std::optional<uint64_t> first;
  uint64_t end = 0;
  size_t findings = 0;
  double first_ms = 0;
  double end_ms = 0;
};

Result<Measured> measure(const BenchmarkModel& model, Knowledge knowledge, int rounds) {
  Measured measured;
  std::vector<double> first;
  std::vector<double> end;
  for (int round = 0; round < rounds; ++round) {
    for (const bool stop_at_first : {true, false}) {
      const double begin = now();
      CUTSET_ASSIGN(const auto experimenter,
                    ModelExperimenter::create(model.program, model.spec, {}));
      campaign::LineageOptions options;
      options.knowledge = knowledge;
      options.use_symmetry = false;
      options.stop_at_first = stop_at_first;
      CUTSET_ASSIGN(const campaign::LineageSummary summary,
                    campaign::search_lineage(*experimenter, options));
      (stop_at_first ? first : end).push_back(now() - begin);
      measured.first = summary.experiments_to_first;
      measured.end = summary.experiments;
      measured.findings = summary.findings.size();
    }
  }
  measured.first_ms = median(first);
  measured.end_ms = median(end);
  return measured;
}

struct Blind {
  double random = 0;  // mean executions
  bool random_is_more = false;
  double random_ms = 0;
  std::optional<campaign::BlindSummary> exhaustive;
  double exhaustive_ms = 0;
};

Result<Blind> measure_blind(const BenchmarkModel& model, const Options& options,
                            bool is_violated) {
  Blind blind;
  CUTSET_ASSIGN(const auto experimenter,
                ModelExperimenter::create(model.program, model.spec, {}));
  campaign::BlindOptions limits;
  limits.max_experiments = options.most;
  if (is_violated) {
    const double begin = now();
    for (uint64_t seed = 1; seed <= options.seeds; ++seed) {
      CUTSET_ASSIGN(const auto one,
                    campaign::search_randomly(*experimenter, seed, limits));
      blind.random += static_cast<double>(one.experiments);
      blind.random_is_more |= !one.experiments_to_first;
    }
    blind.random /= static_cast<double>(options.seeds);
    blind.random_ms = (now() - begin) / static_cast<double>(options.seeds);
  }
  if (campaign::count_canonical(experimenter->space()) <=
      static_cast<double>(options.most)) {
    const double begin = now();
    CUTSET_ASSIGN(blind.exhaustive, campaign::search_exhaustively(*experimenter, {}));
    blind.exhaustive_ms = now() - begin;
  }
  return blind;
}

std::string first_and_end(const Measured& measured) {
  return fmt::format("{} / {}", measured.first ? std::to_string(*measured.first) : "-",
                     measured.end);
}

std::string times(const Measured& measured) {
  return fmt::format("{} / {:.1f}",
                     measured.first ? fmt::format("{:.1f}", measured.first_ms) : "-",
                     measured.end_ms);
}

std::string ratio(const Blind& blind, const Measured& measured) {
  if (!measured.first) return "-";
  return fmt::format("{}{:.1f}", blind.random_is_more ? "> " : "",
                     blind.random / static_cast<double>(*measured.first));
}

Result<bool> print_row(const Row& row, const Options& options) {
  CUTSET_ASSIGN(const BenchmarkModel model, load_model(row.model, row.parameters));
  CUTSET_ASSIGN(const Measured all, measure(model, Knowledge::kAll, options.rounds));
  CUTSET_ASSIGN(const Measured lineage,
                measure(model, Knowledge::kLineage, options.rounds));
  CUTSET_ASSIGN(const Blind blind, measure_blind(model, options, all.findings > 0));
  std::string random = "-";
  if (all.findings > 0) {
    random = fmt::format("{}{:.2f}", blind.random_is_more ? "> " : "", blind.random);
  }
  std::string exhaustive = "-";
  std::string exhaustive_ms = "-";
  if (blind.exhaustive) {
    const auto& first = blind.exhaustive->experiments_to_first;
    exhaustive = fmt::format("{} / {}", first ? std::to_string(*first) : "-",
                             blind.exhaustive->experiments);
    exhaustive_ms = fmt::format("{:.1f}", blind.exhaustive_ms);
  }
  fmt::print(
      "{:32} {:>5} {:>9} {:>15} {:>11} {:>17} {:>10} {:>8.1f} {:>14} {:>8} {:>9} {:>9} "
      "{:>13}\n",
      model.name, all.findings, first_and_end(all), times(all), first_and_end(lineage),
      times(lineage), random, blind.random_ms, exhaustive, exhaustive_ms,
      ratio(blind, all), ratio(blind, lineage), row.published);
  std::fflush(stdout);
  bool met = true;
  const auto miss = [&](const std::string& what) {
    fmt::print("  missed: {}\n", what);
    met = false;
  };
  if (row.goal_first_ms && all.first_ms > *row.goal_first_ms) {
    miss(fmt::format("the first in {} ms", *row.goal_first_ms));
  }
  if (row.goal_end_ms && all.end_ms > *row.goal_end_ms) {
    miss(fmt::format("the end in {} ms", *row.goal_end_ms));
  }
  if (all.first && blind.random > kWorthComparing &&
      blind.random < kTimesFewer * static_cast<double>(*all.first)) {
    miss(fmt::format("a tenth of the executions of random search"));
  }
  if (all.findings != lineage.findings ||
      (blind.exhaustive && blind.exhaustive->falsifiers.size() != all.findings)) {
    miss("the same minimal falsifiers");
  }
  return met;
}

bool read_options(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 >= argc) return false;
    const std::string_view name = argv[i];
    const uint64_t value = std::strtoull(argv[i + 1], nullptr, 10);
    if (value == 0) return false;
    if (name == "--rounds") {
      options.rounds = static_cast<int>(value);
    } else if (name == "--seeds") {
      options.seeds = value;
    } else if (name == "--most") {
      options.most = value;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!read_options(argc, argv, options)) {
    fmt::print(stderr,
               "usage: benchmark_dedalus_search [--rounds N] [--seeds N] [--most N]\n");
    return 64;
  }
  fmt::print(
      "{:32} {:>5} {:>9} {:>15} {:>11} {:>17} {:>10} {:>8} {:>14} {:>8} {:>9} {:>9} "
      "{:>13}\n",
      "executions to the first / to end", "found", "all", "ms", "lineage", "ms", "random",
      "ms", "exhaustive", "ms", "rnd/all", "rnd/lin", "Molly/random");
  bool met = true;
  for (const Row& row : kRows) {
    const auto done = print_row(row, options);
    if (!done) {
      fmt::print(stderr, "{}: {}\n", row.model, done.error().text());
      return 1;
    }
    met &= *done;
  }
  fmt::print("goals: {}\n", met ? "met" : "missed");
  return met ? 0 : 1;
}
