// The schemas agree with what is read and written: good tasks, and grades of every kind.
#include <filesystem>

#include "course/course.h"
#include "course/grades_report.h"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "injector/schema_check.h"

namespace cutset::course {
namespace {

using injector::SchemaCheck;
const std::string kSource = CUTSET_SOURCE_DIR;

std::vector<std::string> tasks() {
  return {kSource + "/models/tasks/broadcast/task.yaml",
          kSource + "/tests/grade/broadcast_rules/task.yaml"};
}

TEST(TaskSchema, AgreesWithGoodTasks) {
  SchemaCheck schema(kSource + "/schema/cutset-task.schema.json");
  for (const std::string& task : tasks()) {
    EXPECT_EQ(schema.problem(task), "") << task;
    EXPECT_NE(read_task(task).task, nullptr) << task;
  }
}

TEST(TaskSchema, RefusesWhatIsNoTask) {
  SchemaCheck schema(kSource + "/schema/cutset-task.schema.json");
  for (const char* name : {"unknown_key", "points", "version"}) {
    const std::string file = kSource + "/tests/grade/wrong_tasks/" + name + ".yaml";
    EXPECT_NE(schema.problem(file), "") << file;
    EXPECT_EQ(read_task(file).task, nullptr) << file;
  }
}

TEST(GradesSchema, AgreesWithGradesOfEveryKind) {
  SchemaCheck schema(kSource + "/schema/cutset-grades.schema.json");
  const std::string folder = kSource + "/tests/grade/broadcast_rules";
  const TaskReading reading = read_task(folder + "/task.yaml");
  ASSERT_NE(reading.task, nullptr);
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder + "/submissions")) {
    paths.push_back(entry.path().string());
  }
  GradeOptions options;
  options.jobs = 2;
  const auto grades = grade_all(*reading.task, paths, options);
  ASSERT_TRUE(grades.ok());
  int asked = 0;
  options.jobs = 1;
  options.stop = [&asked] { return ++asked > 3; };
  const auto stopped = grade_all(*reading.task, paths, options);
  ASSERT_TRUE(stopped.ok());
  EXPECT_TRUE(stopped->stopped);
  for (const bool show_hidden : {false, true}) {
    for (const Grades* shown : {&*grades, &*stopped}) {
      // JSON is YAML.
      const std::string file = testing::TempDir() + "cutset-grades.json";
      ASSERT_TRUE(
          write_file(file, grades_json(*reading.task, *shown, shown->stopped ? 3 : 0,
                                       {.show_hidden = show_hidden}))
              .ok());
      EXPECT_EQ(schema.problem(file), "");
    }
  }
}

}  // namespace
}  // namespace cutset::course
