// What a search says at its end, checked by the verifier, which shares no code with it.
#include <filesystem>

#include "search_support.h"
#include "verifier/certificate_checker.h"
#include <gtest/gtest.h>
#include <unistd.h>

#include "campaign/lineage_certificate.h"

namespace cutset::dedalus {
namespace {

using campaign::Knowledge;
using campaign::LineageSummary;

class SearchCertificate : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              ("cutset_" + std::string(test->name()) + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    paths_ = {(folder_ / "graph.dag").string(), (folder_ / "certificate").string()};
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// "" or why not.
  std::string refusal(const LineageSummary& summary, const campaign::FaultSpace& space) {
    const auto size = campaign::certify_search(summary, space, paths_, {});
    if (!size) return size.error().text();
    const auto graph = verifier::read_graph(paths_.graph);
    if (!graph) return graph.error().text();
    auto lines = verifier::LineReader::open(paths_.certificate);
    if (!lines) return lines.error().text();
    const auto verdict = verifier::check_certificate(*lines, *graph);
    if (!verdict) return verdict.error().text();
    if (verdict->refusal) return verdict->refusal->found;
    if (verdict->axioms.size() != summary.violated.size() + summary.held.size()) {
      return "axioms";
    }
    return verdict->assumptions == summary.assumptions ? "" : "assumptions";
  }

  std::filesystem::path folder_;
  campaign::CertificatePaths paths_;
};

TEST_F(SearchCertificate, EveryModelHasOne) {
  for (const GoldenRow& row : golden_rows()) {
    if (row.vacuous) continue;
    SCOPED_TRACE(row.name);
    const auto experimenter = experimenter_of(row);
    EXPECT_EQ(
        refusal(searched(*experimenter, Knowledge::kAll, true), experimenter->space()),
        "");
  }
}

TEST_F(SearchCertificate, LineageHasOneToo) {
  for (const GoldenRow& row : golden_rows()) {
    if (row.vacuous || row.spec.nodes.size() > 3) continue;
    SCOPED_TRACE(row.name);
    const auto experimenter = experimenter_of(row);
    EXPECT_EQ(refusal(searched(*experimenter, Knowledge::kLineage, false),
                      experimenter->space()),
              "");
  }
}

TEST_F(SearchCertificate, WithoutOneViolatedSetThereIsNone) {
  for (const GoldenRow& row : golden_rows()) {
    if (row.minimal.empty()) continue;
    SCOPED_TRACE(row.name);
    const auto experimenter = experimenter_of(row);
    LineageSummary summary = searched(*experimenter, Knowledge::kAll, false);
    summary.violated.pop_back();
    EXPECT_NE(refusal(summary, experimenter->space()), "");
  }
}

TEST_F(SearchCertificate, OnlyOfASearchThatEnded) {
  const auto rows = golden_rows();
  const auto experimenter = experimenter_of(rows.front());
  LineageSummary summary = searched(*experimenter, Knowledge::kAll, false);
  summary.status = campaign::LineageStatus::kStopped;
  EXPECT_NE(refusal(summary, experimenter->space()), "");
}

}  // namespace
}  // namespace cutset::dedalus
