// One program under one row of parameters: verdict, and the smallest counterexample with
// its explanation. Thread rule: pure function.
#pragma once

#include <functional>

#include "course/grades.h"

#include "base/result.h"
#include "dedalus/language/parameters.h"
#include "dedalus/program.h"

namespace cutset::course {

/// The grade without points. A limit that was reached is a verdict, no error. Error:
/// kBadInput with a place: the program is wrong after all; kInternal.
Result<CheckGrade> check_program(const dedalus::Program& program,
                                 const dedalus::Parameters& parameters,
                                 uint64_t max_tuples, const std::function<bool()>& stop);

}  // namespace cutset::course
