// Files appear complete or not at all, and nothing but a file is ever replaced.
#include "base/new_file.h"

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

namespace cutset {
namespace {

class NewFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "cutset-new-file-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ / name; }
  size_t files() const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder_),
                                             std::filesystem::directory_iterator()));
  }

  std::filesystem::path folder_;
};

TEST_F(NewFileTest, NothingIsThereBeforeCommit) {
  ASSERT_TRUE(write_file(path("a"), "old").ok());
  {
    Result<NewFile> file = NewFile::open(path("a"));
    ASSERT_TRUE(file.ok());
    ASSERT_EQ(::write(file->descriptor(), "new", 3), 3);
    EXPECT_EQ(*read_file(path("a")), "old");
    ASSERT_TRUE(file->commit().ok());
    EXPECT_EQ(*read_file(path("a")), "new");
  }
  { ASSERT_TRUE(NewFile::open(path("b")).ok()); }
  ASSERT_TRUE(NewFile::check(path("c")).ok());
  EXPECT_EQ(files(), 1U);
}

TEST_F(NewFileTest, WhatIsNoFileKeepsItsPlace) {
  ASSERT_EQ(::symlink("/dev/null", path("link").c_str()), 0);
  ASSERT_TRUE(write_file(path("link"), "gone").ok());
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
  EXPECT_TRUE(NewFile::check(path("link")).ok());

  ASSERT_TRUE(write_file(path("target"), "old").ok());
  ASSERT_EQ(::symlink("target", path("to-target").c_str()), 0);
  ASSERT_TRUE(write_file(path("to-target"), "new").ok());
  EXPECT_TRUE(std::filesystem::is_symlink(path("to-target")));
  EXPECT_EQ(*read_file(path("target")), "new");
}

TEST_F(NewFileTest, SaysWhyItCannotBeWritten) {
  const Status missing = NewFile::check(path("no/such"));
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().kind, ErrorKind::kUnavailable);
  EXPECT_NE(missing.error().text().find("no/such: cannot write: No such file"),
            std::string::npos);
  for (const std::string& folder : {folder_.string(), path("to-folder")}) {
    if (folder != folder_) {
      ASSERT_EQ(::symlink(folder_.c_str(), folder.c_str()), 0);
    }
    const Status status = NewFile::check(folder);
    ASSERT_FALSE(status.ok());
    EXPECT_NE(status.error().text().find("it is a folder"), std::string::npos);
  }
  ASSERT_EQ(::symlink("/dev/full", path("full").c_str()), 0);
  const Status full = write_file(path("full"), "x");
  ASSERT_FALSE(full.ok());
  EXPECT_NE(full.error().text().find("No space left"), std::string::npos);
}

}  // namespace
}  // namespace cutset
