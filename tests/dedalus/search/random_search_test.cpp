// The searches against exhaustive search, on random models: the same minimal falsifiers
// from all derivations, from the lineage of runs, and with symmetry; every finding
// violates, every proper subset of it holds.
//
//   CUTSET_SEED=N      starts at this seed (default 1; printed)
//   CUTSET_MODELS=N    so many models (default 250)
//   CUTSET_SPACE=N     models with more fault sets are left out (default 5000)
//   CUTSET_REPLAY=FILE compares one model that a failure has left
#include <cstdlib>
#include <filesystem>

#include "random_model.h"
#include "search_support.h"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace cutset::dedalus {
namespace {

using campaign::FaultNumbers;
using campaign::Knowledge;

uint64_t number_from(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

struct Outcome {
  std::string difference;  // "" if there is none
  bool is_skipped = false;
  bool is_vacuous = false;
  uint64_t sets = 0;        // run by exhaustive search
  uint64_t falsifiers = 0;  // minimal
  uint64_t lineage_runs = 0;
  bool is_symmetric = false;
  bool is_bounded = false;
};

std::string to_text(const FaultSets& sets, const campaign::FaultSpace& space) {
  std::string text;
  for (const FaultNumbers& set : sets) text += "  " + space.text(set) + "\n";
  return text;
}

/// By the slowest means: every proper subset of each finding is judged.
std::string check_findings(ModelExperimenter& experimenter, const FaultSets& found) {
  for (const FaultNumbers& set : found) {
    for (uint64_t chosen = 0; chosen < uint64_t{1} << set.size(); ++chosen) {
      FaultNumbers subset;
      for (size_t i = 0; i < set.size(); ++i) {
        if ((chosen >> i & 1) != 0) subset.push_back(set[i]);
      }
      const auto verdict = experimenter.simulator().judge(experimenter.faults(subset));
      const bool violated = verdict.ok() && *verdict == RunVerdict::kViolated;
      if (violated != (subset.size() == set.size())) {
        return experimenter.space().text(subset) + " is judged wrongly\n";
      }
    }
  }
  return "";
}

Outcome compare(const RandomModel& model, uint64_t most_sets) {
  Outcome outcome;
  outcome.is_skipped = true;
  auto program = model.program();
  if (!program) return outcome;
  ModelLimits limits;
  limits.simulator.max_tuples = 20'000;
  limits.grounding.max_tuples = 20'000;
  auto made = ModelExperimenter::create(std::move(*program), model.spec, limits);
  if (!made) return outcome;
  ModelExperimenter& experimenter = **made;
  if (experimenter.vacuous()) {
    outcome.is_skipped = false;
    outcome.is_vacuous = true;
    return outcome;
  }
  if (campaign::count_canonical(experimenter.space()) > static_cast<double>(most_sets)) {
    return outcome;
  }
  const auto blind = campaign::search_exhaustively(experimenter, {});
  if (!blind) return outcome;  // some run goes beyond a limit
  outcome.is_skipped = false;
  outcome.sets = blind->experiments;
  const FaultSets expected(blind->falsifiers.begin(), blind->falsifiers.end());
  outcome.falsifiers = expected.size();
  for (const Knowledge knowledge : {Knowledge::kAuto, Knowledge::kLineage}) {
    for (const bool use_symmetry : {false, true}) {
      campaign::LineageOptions options;
      options.knowledge = knowledge;
      options.use_symmetry = use_symmetry;
      const auto summary = campaign::search_lineage(experimenter, options);
      const std::string how = fmt::format(
          "{}{}: ", knowledge == Knowledge::kAuto ? "all derivations" : "lineage",
          use_symmetry ? ", symmetry" : "");
      if (!summary) {
        outcome.difference = how + summary.error().text() + "\n";
        return outcome;
      }
      if (knowledge == Knowledge::kAuto) {
        outcome.is_bounded = summary->knowledge == Knowledge::kAll;
        outcome.is_symmetric = summary->symmetries > 1;
      } else {
        outcome.lineage_runs = summary->experiments;
      }
      const FaultSets found = sets_of(*summary);
      if (found == expected) continue;
      outcome.difference = how + "found\n" + to_text(found, experimenter.space()) +
                           "expected\n" + to_text(expected, experimenter.space());
      return outcome;
    }
  }
  outcome.difference = check_findings(experimenter, expected);
  return outcome;
}

std::string exchanged(std::string text) {
  for (size_t i = 0; i + 2 < text.size(); ++i) {
    if (text[i] != '"' || text[i + 2] != '"') continue;
    if (text[i + 1] == 'a' || text[i + 1] == 'b') text[i + 1] ^= 'a' ^ 'b';
  }
  return text;
}

/// With every clause once more, where a and b have changed places.
RandomModel made_symmetric(RandomModel model) {
  const size_t count = model.clauses.size();
  for (size_t i = 0; i < count; ++i) {
    RandomModel::Clause clause = model.clauses[i];
    const std::string before = clause.text();
    clause.head = exchanged(clause.head);
    for (std::string& term : clause.body) term = exchanged(term);
    if (clause.text() != before) model.clauses.push_back(std::move(clause));
  }
  return model;
}

void report(const RandomModel& model, uint64_t seed, uint64_t most_sets) {
  const RandomModel small = shrink(model, [most_sets](const RandomModel& candidate) {
    return !compare(candidate, most_sets).difference.empty();
  });
  const std::string path = (std::filesystem::temp_directory_path() /
                            ("cutset_search_" + std::to_string(seed) + ".ded"))
                               .string();
  const bool written = write_file(path, small.text()).ok();
  ADD_FAILURE() << "seed " << seed
                << "; replay with CUTSET_REPLAY=" << (written ? path : "(not written)")
                << "\n"
                << small.text() << compare(small, most_sets).difference;
}

TEST(RandomSearch, FindsWhatExhaustiveSearchFinds) {
  if (std::getenv("CUTSET_REPLAY") != nullptr) GTEST_SKIP() << "replaying";
  const uint64_t seed = number_from("CUTSET_SEED", 1);
  const uint64_t models = number_from("CUTSET_MODELS", 250);
  const uint64_t most_sets = number_from("CUTSET_SPACE", 5000);
  uint64_t skipped = 0;
  uint64_t vacuous = 0;
  uint64_t violated = 0;
  uint64_t falsifiers = 0;
  uint64_t sets = 0;
  uint64_t symmetric = 0;
  uint64_t bounded = 0;
  uint64_t lineage_runs = 0;
  for (uint64_t i = 0; i < models; ++i) {
    RandomModel model = random_model(seed + i);
    if (i % 3 == 0) model = made_symmetric(std::move(model));
    const Outcome one = compare(model, most_sets);
    if (!one.difference.empty()) return report(model, seed + i, most_sets);
    skipped += one.is_skipped ? 1 : 0;
    vacuous += one.is_vacuous ? 1 : 0;
    violated += one.falsifiers > 0 ? 1 : 0;
    symmetric += one.is_symmetric ? 1 : 0;
    bounded += one.is_bounded ? 1 : 0;
    falsifiers += one.falsifiers;
    sets += one.sets;
    lineage_runs += one.lineage_runs;
  }
  fmt::print(
      "seed {}: {} models ({} skipped, {} vacuous, {} violated, {} with symmetry, {} "
      "bounded), {} fault sets, {} minimal falsifiers, {} runs by lineage\n",
      seed, models, skipped, vacuous, violated, symmetric, bounded, sets, falsifiers,
      lineage_runs);
  EXPECT_GT(violated * 20, models);
  EXPECT_GT(symmetric * 50, models);
  EXPECT_GT(bounded * 4, models - skipped - vacuous);
}

TEST(RandomSearch, ReplaysAModel) {
  const char* path = std::getenv("CUTSET_REPLAY");
  if (path == nullptr) GTEST_SKIP() << "no CUTSET_REPLAY";
  const auto text = read_file(path);
  ASSERT_TRUE(text.ok()) << text.error().text();
  const auto model = read_model(*text);
  ASSERT_TRUE(model.ok()) << model.error().text();
  EXPECT_EQ(compare(*model, UINT64_MAX).difference, "");
}

}  // namespace
}  // namespace cutset::dedalus
