// The record of a play as text, HTML and FaultSee's files: tests/report/play/record is a
// record, play.txt and faultsee/ what becomes of it. CUTSET_WRITE_EXPECTED=1 writes what
// is expected instead of comparing; then read the difference.
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "report/faultsee_files.h"
#include "report/play_html.h"
#include "report/play_text.h"
#include "report/play_view.h"

namespace cutset::report {
namespace {

namespace fs = std::filesystem;

const std::string kFolder = CUTSET_SOURCE_DIR "/tests/report/play/";

void expect_file(const std::string& path, const std::string& text) {
  if (std::getenv("CUTSET_WRITE_EXPECTED") != nullptr) {
    fs::create_directories(fs::path(path).parent_path());
    ASSERT_TRUE(write_file(path, text));
    return;
  }
  const auto expected = read_file(path);
  ASSERT_TRUE(expected) << path << " is missing";
  EXPECT_EQ(*expected, text) << path;
}

PlayView record() {
  const auto view = read_play(kFolder + "record");
  EXPECT_TRUE(view) << view.error().text();
  return view ? *view : PlayView();
}

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos;
       at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

TEST(PlayReport, Text) {
  expect_file(kFolder + "play.txt", play_text(record(), false));
}

TEST(PlayReport, FaultSeeFiles) {
  const auto files = faultsee_files(record());
  EXPECT_EQ(files.size(), 7U);
  for (const auto& [name, content] : files) {
    expect_file(kFolder + "faultsee/" + name, content);
  }
}

TEST(PlayReport, InstancesGoUpAndDown) {
  const PlayView view = record();
  std::vector<std::pair<double, double>> third;
  for (const PlayedSpan& span : spans_of(view)) {
    if (span.instance == "redis/2") third.emplace_back(span.from, span.to);
  }
  ASSERT_EQ(third.size(), 2U);
  EXPECT_NEAR(third[0].second, 5.002, 1e-6);
  EXPECT_NEAR(third[1].first, 7.01, 1e-6);
}

TEST(PlayReport, RatesAreBetweenSamples) {
  PlayView view;
  const auto sample = [&](double time, int64_t cpu_ns, int64_t received) {
    PlayedSample one;
    one.time = time;
    one.host = "h";
    one.cpu_ns = cpu_ns;
    one.received_bytes = received;
    one.memory_bytes = 50;
    one.memory_limit_bytes = 200;
    one.cores = 4;
    view.samples.push_back(one);
  };
  sample(0, 0, 0);
  sample(2, 3'000'000'000, 500);
  sample(3, 0, 0);  // counters begin again: it was restarted
  sample(4, 1'000'000'000, 100);
  const auto rates = rates_of(view);
  ASSERT_EQ(rates.size(), 1U);
  const std::vector<PlayedRate>& found = rates.begin()->second;
  ASSERT_EQ(found.size(), 2U);
  EXPECT_DOUBLE_EQ(found[0].cores, 1.5);
  EXPECT_DOUBLE_EQ(found[0].received, 250);
  EXPECT_DOUBLE_EQ(*found[0].cpu_share, 0.375);
  EXPECT_DOUBLE_EQ(*found[0].memory_share, 0.25);
  EXPECT_FALSE(found[0].received_packets);  // never counted
  EXPECT_DOUBLE_EQ(found[1].cores, 1);
}

TEST(PlayReport, PageIsOneFileThatLoadsNothing) {
  const std::string page = play_html({record(), record()});
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(count(page, "http"),
            count(page, "http://www.w3.org/2000/svg") + count(page, "http-equiv"));
  EXPECT_EQ(count(page, "src="), 0U);
  EXPECT_EQ(count(page, "</script>"), 2U);
}

TEST(PlayReport, ForeignTextStaysText) {
  PlayView view = record();
  const std::string bad = "</script><script>alert(1)</script><img src=x>\x1b[31m\xff";
  view.name = bad;
  view.reason = bad;
  view.problems = {bad};
  view.actions[0].id = bad;
  view.actions[0].error = bad;
  view.events[0].detail = bad;
  view.output[0].text = bad;
  view.instances[0].service = bad;
  view.hosts[0].lost = bad;
  const std::string page = play_html({view});
  EXPECT_EQ(count(page, "<script"), 2U);
  EXPECT_EQ(count(page, "</script>"), 2U);
  EXPECT_EQ(count(page, "<img"), 0U);
  const size_t begin = page.find("id=\"data\">") + 10;
  const auto data = nlohmann::json::parse(
      page.substr(begin, page.find("</script>", begin) - begin), nullptr, false);
  ASSERT_FALSE(data.is_discarded());
  EXPECT_NE(data[0]["log"].dump().find("alert(1)"), std::string::npos);
  EXPECT_EQ(play_text(view, false).find('\x1b'), std::string::npos);
}

class BrokenRecord : public testing::Test {
 protected:
  BrokenRecord()
      : folder_(testing::TempDir() + "/cutset-record-" + std::to_string(::getpid())) {
    fs::remove_all(folder_);
    fs::copy(kFolder + "record", folder_);
  }
  ~BrokenRecord() override { fs::remove_all(folder_); }

  void append(const std::string& file, const std::string& text) {
    const auto before = read_file(folder_ + "/" + file);
    ASSERT_TRUE(before);
    ASSERT_TRUE(write_file(folder_ + "/" + file, *before + text));
  }
  std::string error() {
    const auto view = read_play(folder_);
    return view ? "" : view.error().text();
  }

  const std::string folder_;
};

TEST_F(BrokenRecord, PlacesAreNamed) {
  append("events.jsonl", "{\"utc_ns\": 1}\n");
  EXPECT_NE(error().find("events.jsonl:"), std::string::npos) << error();
  EXPECT_NE(error().find("far from the run"), std::string::npos) << error();
}

TEST_F(BrokenRecord, WrongTypes) {
  append("resources.jsonl", "{\"utc_ns\": \"now\"}\n");
  EXPECT_NE(error().find("\"utc_ns\" must be an integer"), std::string::npos) << error();
}

TEST_F(BrokenRecord, Nesting) {
  append("logs.jsonl", std::string(100'000, '[') + "\n");
  EXPECT_NE(error().find("nested too deep"), std::string::npos) << error();
}

TEST_F(BrokenRecord, LastLineThatWasCutOffIsLeftOut) {
  append("logs.jsonl", "{\"utc_ns\": 17950000");
  const auto view = read_play(folder_);
  ASSERT_TRUE(view) << view.error().text();
  EXPECT_EQ(view->left_out, 1);
}

TEST_F(BrokenRecord, AnotherFormat) {
  ASSERT_TRUE(write_file(folder_ + "/result.json", "{\"format\": \"cutset-play/9\"}"));
  EXPECT_NE(error().find("expected \"format\": \"cutset-play/1\""), std::string::npos);
  ASSERT_TRUE(write_file(folder_ + "/result.json", "{"));
  EXPECT_NE(error().find("result.json"), std::string::npos);
}

TEST_F(BrokenRecord, WithoutAResultTheControllerWasKilled) {
  fs::rename(folder_ + "/result.json", folder_ + "/journal.jsonl");
  EXPECT_NE(error().find("not ended in order"), std::string::npos) << error();
}

}  // namespace
}  // namespace cutset::report
