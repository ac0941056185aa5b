// What grading found, as values: reports are made of it.
//
// Invariants: submissions in the order in which they were given; of each, one CheckGrade
// for each check of the task; points are the sum of the checks'.
//
// Thread rule: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dedalus/language/parameters.h"

namespace cutset::course {

/// Of one check.
enum class CheckVerdict : uint8_t {
  kNotChecked,  // the submission was not checked, or the grading was stopped
  kHolds,
  kViolated,
  kVacuous,
  kDoesNotEnd,  // a limit was reached first
};

/// Of a submission as a whole.
enum class Outcome : uint8_t {
  kChecked,
  kVacuous,       // in every check: it does not do its work even without faults
  kDoesNotParse,  // or is no well-formed program together with the task
  kRedefines,     // derives what belongs to the task
  kBreaksARule,   // looks at what it must not see
  kDoesNotEnd,    // a limit was reached in at least one check
  kRefused,       // not a file of the right kind, too large, or reaches out of its folder
  kFailed,        // cutset itself failed: the teacher's business
  kNotGraded,     // the grading was stopped before
};

/// "holds", "does not end", ...
std::string_view verdict_name(CheckVerdict verdict);
std::string_view outcome_name(Outcome outcome);
/// Whether it gives the points.
bool as_expected(CheckVerdict verdict, dedalus::Expectation expected);

struct Counterexample {
  std::vector<std::string> faults;   // in words
  std::vector<std::string> missing;  // tuples of post: "post(a, hello)"
  std::string text;     // the explanation for people, several lines, with a diagram
  std::string story;    // the same without the diagram
  std::string diagram;  // SVG; "": none
};

struct CheckGrade {
  CheckVerdict verdict = CheckVerdict::kNotChecked;
  int64_t points = 0;
  std::string why;                               // vacuous, does not end
  uint64_t executions = 0;                       // runs of the protocol
  std::optional<Counterexample> counterexample;  // violated
};

struct SubmissionGrade {
  std::string name;  // its last part; as it was given, where that is not unique
  std::string path;  // as it was given
  Outcome outcome = Outcome::kNotGraded;
  // If it is not checked: what is wrong, and where in its files.
  std::string message;
  std::string file;
  int line = 0;
  int column = 0;
  std::vector<CheckGrade> checks;

  int64_t points() const;
  /// "file:line:col: message"
  std::string place_and_message() const;
};

struct Grades {
  std::vector<SubmissionGrade> submissions;
  bool stopped = false;  // by the user: some are kNotGraded
};

}  // namespace cutset::course
