// How fast protocol models are executed, against the naive evaluator of the tests, which
// does the same from scratch with sets of texts: same fault sets, same run of this
// program, verdicts compared.
//
//   benchmark_dedalus [--rounds N] [--sets N]
//     Microseconds an execution on models/: judge (verdict only, steps shared with
//     earlier runs), lineage (tables and firings), cold (nothing shared), naive; medians
//     over the rounds.
//   benchmark_dedalus --growth FILE.json [--rounds N] [--sets N]
//     The same on broadcasts of growing length and size, as data for growth.py.
//
// Exit code 1: a goal is missed (300 us an execution, with lineage too).
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "executions.h"
#include "growth.h"
#include <fmt/core.h>

#include "base/file.h"

namespace {

using namespace cutset::dedalus;  // NOLINT(google-build-using-namespace)

constexpr double kGoalMicroseconds = 300;

struct Row {
  const char* model;
  size_t parameters;
};

constexpr Row kRows[] = {
    {"best_effort_broadcast", 0},
    {"retrying_broadcast", 0},
    {"retrying_broadcast", 2},
    {"classic_broadcast", 0},
    {"redundant_broadcast", 0},
    {"acknowledged_broadcast", 0},
    {"2pc", 0},
    {"2pc_timeout", 1},
    {"2pc_cooperative", 0},
    {"3pc", 0},
    {"3pc", 1},
    {"3pc", 2},
    {"kafka_replication", 0},
    {"paxos", 0},
    {"raft_election", 0},
    {"chain_replication", 1},
};

struct Options {
  int rounds = 7;
  size_t sets = 500;
  std::string growth;
};

bool read_options(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 >= argc) return false;
    const std::string name = argv[i];
    const char* value = argv[i + 1];
    if (name == "--rounds") {
      options.rounds = std::max(1, std::atoi(value));
    } else if (name == "--sets") {
      options.sets = static_cast<size_t>(std::max(1, std::atoi(value)));
    } else if (name == "--growth") {
      options.growth = value;
    } else {
      return false;
    }
  }
  return true;
}

int print_executions(const Options& options) {
  bool met = true;
  fmt::print("{:30} {:>6} {:>9} {:>10} {:>9} {:>10} {:>12} {:>12}\n",
             "model EOT/EFF/crashes", "tuples", "judge us", "lineage us", "cold us",
             "naive us", "naive/judge", "naive/cold");
  for (const Row& row : kRows) {
    const auto model = load_model(row.model, row.parameters);
    if (!model.ok()) {
      fmt::print(stderr, "{}\n", model.error().text());
      return 1;
    }
    const auto times = measure_executions(*model, options.rounds, options.sets);
    if (!times.ok()) {
      fmt::print(stderr, "{}: {}\n", model->name, times.error().text());
      return 1;
    }
    fmt::print("{:30} {:6} {:9.2f} {:10.1f} {:9.1f} {:10.0f} {:12.0f} {:12.0f}\n",
               model->name, times->tuples, times->judge, times->lineage, times->cold,
               times->naive, times->naive / times->judge, times->naive / times->cold);
    std::fflush(stdout);
    met &= times->judge < kGoalMicroseconds && times->lineage < kGoalMicroseconds;
  }
  fmt::print("goal, {:.0f} us an execution with and without lineage: {}\n",
             kGoalMicroseconds, met ? "met" : "missed");
  return met ? 0 : 1;
}

int write_growth(const Options& options) {
  const auto points = measure_growth(options.rounds, options.sets);
  if (!points.ok()) {
    fmt::print(stderr, "{}\n", points.error().text());
    return 1;
  }
  const auto written = cutset::write_file(options.growth, to_json(*points));
  if (!written.ok()) fmt::print(stderr, "{}\n", written.error().text());
  return written.ok() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!read_options(argc, argv, options)) {
    fmt::print(stderr,
               "usage: benchmark_dedalus [--rounds N] [--sets N] [--growth FILE]\n");
    return 64;
  }
  return options.growth.empty() ? print_executions(options) : write_growth(options);
}
