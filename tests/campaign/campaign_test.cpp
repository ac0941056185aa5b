// The campaign's promises one by one: the regressions of calls.md section 6 that can be
// seen without processes, what did not fire, flakiness, limits, resuming.
#include <algorithm>
#include <fstream>

#include "exhaustive_search.h"
#include "search.h"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

namespace cutset::testing {
namespace {

using campaign::CampaignStatus;
using campaign::Fault;
using campaign::FaultSet;
using identity::FaultAction;
using identity::FaultMode;

const FaultMode kError500{FaultAction::kError, 500, 0};
const FaultMode kError503{FaultAction::kError, 503, 0};

Handler leaf(const std::string& service) {
  return {service, false, 1000, false, {}};
}

Application application(std::vector<Handler> handlers, size_t budget) {
  Application result;
  result.name = "test";
  result.handlers = std::move(handlers);
  result.modes = {kError500, kError503};
  result.budget = budget;
  result.holds = [](int status, const std::vector<int>&) { return status == 200; };
  result.holds_text = "status 200";
  return result;
}

bool was_tried(const SearchResult& result, const std::string& event) {
  return std::any_of(result.summary.tried.begin(), result.summary.tried.end(),
                     [&event](const FaultSet& faults) {
                       return faults.size() == 1 && faults[0].event == event;
                     });
}

// Section 6, 1: after a fall-back was seen, what only the primary path used is still a
// single fault.
TEST(Regression, AFallbackIsNotAlwaysAvailable) {
  const SearchResult result = search(application(
      {{"a", false, 1000, false, {{1, Reaction::kFallback, 2}, {3, Reaction::kAbort}}},
       leaf("p"),
       leaf("s"),
       leaf("c")},
      2));
  EXPECT_TRUE(was_tried(result, "a:GET /#1 > c:GET /#1"));
  EXPECT_EQ(calls_of(result.minimal),
            (std::set<std::set<std::string>>{
                {"a:GET /#1 > c:GET /#1"},
                {"a:GET /#1 > p:GET /#1", "a:GET /#1 > s:GET /#1"}}));
}

// Section 6, 2: a held run in which no call succeeded forbids only what contains its
// faults.
TEST(Regression, ARunThatDeliveredNothingIsNoContradiction) {
  Application one =
      application({{"a", false, 1000, false, {{1, Reaction::kFailOverOn500, 2}}},
                   leaf("b"),
                   leaf("s")},
                  2);
  one.handlers[0].steps[0].reaction = Reaction::kIgnore;
  const SearchResult result = search(one);
  EXPECT_EQ(result.summary.status, CampaignStatus::kExhausted);
  EXPECT_EQ(result.summary.experiments, 3);  // without faults, and b in both modes
  EXPECT_TRUE(result.minimal.empty());
}

// Section 6, 4: every pair of three is a minimal set, although each call is in two of
// them.
TEST(Regression, OverlappingMinimalSets) {
  const SearchResult result = search(application(
      {{"a",
        false,
        2,
        false,
        {{1, Reaction::kIgnore}, {2, Reaction::kIgnore}, {3, Reaction::kIgnore}}},
       leaf("x"),
       leaf("y"),
       leaf("z")},
      3));
  const auto calls = calls_of(result.minimal);
  EXPECT_EQ(calls.size(), 3U);
  for (const auto& set : calls) EXPECT_EQ(set.size(), 2U);
}

// Section 6, 5: one representative mode is not enough.
TEST(Regression, FailOverOn500Only) {
  const SearchResult result =
      search(application({{"a", false, 1000, false, {{1, Reaction::kFailOverOn500, 2}}},
                          leaf("p"),
                          leaf("s")},
                         1));
  EXPECT_EQ(result.minimal, (std::set<FaultSet>{{{"a:GET /#1 > p:GET /#1", kError503}}}));
}

/// Wraps an application; one event's faults do something else than they should.
class Disturbed : public campaign::Experimenter {
 public:
  enum class How { kNeverFires, kFiresOnce, kViolatesOnce, kViolatesOnceLater };
  Disturbed(const Application& application, std::string event, How how)
      : inner_(application), event_(std::move(event)), how_(how) {}

  Result<campaign::ExperimentResult> run(const FaultSet& planned,
                                         const campaign::RunOptions& options) override {
    const bool here = planned.size() == 1 && planned[0].event == event_;
    if (here) ++times_;
    const bool fires =
        how_ != How::kNeverFires && (how_ != How::kFiresOnce || times_ <= 1);
    FaultSet left;
    for (const Fault& fault : planned) {
      if (fires || fault.event != event_) left.push_back(fault);
    }
    auto result = inner_.run(left, options);
    std::vector<campaign::FaultReport> reports;
    for (const Fault& fault : planned) {
      const auto fired =
          std::find_if(result->faults.begin(), result->faults.end(),
                       [&fault](const auto& r) { return r.fault == fault; });
      reports.push_back(fired != result->faults.end()
                            ? *fired
                            : campaign::FaultReport{fault, true, false, true, "", ""});
    }
    result->faults = reports;
    const int violates = how_ == How::kViolatesOnce        ? 1
                         : how_ == How::kViolatesOnceLater ? 2
                                                           : 0;
    if (here && times_ == violates) {
      result->outcomes[0].state = campaign::OutcomeResult::State::kViolated;
    }
    return result;
  }

 private:
  SimulatedExperimenter inner_;
  std::string event_;
  How how_;
  int times_ = 0;
};

campaign::CampaignSummary run_campaign(
    campaign::Experimenter& experimenter, const Application& application, int repeat = 3,
    const std::string& journal_path = "", bool resume = false,
    std::optional<int> max_experiments = std::nullopt) {
  auto journal = resume ? campaign::Journal::resume(journal_path)
                        : campaign::Journal::create(journal_path);
  EXPECT_TRUE(journal.ok());
  campaign::CampaignOptions options;
  options.name = application.name;
  options.faults.modes = application.modes;
  options.faults.budget = application.budget;
  options.repeat = repeat;
  options.max_experiments = max_experiments;
  campaign::Campaign campaign(experimenter, **journal, options);
  auto summary = campaign.run();
  EXPECT_TRUE(summary.ok()) << (summary.ok() ? "" : summary.error().text());
  return *summary;
}

// Section 6, 6 and DESIGN rule 1: a fault that must fire and did not is never a pass,
// teaches nothing, and its plan is not proposed again.
TEST(Fired, AFaultThatDidNotFireIsInconclusive) {
  const Application app = application(
      {{"a", false, 1000, false, {{1, Reaction::kAbort}, {2, Reaction::kAbort}}},
       leaf("b"),
       leaf("c")},
      2);
  Disturbed experimenter(app, "a:GET /#1 > b:GET /#1", Disturbed::How::kNeverFires);
  const campaign::CampaignSummary summary = run_campaign(experimenter, app);
  EXPECT_EQ(summary.status, CampaignStatus::kExhausted) << summary.why;
  EXPECT_GE(summary.inconclusive, 2);
  EXPECT_EQ(summary.exit_code(false), 1);  // c's failures are found all the same
  ASSERT_EQ(summary.findings.size(), 1U);
  EXPECT_EQ(summary.findings[0].faults[0].event, "a:GET /#1 > c:GET /#1");
}

TEST(Fired, InconclusiveAloneIsExitCode2) {
  const Application app =
      application({{"a", false, 1000, false, {{1, Reaction::kIgnore}}}, leaf("b")}, 1);
  Disturbed experimenter(app, "a:GET /#1 > b:GET /#1", Disturbed::How::kNeverFires);
  const campaign::CampaignSummary summary = run_campaign(experimenter, app);
  EXPECT_EQ(summary.inconclusive, 2);
  // Never counted as a pass: only the run without faults held.
  EXPECT_EQ(summary.verdicts.at(campaign::Verdict::kInconclusive), 2);
  EXPECT_EQ(summary.verdicts.at(campaign::Verdict::kHeld), 1);
  EXPECT_EQ(summary.exit_code(false), 2);
}

TEST(Fired, ACampaignThatCouldFaultNothingIsVacuous) {
  const Application app = application({{"a", false, 1000, false, {}}}, 2);
  SimulatedExperimenter experimenter(app);
  const campaign::CampaignSummary summary = run_campaign(experimenter, app);
  EXPECT_EQ(summary.vacuous, 1);
  EXPECT_EQ(summary.exit_code(false), 2);
}

TEST(Repetition, AViolationThatDoesNotRepeatIsFlaky) {
  const Application app =
      application({{"a", false, 1000, false, {{1, Reaction::kIgnore}}}, leaf("b")}, 1);
  Disturbed experimenter(app, "a:GET /#1 > b:GET /#1", Disturbed::How::kViolatesOnce);
  const campaign::CampaignSummary summary = run_campaign(experimenter, app);
  ASSERT_EQ(summary.findings.size(), 1U);
  EXPECT_EQ(summary.findings[0].status, campaign::Finding::Status::kFlaky);
  EXPECT_EQ(summary.findings[0].reproduced, 1);
  EXPECT_EQ(summary.findings[0].repetitions, 3);
  EXPECT_EQ(summary.exit_code(false), 2);
  EXPECT_EQ(summary.exit_code(true), 1);
}

campaign::CampaignSummary run_repeating_held(Disturbed::How how) {
  const Application app =
      application({{"a", false, 1000, false, {{1, Reaction::kIgnore}}}, leaf("b")}, 1);
  Disturbed experimenter(app, "a:GET /#1 > b:GET /#1", how);
  auto journal = campaign::Journal::create("");
  EXPECT_TRUE(journal.ok());
  campaign::CampaignOptions options;
  options.faults.modes = {kError500};
  options.faults.budget = 1;
  options.repeat_held = 3;
  auto summary = campaign::Campaign(experimenter, **journal, options).run();
  EXPECT_TRUE(summary.ok());
  return *summary;
}

TEST(Repetition, AViolationAmongRepetitionsOfWhatHeldIsFlaky) {
  const auto summary = run_repeating_held(Disturbed::How::kViolatesOnceLater);
  ASSERT_EQ(summary.findings.size(), 1U);
  EXPECT_EQ(summary.findings[0].status, campaign::Finding::Status::kFlaky);
  EXPECT_EQ(summary.findings[0].reproduced, 1);
  EXPECT_EQ(summary.findings[0].repetitions, 3);
}

// DESIGN rule 1: it is neither a violation nor one of the runs that held.
TEST(Repetition, ARepetitionInWhichNothingFiredShowsNothing) {
  const auto summary = run_repeating_held(Disturbed::How::kFiresOnce);
  EXPECT_TRUE(summary.findings.empty());
  EXPECT_EQ(summary.inconclusive, 1);
  EXPECT_EQ(summary.exit_code(false), 2);
}

TEST(Repetition, SubsetsAreShownToHold) {
  const Application app = application(
      {{"a", false, 2, false, {{1, Reaction::kIgnore}, {2, Reaction::kIgnore}}},
       leaf("x"),
       leaf("y")},
      2);
  SimulatedExperimenter experimenter(app);
  const campaign::CampaignSummary summary = run_campaign(experimenter, app);
  ASSERT_EQ(summary.findings.size(), 1U);
  EXPECT_EQ(summary.findings[0].subsets.size(), 2U);
  EXPECT_EQ(summary.findings[0].reproduced, 3);
}

class JournalFile : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/cutset-test-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder_ = name;
    path_ = folder_ + "/journal.jsonl";
  }
  void TearDown() override {
    ::unlink(path_.c_str());
    ::unlink((path_ + ".old").c_str());
    ::rmdir(folder_.c_str());
  }
  std::string folder_;
  std::string path_;
};

const Application& resumable() {
  static const Application app = application(
      {{"a", false, 1000, false, {{1, Reaction::kRetry}, {2, Reaction::kFallback, 3}}},
       {"b", false, 1000, false, {{4, Reaction::kAbort}}},
       leaf("p"),
       leaf("s"),
       leaf("c")},
      3);
  return app;
}

/// The journal without what is measured.
std::vector<std::string> records(const std::string& path) {
  std::vector<std::string> kept;
  for (const std::string& line : split(*read_file(path), "\n")) {
    if (line.empty()) continue;
    auto json = nlohmann::ordered_json::parse(line);
    if (json["type"] == "end") {
      json.erase("elapsed_ns");
      json.erase("overhead_ns");
    }
    kept.push_back(json.dump());
  }
  return kept;
}

TEST_F(JournalFile, ResumingGoesOnWithoutRepeating) {
  SimulatedExperimenter whole(resumable());
  run_campaign(whole, resumable(), 3, path_);
  const std::vector<std::string> expected = records(path_);
  const std::string complete = *read_file(path_);
  // Cut off after every record, also in the middle of one.
  const std::vector<std::string> lines = split(complete, "\n");
  std::string prefix;
  for (size_t i = 0; i + 2 < lines.size(); i += 3) {
    prefix.clear();
    for (size_t j = 0; j <= i; ++j) prefix += lines[j] + "\n";
    const auto results = static_cast<int>(std::count_if(
        lines.begin(), lines.begin() + static_cast<long>(i) + 1,
        [](const std::string& l) { return l.find("{\"type\":\"result\"") == 0; }));
    const std::string torn = prefix + lines[i + 1].substr(0, lines[i + 1].size() / 2);
    ASSERT_TRUE(write_file(path_, torn).ok());
    SimulatedExperimenter rest(resumable());
    run_campaign(rest, resumable(), 3, path_, true);
    EXPECT_EQ(records(path_), expected) << "cut after " << i + 1 << " records";
    EXPECT_EQ(rest.runs(), whole.runs() - results);
  }
}

TEST_F(JournalFile, AnotherConfigurationIsNotResumed) {
  SimulatedExperimenter first(resumable());
  run_campaign(first, resumable(), 3, path_, false, 5);
  auto journal = campaign::Journal::resume(path_);
  ASSERT_TRUE(journal.ok());
  Application other = resumable();
  other.name = "other";
  SimulatedExperimenter experimenter(other);
  campaign::CampaignOptions options;
  options.name = other.name;
  campaign::Campaign campaign(experimenter, **journal, options);
  const auto summary = campaign.run();
  ASSERT_FALSE(summary.ok());
  EXPECT_NE(summary.error().text().find("cannot be resumed"), std::string::npos);
}

TEST_F(JournalFile, TheLimitOfExperimentsStops) {
  SimulatedExperimenter experimenter(resumable());
  const campaign::CampaignSummary summary =
      run_campaign(experimenter, resumable(), 3, path_, false, 4);
  EXPECT_EQ(summary.experiments, 4);
  EXPECT_EQ(summary.status, CampaignStatus::kStopped);
  EXPECT_EQ(summary.exit_code(false), 3);
}

TEST(Determinism, TheSameCampaignTwice) {
  SimulatedExperimenter first(resumable());
  SimulatedExperimenter second(resumable());
  const auto a = run_campaign(first, resumable());
  const auto b = run_campaign(second, resumable());
  EXPECT_EQ(a.tried, b.tried);
  EXPECT_EQ(a.runs, b.runs);
}

TEST(Composition, WholeRunsAloneFindTheSame) {
  const Application app = application(
      {{"a", false, 1000, false, {{1, Reaction::kFallback, 2}, {3, Reaction::kAbort}}},
       leaf("p"),
       leaf("s"),
       leaf("c")},
      2);
  const ExhaustiveResult exhaustive = search_exhaustively(app, 10'000);
  EXPECT_EQ(to_text(search(app, false).minimal), to_text(exhaustive.minimal));
}

}  // namespace
}  // namespace cutset::testing
