// The file that fills a disk: made, seen, removed, and never too large.
#include "agent/faults/disk_fill.h"

#include <filesystem>

#include "fake_host.h"
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "agent/faults/fault_table.h"
#include "agent/faults/undo_table.h"

namespace cutset::agent::test {
namespace {

uint64_t left_in(const std::string& folder) {
  struct statvfs info {};
  EXPECT_EQ(::statvfs(folder.c_str(), &info), 0);
  return static_cast<uint64_t>(info.f_bavail) * info.f_frsize;
}

class DiskFillTest : public testing::Test {
 protected:
  DiskFillTest() {
    folder_ = testing::TempDir() + fmt::format("fill-{}", ::getpid());
    std::filesystem::create_directories(folder_);
    host_.instances = &instances_;
    step_.mutable_disk_fill()->set_path(folder_);
  }
  ~DiskFillTest() override {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
    std::filesystem::remove_all(folder_);
  }
  bool mount_small_disk() {
    mounted_ = ::mount("none", folder_.c_str(), "tmpfs", 0, "size=64m") == 0;
    return mounted_;
  }
  std::string folder_;
  bool mounted_ = false;
  FakeInstances instances_;
  FaultHost host_;
  v1::Step step_;
};

TEST_F(DiskFillTest, TakesRoomAndGivesItBack) {
  if (!mount_small_disk()) GTEST_SKIP() << "not run: mounting a tmpfs needs root";
  const uint64_t before = left_in(folder_);
  step_.mutable_disk_fill()->set_bytes(40 << 20);
  ASSERT_TRUE(check_disk_fill(step_, host_).ok());
  const auto fault = make_disk_fill(step_, host_);
  const auto records = fault->prepare();
  ASSERT_TRUE(records.ok()) << records.error().text();
  ASSERT_EQ(records->size(), 1U);
  EXPECT_TRUE(undo_record(records->front()).ok()) << "before it is made: nothing to do";
  ASSERT_TRUE(fault->apply().ok());
  const auto seen = fault->verify();
  EXPECT_TRUE(seen.ok()) << seen.error().text();
  EXPECT_LE(left_in(folder_), before - (40 << 20));
  EXPECT_TRUE(undo_record(records->front()).ok());
  EXPECT_EQ(left_in(folder_), before);
  EXPECT_TRUE(undo_record(records->front()).ok()) << "twice";
}

TEST_F(DiskFillTest, LeavesAReserve) {
  if (!mount_small_disk()) GTEST_SKIP() << "not run: mounting a tmpfs needs root";
  step_.mutable_disk_fill()->set_bytes(50 << 20);
  const auto records = make_disk_fill(step_, host_)->prepare();
  ASSERT_FALSE(records.ok());
  EXPECT_NE(records.error().text().find("reserve"), std::string::npos);
}

TEST_F(DiskFillTest, WithoutTheFileVerifyFails) {
  step_.mutable_disk_fill()->set_bytes(4096);
  const auto fault = make_disk_fill(step_, host_);
  ASSERT_TRUE(fault->prepare().ok());
  EXPECT_FALSE(fault->verify().ok());
}

TEST_F(DiskFillTest, AsksForAnAbsolutePathAndBytes) {
  step_.mutable_disk_fill()->set_bytes(0);
  EXPECT_FALSE(check_disk_fill(step_, host_).ok());
  step_.mutable_disk_fill()->set_bytes(1);
  EXPECT_TRUE(check_disk_fill(step_, host_).ok());
  step_.mutable_disk_fill()->set_path("data");
  EXPECT_FALSE(check_disk_fill(step_, host_).ok());
}

TEST_F(DiskFillTest, OnlyAFileOfOursIsRemoved) {
  const std::string name = folder_ + "/cutset-fill-" + std::string(32, '0');
  std::filesystem::create_directory(name);
  EXPECT_TRUE(undo_disk_fill({name}).ok());
  EXPECT_TRUE(std::filesystem::exists(name)) << "a folder is not what we made";
  EXPECT_FALSE(undo_disk_fill({folder_ + "/cutset-fill-12"}).ok());
}

}  // namespace
}  // namespace cutset::agent::test
