#include "executions.h"

#include <algorithm>
#include <set>

#include "naive_evaluator.h"
#include <time.h>

#include "dedalus/evaluation/simulator.h"

namespace cutset::dedalus {
namespace {

constexpr uint64_t kNaiveWork = 2'000'000'000;
constexpr size_t kNaiveSets = 2;  // of each round: it is that slow

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Microseconds of this thread's processor time: evaluation waits for nothing, and what
/// else runs on the machine does not count.
double now() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

/// For each of `count`.
double each(double begin, size_t count) {
  return (now() - begin) / static_cast<double>(count);
}

struct Rounds {
  std::vector<double> judge;
  std::vector<double> lineage;
  std::vector<double> cold;
  std::vector<double> naive;
};

Result<std::vector<RunVerdict>> judge_all(Simulator& simulator,
                                          const std::vector<ModelFaultSet>& sets,
                                          std::vector<double>& times) {
  std::vector<RunVerdict> verdicts;
  const auto begin = now();
  for (const ModelFaultSet& faults : sets) {
    CUTSET_ASSIGN(const RunVerdict verdict, simulator.judge(faults));
    verdicts.push_back(verdict);
  }
  times.push_back(each(begin, sets.size()));
  return verdicts;
}

Status run_all(Simulator& simulator, const std::vector<ModelFaultSet>& sets,
               const std::vector<RunVerdict>& verdicts, std::vector<double>& times) {
  bool agree = true;
  const auto begin = now();
  for (size_t i = 0; i < sets.size(); ++i) {
    CUTSET_ASSIGN(const Run run, simulator.run(sets[i]));
    agree &= run.verdict() == verdicts[i];
  }
  times.push_back(each(begin, sets.size()));
  if (!agree) return Error::internal("judge() and run() disagree");
  return {};
}

Status run_naive(const BenchmarkModel& model, const NaiveResult& fault_free,
                 const std::vector<ModelFaultSet>& sets,
                 const std::vector<RunVerdict>& verdicts, std::vector<double>& times) {
  bool agree = true;
  const size_t count = std::min(kNaiveSets, sets.size());
  const auto begin = now();
  for (size_t i = 0; i < count; ++i) {
    auto run = naive_run(model.program, model.spec, sets[i], kNaiveWork);
    if (!run) return Error::internal("the naive evaluator gave up");
    naive_judge(fault_free, *run);
    const bool violated =
        std::any_of(run->lines.begin(), run->lines.end(),
                    [](const std::string& line) { return line.starts_with("violated"); });
    agree &= violated == (verdicts[i] == RunVerdict::kViolated);
  }
  times.push_back(each(begin, count));
  if (!agree) return Error::internal("the naive evaluator disagrees");
  return {};
}

}  // namespace

Result<ExecutionTimes> measure_executions(const BenchmarkModel& model, int rounds,
                                          size_t sets_a_round) {
  SimulatorLimits forgetful;
  forgetful.max_kept_bytes = 0;
  CUTSET_ASSIGN(auto kept, Simulator::create(model.program, model.spec, {}));
  CUTSET_ASSIGN(auto cold, Simulator::create(model.program, model.spec, forgetful));
  const auto fault_free = naive_run(model.program, model.spec, {}, kNaiveWork);
  if (!fault_free) return Error::internal("the naive evaluator gave up");
  Rounds times;
  // One more: the first round fills what is kept.
  for (int round = 0; round <= rounds; ++round) {
    const auto sets = random_fault_sets(model.spec, sets_a_round, round + 1);
    CUTSET_ASSIGN(const auto verdicts, judge_all(kept, sets, times.judge));
    CUTSET_TRY(run_all(kept, sets, verdicts, times.lineage));
    CUTSET_ASSIGN(const auto again, judge_all(cold, sets, times.cold));
    if (again != verdicts) return Error::internal("kept steps change a verdict");
    CUTSET_TRY(run_naive(model, *fault_free, sets, verdicts, times.naive));
  }
  for (auto* all : {&times.judge, &times.lineage, &times.cold, &times.naive}) {
    all->erase(all->begin());
  }
  ExecutionTimes result{.judge = median(times.judge),
                        .lineage = median(times.lineage),
                        .cold = median(times.cold),
                        .naive = median(times.naive)};
  for (Time time = 1; time <= model.spec.eot + 1; ++time) {
    for (RelationId relation = 0; relation < model.program.relations.size(); ++relation) {
      result.tuples += kept.fault_free().tuples(relation, time).size();
    }
  }
  return result;
}

}  // namespace cutset::dedalus
