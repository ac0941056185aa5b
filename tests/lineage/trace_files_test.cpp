// Files, folders and standard input: order, what is left out, what is refused, stopping.
#include "lineage/trace_files.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "lineage/span_table.h"

namespace cutset::lineage {
namespace {

namespace fs = std::filesystem;

std::string trace(int id, int spans = 1) {
  std::string text = R"({"traceID":"a","processes":{},"spans":[)";
  for (int i = 0; i < spans; ++i)
    text += (i == 0 ? "" : ",") + std::string(R"({"spanID":")") + std::to_string(id + i) +
            "\"}";
  return text + "]}";
}

class TraceFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "/trace-files-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  Result<std::vector<TraceFile>> read(const std::vector<std::string>& paths) {
    return read_trace_files(paths, table_, options_);
  }
  std::vector<std::string> names(const std::vector<TraceFile>& files) const {
    std::vector<std::string> names;
    for (const TraceFile& file : files)
      names.push_back(fs::relative(file.path, folder_).string());
    return names;
  }

  fs::path folder_;
  SpanTable table_;
  TraceFilesOptions options_;
};

using Names = std::vector<std::string>;

TEST_F(TraceFilesTest, ReadsAFolderInOrderAndLeavesOutHiddenFiles) {
  write("b.json", trace(2));
  write("a/z.json", trace(1));
  write("a/.hidden/x.json", trace(9));
  write(".hidden.json", trace(9));
  write("c.txt", "not a trace");
  const auto files = read({folder_.string()});
  ASSERT_TRUE(files.ok());
  EXPECT_EQ(names(*files), (Names{"a/z.json", "b.json", "c.txt"}));
  ASSERT_EQ(table_.spans().size(), 2U);
  EXPECT_EQ(table_.spans()[0].id, 1U);
  const TraceFile& first = files->front();
  EXPECT_EQ(first.format, "jaeger-json");
  EXPECT_EQ(first.packing, "plain");
  EXPECT_EQ(first.bytes, trace(1).size());
  EXPECT_EQ(first.spans, 1);
  EXPECT_FALSE(first.named);
  EXPECT_FALSE(first.refused.has_value());
  const TraceFile& last = files->back();
  ASSERT_TRUE(last.refused.has_value());
  EXPECT_EQ(last.format, "");
  EXPECT_EQ(last.refused->file, path("c.txt"));
  EXPECT_EQ(last.refused->text().find('\n'), std::string::npos);
}

TEST_F(TraceFilesTest, AFileThatBreaksOffIsRefusedAndTheOthersGoOn) {
  write("a.json", R"({"data":[)" + trace(1) + "," + trace(2) + ",{");
  write("b.json", trace(3));
  write("c.json", R"({"traceID":"a","spans":[{"spanID":"0"},{"spanID":"4"}]})");
  const auto files = read({path("a.json"), path("b.json"), path("c.json")});
  ASSERT_TRUE(files.ok());
  ASSERT_EQ(files->size(), 3U);
  EXPECT_TRUE((*files)[0].named);
  EXPECT_TRUE((*files)[0].refused.has_value());
  EXPECT_EQ((*files)[0].spans, 2);
  EXPECT_EQ((*files)[1].spans, 1);
  EXPECT_EQ((*files)[2].spans, 1);
  EXPECT_EQ((*files)[2].rejected, 1);
  EXPECT_NE((*files)[2].first_reason, "");
  EXPECT_EQ(table_.rejected(), 1);
}

TEST_F(TraceFilesTest, LinksInACircleEnd) {
  write("a/t.json", trace(1));
  fs::create_directory_symlink(folder_, folder_ / "a/up");
  fs::create_directory_symlink(folder_ / "a", folder_ / "b");
  fs::create_symlink(folder_ / "nowhere", folder_ / "dangling");
  const auto files = read({folder_.string()});
  ASSERT_TRUE(files.ok());
  EXPECT_EQ(names(*files), Names{"a/t.json"});
}

TEST_F(TraceFilesTest, APipeInAFolderIsNotWaitedFor) {
  write("a.json", trace(1));
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const auto files = read({folder_.string()});
  ASSERT_TRUE(files.ok());
  EXPECT_EQ(names(*files), Names{"a.json"});
}

TEST_F(TraceFilesTest, AnEmptyFolderAndAMissingPathAreNamed) {
  const auto empty = read({folder_.string()});
  ASSERT_TRUE(empty.ok());
  ASSERT_EQ(empty->size(), 1U);
  EXPECT_TRUE(empty->front().refused.has_value());
  const auto missing = read({path("x.json")});
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().kind, ErrorKind::kUsage);
  EXPECT_NE(missing.error().text().find(path("x.json")), std::string::npos);
}

TEST_F(TraceFilesTest, TooManyFilesAreRefusedBeforeAnyIsRead) {
  for (int file = 0; file < 5; ++file) write(std::to_string(file), trace(file + 1));
  options_.most_files = 4;
  EXPECT_FALSE(read({folder_.string()}).ok());
  EXPECT_TRUE(table_.spans().empty());
  options_.most_files = 5;
  EXPECT_TRUE(read({folder_.string()}).ok());
}

TEST_F(TraceFilesTest, TellsProgress) {
  write("a.json", trace(1, 9000));
  write("b.json", trace(1));
  std::vector<TraceProgress> seen;
  options_.progress = [&seen](const TraceProgress& progress) {
    seen.push_back(progress);
  };
  ASSERT_TRUE(read({folder_.string()}).ok());
  ASSERT_GT(seen.size(), 3U);
  const auto behind = [](const TraceProgress& a, const TraceProgress& b) {
    return a.bytes_done < b.bytes_done || a.spans < b.spans;
  };
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end(), behind));
  EXPECT_EQ(seen.front().bytes_done, 0U);
  EXPECT_EQ(seen.back().bytes_done, seen.back().bytes);
  EXPECT_EQ(seen.back().files_done, 2U);
  EXPECT_EQ(seen.back().spans, 9001);
}

TEST_F(TraceFilesTest, StopsInsideAFile) {
  write("a.json", trace(1, 100'000));
  int asked = 0;
  options_.stopped = [&asked] { return ++asked > 3; };
  const auto files = read({folder_.string()});
  ASSERT_FALSE(files.ok());
  EXPECT_EQ(files.error().kind, ErrorKind::kInterrupted);
  EXPECT_LT(table_.spans().size(), 20'000U);
}

}  // namespace
}  // namespace cutset::lineage
