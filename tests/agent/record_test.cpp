// Undo records: their text, the intent log that keeps them, and who undoes what is left.
#include <filesystem>
#include <fstream>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include "agent/faults/disk_fill.h"
#include "agent/faults/undo_table.h"
#include "agent/intent_log.h"
#include "agent/state_folder.h"
#include "agent/undo.h"
#include "base/file.h"

namespace cutset::agent {
namespace {

class RecordFolder : public testing::Test {
 protected:
  RecordFolder() {
    folder_ = testing::TempDir() + fmt::format("records-{}", ::getpid());
    std::filesystem::create_directories(folder_);
    std::filesystem::permissions(folder_, std::filesystem::perms::owner_all);
  }
  ~RecordFolder() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::string fill_name(char digit) const {
    return folder_ + "/cutset-fill-" + std::string(32, digit);
  }
  std::string folder_;
};

void touch(const std::string& path) {
  std::ofstream(path) << "x";
}

TEST(Record, AnyWordsComeBack) {
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    UndoRecord record{"some-kind", {}};
    for (unsigned words = random() % 5; words > 0; --words) {
      std::string word;
      for (unsigned length = random() % 9; length > 0; --length)
        word += static_cast<char>(1 + random() % 255);
      record.words.push_back(word);
    }
    const Result<std::string> line = encode_record(record);
    ASSERT_TRUE(line.ok());
    EXPECT_EQ(line->find_first_of(std::string_view("\n\0", 2)), std::string::npos);
    const auto back = parse_record(*line);
    ASSERT_TRUE(back.has_value()) << *line;
    EXPECT_EQ(*back, record) << *line;
  }
}

TEST(Record, TrustsNothing) {
  for (const char* line : {"", "Kind x", "kind %", "kind %0", "kind %00", "kind  x",
                           "kind %zz", "kind x%", " kind", "k1nd x", "kind \x01"}) {
    const auto record = parse_record(line);
    if (std::string_view(line) == "kind %") {
      ASSERT_TRUE(record.has_value()) << "the empty word";
      EXPECT_EQ(record->words, std::vector<std::string>{""});
    } else {
      EXPECT_FALSE(record.has_value()) << line;
    }
  }
  EXPECT_FALSE(parse_record("kind " + std::string(kRecordLimit, 'x')).has_value());
  EXPECT_FALSE(encode_record({"kind", {std::string(kRecordLimit, 'x')}}).ok());
}

TEST(Record, EachKindIsInTheTableOnce) {
  std::set<std::string> kinds;
  for (const UndoRule& rule : undo_rules())
    EXPECT_TRUE(kinds.insert(rule.kind).second) << rule.kind;
  EXPECT_FALSE(undo_record({"unheard-of", {}}).ok());
}

// Each rule gets words that nobody wrote: none may act on them or break.
TEST(Record, RulesTrustNoWord) {
  const std::vector<std::string> words = {"",   "/",           "..",
                                          "-1", "/etc/passwd", std::string(300, 'a')};
  for (const UndoRule& rule : undo_rules()) {
    for (size_t count = 0; count < 4; ++count) {
      for (const std::string& word : words) {
        const Status undone =
            undo_record({rule.kind, std::vector<std::string>(count, word)});
        EXPECT_FALSE(undone.ok())
            << rule.kind << ": " << count << " x \"" << word << "\"";
      }
    }
  }
}

TEST_F(RecordFolder, TheLogKeepsWhatIsOpen) {
  Result<IntentLog> log = IntentLog::begin(folder_, {{3, {"disk-fill", {"/old"}}}});
  ASSERT_TRUE(log.ok()) << log.error().text();
  ASSERT_TRUE(log->undo(4, {"disk-fill", {"/a b"}}, true).ok());
  ASSERT_TRUE(log->undo(5, {"disk-fill", {"/c"}}, true).ok());
  ASSERT_TRUE(log->undone(4).ok());
  const auto intent = read_intent(folder_);
  ASSERT_TRUE(intent.ok() && intent->has_value());
  ASSERT_EQ((*intent)->open.size(), 2U);
  EXPECT_EQ((*intent)->open[0].number, 3U);
  EXPECT_EQ((*intent)->open[1].record, (UndoRecord{"disk-fill", {"/c"}}));
}

TEST_F(RecordFolder, TheNextStartUndoesNewestFirstAndKeepsWhatItCannot) {
  touch(fill_name('a'));
  touch(folder_ + "/precious");
  {
    Result<IntentLog> log = IntentLog::begin(folder_, {});
    ASSERT_TRUE(log.ok());
    ASSERT_TRUE(log->undo(1, {"disk-fill", {fill_name('a')}}, true).ok());
    ASSERT_TRUE(log->undo(2, {"of-the-future", {"x"}}, true).ok());
    ASSERT_TRUE(log->undo(3, {"disk-fill", {folder_ + "/precious"}}, true).ok());
    ASSERT_TRUE(log->undo(4, {"disk-fill", {fill_name('b')}}, true).ok());  // never made
  }
  const Result<Undone> undone = undo_earlier_agent(folder_);
  ASSERT_TRUE(undone.ok()) << undone.error().text();
  EXPECT_FALSE(std::filesystem::exists(fill_name('a')));
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/precious")) << "not a name of ours";
  EXPECT_EQ(undone->records.size(), 2U);
  ASSERT_EQ(undone->left.size(), 2U);
  EXPECT_NE(undone->problems[0].find("of-the-future"), std::string::npos);
  const auto intent = read_intent(folder_);
  ASSERT_TRUE(intent.ok() && intent->has_value());
  EXPECT_FALSE((*intent)->closed);
  EXPECT_EQ((*intent)->open.size(), 2U);
}

TEST_F(RecordFolder, AfterARebootOnlyWhatOutlivesItIsUndone) {
  touch(fill_name('c'));
  std::ofstream(folder_ + "/intent.log")
      << "cutset-intent 1 10 100 " << std::string(32, 'a') << " other-boot/pid:[1]\n"
      << "undo 1 disk-fill " << fill_name('c') << "\n";
  const Result<Undone> undone = undo_earlier_agent(folder_);
  ASSERT_TRUE(undone.ok());
  EXPECT_FALSE(std::filesystem::exists(fill_name('c')));
  EXPECT_TRUE(undone->left.empty());
}

TEST_F(RecordFolder, AFullDiskTakesNoHalfLine) {
  if (::mount("none", folder_.c_str(), "tmpfs", 0, "size=64k,mode=700") != 0) {
    GTEST_SKIP() << "not run: mounting a tmpfs needs root";
  }
  {
    Result<IntentLog> log = IntentLog::begin(folder_, {});
    ASSERT_TRUE(log.ok());
    uint64_t number = 0;
    const std::string path = "/" + std::string(3000, 'p');
    Status written;
    while (written.ok() && number < 100)
      written = log->undo(++number, {"disk-fill", {path}}, true);
    ASSERT_FALSE(written.ok()) << "the disk never filled";
    EXPECT_NE(written.error().text().find("No space"), std::string::npos);
    const uint64_t kept = number - 1;
    ASSERT_TRUE(log->undone(1).ok())
        << "a short line still fits where a long one did not";
    const auto intent = read_intent(folder_);
    ASSERT_TRUE(intent.ok() && intent->has_value());
    EXPECT_EQ((*intent)->open.size(), kept - 1);
    EXPECT_EQ((*intent)->open.back().number, kept);
  }
  ::umount2(folder_.c_str(), MNT_DETACH);
}

}  // namespace
}  // namespace cutset::agent
