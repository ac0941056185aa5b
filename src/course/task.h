// A task of a course: what a submission is joined with, under which parameters it is
// checked, how many points each check gives, and what it may not do. task.yaml, format
// cutset-task/1 (docs/grading.md, schema/cutset-task.schema.json).
//
//   version: cutset-task/1
//   title: Reliable broadcast
//   files: [invariant.ded]           # relative to task.yaml; joined with each submission
//   given: [member, broadcast]       # of the task's relations: a submission may read
//   them checks:
//     - name: no faults
//       parameters: eot=6 eff=0 crashes=0 nodes=a,b,c
//       points: 2
//
// Thread rule: values, pure functions of the files.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "dedalus/language/parameters.h"
#include "dedalus/language/source.h"

namespace cutset::course {

inline constexpr int64_t kMostPoints = 10'000;  // of one check
inline constexpr size_t kMostChecks = 100;

/// For one submission.
struct TaskLimits {
  int64_t seconds = 60;        // of processor time: a loaded machine changes no grade
  int64_t tuples = 1'000'000;  // of one run
  int64_t megabytes = 1024;    // of memory
  int64_t kilobytes = 1024;    // of all its files
};

/// One row of parameters and its points: all for the expected verdict, none for another.
struct TaskCheck {
  std::string name;
  dedalus::Parameters parameters;
  dedalus::Expectation expect = dedalus::Expectation::kHolds;
  int64_t points = 0;
  /// Reports tell its verdict and points, but neither parameters nor counterexample.
  bool hidden = false;
  std::vector<std::string> files;  // in place of the task's, if not empty
};

/// A file of the task with its includes in place: each file once, without `include`.
struct TaskFile {
  std::string name;
  std::string text;
};

struct Task {
  std::string path;
  std::string title;
  std::vector<std::string> files;
  std::set<std::string> given;     // a submission may read these
  std::set<std::string> reserved;  // a submission must not derive these
  /// Rules of a submission use what is at one node, now; messages go to others.
  bool local = true;
  std::vector<TaskCheck> checks;
  TaskLimits limits;
  std::string solution;  // path; "": none

  // What `files` of the task and of its checks hold; [i] belongs to checks[i].
  std::vector<std::vector<TaskFile>> sources;
  /// Relations that the task's files derive: neither derived by a submission nor, but for
  /// those in `given`, read by it.
  std::set<std::string> derived;

  int64_t points() const;
};

struct TaskReading {
  std::unique_ptr<Task> task;   // if there is no problem
  std::vector<Error> problems;  // all, in the order of the file
};

/// Reads task.yaml and the files it names.
TaskReading read_task(const std::string& path);

/// Whether a file says that it is a task: by `version: cutset-task/...`, or by having
/// `checks`. False if it cannot be read.
bool is_task(const std::string& path);

}  // namespace cutset::course
