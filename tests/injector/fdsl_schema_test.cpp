// schema/fdsl.schema.json agrees with the reader about what cutset writes, and about
// those mistakes that a schema can see.
#include <algorithm>
#include <filesystem>
#include <set>

#include "schema_check.h"
#include <gtest/gtest.h>

namespace cutset::injector {
namespace {

const std::string kFolder = CUTSET_SOURCE_DIR "/tests/injector/fdsl/";

class FdslSchema : public ::testing::Test {
 protected:
  SchemaCheck schema_{CUTSET_SOURCE_DIR "/schema/fdsl.schema.json"};
};

TEST_F(FdslSchema, AcceptsWhatIsWritten) {
  int checked = 0;
  for (const std::string folder : {"accepted", "warned", "portable"}) {
    for (const auto& entry : std::filesystem::directory_iterator(kFolder + folder)) {
      if (entry.path().extension() == ".yml") continue;
      EXPECT_EQ(schema_.problem(entry.path().string()), "") << entry.path();
      ++checked;
    }
  }
  EXPECT_GE(checked, 60);
}

TEST_F(FdslSchema, AcceptsFdsl2AsPeopleWriteIt) {
  for (const std::string folder : {"accepted", "plan"}) {
    for (const auto& entry : std::filesystem::directory_iterator(kFolder + folder)) {
      if (entry.path().extension() != ".yml") continue;
      if (read_file(entry.path().string())->find("fdsl: 2") == std::string::npos)
        continue;
      EXPECT_EQ(schema_.problem(entry.path().string()), "") << entry.path();
    }
  }
}

TEST_F(FdslSchema, RefusesWhatASchemaCanSee) {
  // These need more than a schema knows: names of services and moments, who is alive,
  // order and times of other events, the meaning of a text.
  const std::set<std::string> beyond = {"crash-call-service",
                                        "crash-regex",
                                        "dead",
                                        "delay-jitter",
                                        "draw-after-crash-at",
                                        "draw-beside-when",
                                        "heal-early",
                                        "heal-label",
                                        "name-twice",
                                        "not-back-yet",
                                        "omission-range",
                                        "partition-service",
                                        "partition-slot",
                                        "request-corrupt-status",
                                        "request-from",
                                        "request-grpc",
                                        "request-grpc-refuse",
                                        "request-statuses",
                                        "restart-slot",
                                        "resume-nothing",
                                        "start-too-many",
                                        "time-octal",
                                        "when-amount",
                                        "when-call-stranger",
                                        "when-log-regex",
                                        "when-message-slot",
                                        "when-moment-circle",
                                        "when-moment-itself",
                                        "when-moment-late",
                                        "when-moment-unknown",
                                        "when-slot",
                                        "when-start-percentage",
                                        "when-timeout-late",
                                        "wipe-climbs"};
  int checked = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder + "refused")) {
    const std::string name = entry.path().stem().string();
    if (!name.starts_with("f2-") || beyond.contains(name.substr(3))) continue;
    EXPECT_NE(schema_.problem(entry.path().string()), "") << entry.path();
    ++checked;
  }
  EXPECT_GE(checked, 50);
}

}  // namespace
}  // namespace cutset::injector
