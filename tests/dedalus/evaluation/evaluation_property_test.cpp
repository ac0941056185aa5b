// The evaluator against the naive one, on random models under random fault sets.
//
//   CUTSET_SEED=N      starts at this seed (default 1; printed)
//   CUTSET_MODELS=N    so many models (default 400)
//   CUTSET_REPLAY=FILE compares one model that a failure has left
#include <cstdlib>
#include <filesystem>

#include "difference.h"
#include <gtest/gtest.h>

#include "base/file.h"

namespace cutset::dedalus {
namespace {

uint64_t number_from(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

void report(const RandomModel& model, uint64_t seed) {
  const RandomModel small = shrink(model, [](const RandomModel& candidate) {
    return !compare(candidate).difference.empty();
  });
  const std::string path = (std::filesystem::temp_directory_path() /
                            ("cutset_evaluation_" + std::to_string(seed) + ".ded"))
                               .string();
  const bool written = write_file(path, small.text()).ok();
  ADD_FAILURE() << "seed " << seed
                << "; replay with CUTSET_REPLAY=" << (written ? path : "(not written)")
                << "\n"
                << small.text() << compare(small).difference;
}

TEST(Evaluation, AgreesWithTheNaiveEvaluator) {
  if (std::getenv("CUTSET_REPLAY") != nullptr) GTEST_SKIP() << "replaying";
  const uint64_t seed = number_from("CUTSET_SEED", 1);
  const uint64_t models = number_from("CUTSET_MODELS", 400);
  Comparison total;
  uint64_t skipped = 0;
  uint64_t vacuous = 0;
  uint64_t violated = 0;
  for (uint64_t i = 0; i < models; ++i) {
    const RandomModel model = random_model(seed + i);
    const Comparison one = compare(model);
    if (!one.difference.empty()) return report(model, seed + i);
    skipped += one.is_skipped ? 1 : 0;
    vacuous += one.is_vacuous ? 1 : 0;
    violated += one.is_violated ? 1 : 0;
    total.tuples += one.tuples;
    total.firings += one.firings;
    total.absences += one.absences;
  }
  std::printf(
      "seed %llu: %llu models (%llu skipped, %llu vacuous, %llu violated), %zu tuples, "
      "%zu "
      "firings, %zu absences compared\n",
      static_cast<unsigned long long>(seed), static_cast<unsigned long long>(models),
      static_cast<unsigned long long>(skipped), static_cast<unsigned long long>(vacuous),
      static_cast<unsigned long long>(violated), total.tuples, total.firings,
      total.absences);
  // The generator must not drift into models that test nothing.
  EXPECT_LT(skipped * 4, models);
  EXPECT_LT(vacuous * 4, models * 3);
  EXPECT_GT(violated * 20, models);
}

TEST(Evaluation, ReplaysAModel) {
  const char* path = std::getenv("CUTSET_REPLAY");
  if (path == nullptr) GTEST_SKIP() << "no CUTSET_REPLAY";
  const auto text = read_file(path);
  ASSERT_TRUE(text.ok()) << text.error().text();
  const auto model = read_model(*text);
  ASSERT_TRUE(model.ok()) << model.error().text();
  const auto program = model->program();
  ASSERT_TRUE(program.ok()) << program.error().text();
  EXPECT_EQ(compare(*model).difference, "");
}

}  // namespace
}  // namespace cutset::dedalus
