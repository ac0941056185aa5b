// FDSL as data, tests/injector/fdsl/:
//   accepted/  no problem, no warning; NAME.native is what is written
//   warned/    begins with its warnings; NAME.native likewise
//   refused/   begins with its problems (and warnings)
//   portable/  NAME.portable is the portable output, or the file begins with why not
//   plan/      NAME.plan is the plan; the file begins with "# hosts: a,b SERVICE=HOST.."
// CUTSET_WRITE_EXPECTED=1 writes what is expected instead of comparing; then read the
// difference.
#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "injector/fdsl/format.h"
#include "injector/fdsl/plan.h"
#include "injector/fdsl/portable.h"
#include "injector/fdsl/read.h"
#include "injector/fdsl/write.h"

namespace cutset::injector::fdsl {
namespace {

namespace fs = std::filesystem;

const std::string kFolder = CUTSET_SOURCE_DIR "/tests/injector/fdsl/";

bool writing() {
  return std::getenv("CUTSET_WRITE_EXPECTED") != nullptr;
}

std::vector<std::string> schedules_in(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(kFolder + folder)) {
    if (entry.path().extension() == ".yml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string stem(const std::string& file) {
  return file.substr(0, file.size() - std::string(".yml").size());
}

void expect_file(const std::string& path, const std::string& text) {
  if (writing()) {
    ASSERT_TRUE(write_file(path, text));
    return;
  }
  const auto expected = read_file(path);
  ASSERT_TRUE(expected) << path << " is missing; expected:\n" << text;
  EXPECT_EQ(*expected, text) << path;
}

std::string notice_line(const std::string& kind, const Error& error) {
  return "# " + kind + ": " + error.text().substr(2) + "\n";  // without "f:"
}

std::string notices(const std::string& text) {
  const ScheduleReading reading = read_schedule(text, "f");
  std::string lines;
  for (const Error& problem : reading.problems) lines += notice_line("error", problem);
  for (const Error& warning : reading.warnings) lines += notice_line("warning", warning);
  return lines;
}

bool is_notice(const std::string& line) {
  return line.starts_with("# error: ") || line.starts_with("# warning: ") ||
         line.starts_with("# not portable: ");
}

struct Split {
  std::string head;  // the lines that say what is expected
  std::string body;
};

Split split_file(const std::string& text) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t end = text.find('\n', at);
    if (end == std::string::npos || !is_notice(text.substr(at, end - at))) break;
    at = end + 1;
  }
  return {text.substr(0, at), text.substr(at)};
}

/// The file begins with what `notices_of` says about it.
void expect_head(const std::string& file, std::string (*notices_of)(const std::string&)) {
  const std::string text = *read_file(file);
  if (!writing()) {
    EXPECT_EQ(split_file(text).head, notices_of(text)) << file;
    return;
  }
  const std::string body = split_file(text).body;
  const std::string first = notices_of(body);
  std::string shifted;
  for (const char character : first) {
    if (character == '\n') shifted += "#\n";
  }
  ASSERT_TRUE(write_file(file, notices_of(shifted + body) + body));
}

void expect_native(const std::string& file) {
  const std::string text = *read_file(file);
  const auto schedule = parse_schedule(text, file);
  ASSERT_TRUE(schedule) << schedule.error().text();
  const std::string written = write_schedule(*schedule);
  expect_file(stem(file) + ".native", written);
  const ScheduleReading again = read_schedule(written, "written");
  ASSERT_TRUE(again.problems.empty()) << again.problems.front().text() << written;
  EXPECT_EQ(again.schedule, *schedule) << written;
  EXPECT_EQ(write_schedule(again.schedule), written);
}

TEST(FdslFiles, AcceptedFilesHaveNoProblemAndNoWarning) {
  const auto files = schedules_in("accepted");
  ASSERT_GE(files.size(), 10U);
  for (const std::string& file : files) {
    EXPECT_EQ(notices(*read_file(file)), "") << file;
    expect_native(file);
  }
}

TEST(FdslFiles, WarnedFilesAreReadAndSayWhatIsDoubtful) {
  const auto files = schedules_in("warned");
  ASSERT_GE(files.size(), 20U);
  for (const std::string& file : files) {
    expect_head(file, notices);
    EXPECT_NE(notices(*read_file(file)), "") << file;
    expect_native(file);
  }
}

TEST(FdslFiles, RefusedFilesNameEveryProblem) {
  const auto files = schedules_in("refused");
  ASSERT_GE(files.size(), 60U);
  for (const std::string& file : files) {
    expect_head(file, notices);
    EXPECT_FALSE(read_schedule(*read_file(file), "f").problems.empty()) << file;
  }
}

/// Whatever is a warning because FaultSee disagrees with itself is no excuse in FDSL 2.
TEST(FdslFiles, QuirksOfFdsl1AreErrorsInFdsl2) {
  for (const std::string& file : schedules_in("warned")) {
    if (file.find("/quirk-") == std::string::npos) continue;
    std::string text = *read_file(file);
    const size_t environment = text.find("environment: {");
    ASSERT_NE(environment, std::string::npos) << file;
    text.insert(environment + std::string("environment: {").size(), "fdsl: 2, ");
    EXPECT_FALSE(read_schedule(text, "f").problems.empty()) << file;
  }
}

std::string not_portable(const std::string& text) {
  const auto schedule = parse_schedule(text, "f");
  if (!schedule) return notice_line("error", schedule.error());
  std::string lines;
  for (const Error& problem : make_portable(*schedule, "f").problems) {
    std::string line = problem.text().substr(2);
    line.erase(line.find("not portable: "), std::string("not portable: ").size());
    lines += "# not portable: " + line + "\n";
  }
  return lines;
}

TEST(FdslFiles, PortableOutputIsFdsl1WithoutWarnings) {
  const auto files = schedules_in("portable");
  ASSERT_GE(files.size(), 5U);
  for (const std::string& file : files) {
    expect_head(file, not_portable);
    const std::string text = *read_file(file);
    if (!not_portable(text).empty()) continue;
    const Formatted formatted = format_schedule(text, file, Output::kPortable);
    ASSERT_TRUE(formatted.problems.empty()) << file;
    expect_file(stem(file) + ".portable", formatted.text);
    EXPECT_EQ(notices(formatted.text), "") << formatted.text;
    const auto back = parse_schedule(formatted.text, "portable");
    ASSERT_TRUE(back) << back.error().text();
    EXPECT_EQ(back->version, 1);
    EXPECT_EQ(write_schedule(make_portable(*back, "f").schedule), formatted.text) << file;
  }
}

/// "# hosts: a,b client=a".
Placement placement_of(const std::string& text) {
  const std::string word = "# hosts: ";
  const size_t at = text.find(word);
  if (at == std::string::npos) return *parse_placement("local", {});
  const std::string line =
      text.substr(at + word.size(), text.find('\n', at) - at - word.size());
  const std::vector<std::string> words = split(line, " ");
  return *parse_placement(words[0], {words.begin() + 1, words.end()});
}

TEST(FdslFiles, PlansAreAsWritten) {
  const auto files = schedules_in("plan");
  ASSERT_GE(files.size(), 5U);
  for (const std::string& file : files) {
    const std::string text = *read_file(file);
    const auto schedule = parse_schedule(text, file);
    ASSERT_TRUE(schedule) << schedule.error().text();
    const Placement placement = placement_of(text);
    const auto plan = make_plan(*schedule, placement);
    ASSERT_TRUE(plan) << plan.error().text();
    expect_file(stem(file) + ".plan", plan_text(*plan));
    expect_file(stem(file) + ".plan.json", plan_json(*plan));
    // Pure: the schedule as it is written means the same.
    const auto again = parse_schedule(write_schedule(*schedule), file);
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_EQ(plan_json(*make_plan(*again, placement)), plan_json(*plan)) << file;
  }
}

}  // namespace
}  // namespace cutset::injector::fdsl
