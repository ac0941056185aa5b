// Certificates of the instances whose counts are known, and of the Aralia fault trees:
// both readers number them alike, and the parts hold.
#include <filesystem>

#include "verifier/certificate_checker.h"
#include <gtest/gtest.h>

#include "solver/certificate.h"
#include "solver/cut_search.h"

namespace cutset {
namespace {

struct Known {
  const char* file;
  uint32_t budget;
  uint64_t sets;
};

constexpr uint32_t kAll = solver::kUnlimited;

class KnownCertificates : public ::testing::TestWithParam<Known> {};

TEST_P(KnownCertificates, AreAccepted) {
  const Known known = GetParam();
  const std::string file = std::string(CUTSET_SHARED_DATA) + "/" + known.file;
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "not run: no shared data";
  const auto graph = solver::read_fault_graph(file);
  ASSERT_TRUE(graph.ok()) << graph.error().text();
  solver::SearchOptions options;
  options.budget.total = known.budget;
  solver::CertificateClaim claim;
  claim.budget = options.budget;
  solver::CutSearch search(*graph, options);
  while (const auto found = search.next()) claim.sets.push_back(found->faults);
  ASSERT_EQ(claim.sets.size(), known.sets);
  const std::string path =
      ::testing::TempDir() + "known_certificate_" + std::to_string(::getpid());
  const auto written = solver::write_certificate(*graph, claim, {}, path);
  ASSERT_TRUE(written.ok()) << written.error().text();
  const auto read = verifier::read_graph(file);
  ASSERT_TRUE(read.ok()) << read.error().text();
  auto lines = verifier::LineReader::open(path);
  const auto verdict = verifier::check_certificate(*lines, *read);
  std::filesystem::remove(path);
  ASSERT_TRUE(verdict.ok()) << verdict.error().text();
  EXPECT_FALSE(verdict->refusal)
      << verdict->refusal->line << ": " << verdict->refusal->found;
  EXPECT_EQ(verdict->sets, known.sets);
}

INSTANTIATE_TEST_SUITE_P(
    Instances, KnownCertificates,
    ::testing::Values(
        Known{"instances/quorum-t10-r1.dag", kAll, 800},
        Known{"instances/quorum-t3-r1.json", kAll, 240},
        Known{"instances/quorum-t100-r2.dag", kAll, 64000},
        Known{"instances/quorum-t100-r2.dag", 5, 0},
        Known{"instances/quorumc-t10-r2.dag", 3, 10000},
        Known{"instances/rb-n4-t3.dag", kAll, 27},
        Known{"instances/rb-n5-t4.dag", 13, 88}, Known{"instances/rb-n5-t4.dag", 12, 0},
        Known{"instances/rb-n6-t3.dag", 11, 155},
        Known{"instances/rb-n8-t5.dag", 29, 1771}, Known{"aralia/chinese.xml", kAll, 392},
        Known{"aralia/das9201.xml", kAll, 14217}, Known{"aralia/baobab1.xml", 6, 2684}));

}  // namespace
}  // namespace cutset
