// The reports read what a campaign really writes: the nine shapes of applications, run in
// this process.
#include <cstdio>

#include "shapes.h"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <unistd.h>

#include "base/file.h"
#include "campaign/campaign.h"
#include "report/report_html.h"
#include "report/report_json.h"
#include "report/report_junit.h"
#include "report/report_text.h"
#include "report/summary.h"

namespace cutset::report {
namespace {

struct Written {
  campaign::CampaignSummary summary;
  std::string journal;
};

Written run_campaign(const testing::Application& application) {
  std::string path = ::testing::TempDir() + "report-journal-XXXXXX";
  const int file = ::mkstemp(path.data());
  EXPECT_GE(file, 0);
  ::close(file);
  std::remove(path.c_str());
  testing::SimulatedExperimenter experimenter(application);
  auto journal = campaign::Journal::create(path);
  EXPECT_TRUE(journal.ok()) << journal.error().text();
  campaign::CampaignOptions options;
  options.name = application.name;
  options.faults.modes = application.modes;
  options.faults.budget = application.budget;
  campaign::Campaign campaign(experimenter, **journal, options);
  const auto summary = campaign.run();
  EXPECT_TRUE(summary.ok()) << summary.error().text();
  const auto text = read_file(path);
  EXPECT_TRUE(text.ok());
  std::remove(path.c_str());
  return {*summary, *text};
}

TEST(RealCampaign, ItsJournalIsReadAsItWasMeant) {
  size_t findings = 0;
  for (const testing::Shape& shape : testing::nine_shapes()) {
    const Written written = run_campaign(shape.application);
    const auto view = parse_journal(written.journal, "journal");
    ASSERT_TRUE(view.ok()) << shape.application.name << ": " << view.error().text();
    ASSERT_TRUE(view->end);
    EXPECT_EQ(view->end->experiments, written.summary.experiments);
    EXPECT_EQ(view->experiments.size(), static_cast<size_t>(written.summary.experiments));
    EXPECT_EQ(view->runs.size(), static_cast<size_t>(written.summary.runs));
    EXPECT_EQ(view->findings.size(), written.summary.findings.size());
    EXPECT_EQ(view->end->exit_code, written.summary.exit_code(false));
    EXPECT_EQ(view->end->statement, written.summary.statement);
    for (size_t i = 0; i < view->findings.size(); ++i) {
      EXPECT_EQ(view->findings[i].id, written.summary.findings[i].id());
      EXPECT_EQ(view->findings[i].finding.faults, written.summary.findings[i].faults);
    }
    findings += view->findings.size();

    const Summary summary = summarize(*view);
    for (const JournalFinding& found : view->findings) {
      EXPECT_FALSE(supports_cut(found.finding, summary.supports).empty())
          << shape.application.name << ": a finding that cuts nothing";
    }
    EXPECT_EQ(nlohmann::json::parse(report_json(*view)).at("findings").size(),
              summary.confirmed.size());
    pugi::xml_document junit;
    EXPECT_TRUE(junit.load_string(report_junit(*view).c_str()));
    for (const auto& failure : junit.select_nodes("//failure")) {
      EXPECT_NE(std::string(failure.node().text().get()).find("cutset replay"),
                std::string::npos)
          << shape.application.name << ": "
          << failure.node().attribute("message").value();
    }
    EXPECT_NE(report_html(*view).find("</html>"), std::string::npos);
    EXPECT_NE(report_text(*view).find(written.summary.statement), std::string::npos);
  }
  EXPECT_GT(findings, 0U);
}

TEST(RealCampaign, CutOffAfterAnyLineItIsStillRead) {
  const Written written = run_campaign(testing::nine_shapes().at(2).application);
  for (size_t end = written.journal.find('\n'); end != std::string::npos;
       end = written.journal.find('\n', end + 1)) {
    const auto view = parse_journal(written.journal.substr(0, end + 1), "journal");
    ASSERT_TRUE(view.ok()) << view.error().text();
    EXPECT_FALSE(report_text(*view).empty());
    EXPECT_NE(report_html(*view).find("</html>"), std::string::npos);
  }
}

}  // namespace
}  // namespace cutset::report
