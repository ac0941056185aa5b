#include "course/grades.h"

#include "base/check.h"
#include "base/result.h"

namespace cutset::course {

std::string_view verdict_name(CheckVerdict verdict) {
  switch (verdict) {
    case CheckVerdict::kNotChecked:
      return "not checked";
    case CheckVerdict::kHolds:
      return "holds";
    case CheckVerdict::kViolated:
      return "violated";
    case CheckVerdict::kVacuous:
      return "vacuous";
    case CheckVerdict::kDoesNotEnd:
      return "does not end";
  }
  CHECK(false);
}

std::string_view outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kChecked:
      return "checked";
    case Outcome::kVacuous:
      return "vacuous";
    case Outcome::kDoesNotParse:
      return "does not parse";
    case Outcome::kRedefines:
      return "redefines the task";
    case Outcome::kBreaksARule:
      return "breaks a rule";
    case Outcome::kDoesNotEnd:
      return "does not end";
    case Outcome::kRefused:
      return "refused";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kNotGraded:
      return "not graded";
  }
  CHECK(false);
}

bool as_expected(CheckVerdict verdict, dedalus::Expectation expected) {
  switch (expected) {
    case dedalus::Expectation::kHolds:
      return verdict == CheckVerdict::kHolds;
    case dedalus::Expectation::kViolated:
      return verdict == CheckVerdict::kViolated;
    case dedalus::Expectation::kVacuous:
      return verdict == CheckVerdict::kVacuous;
  }
  CHECK(false);
}

int64_t SubmissionGrade::points() const {
  int64_t sum = 0;
  for (const CheckGrade& check : checks) sum += check.points;
  return sum;
}

std::string SubmissionGrade::place_and_message() const {
  return Error::bad_input(message, file, line, column).text();
}

}  // namespace cutset::course
