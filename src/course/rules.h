// What a submission must not do, as far as its clauses show it: derive what belongs to
// the task, read what it was not given, know what a real process cannot know.
//
// Dedalus does not enforce locality (docs/dedalus.md): a rule may join what is at
// different nodes, and put its result anywhere, without a message. Promises need that; a
// submission that does it would solve every task without sending anything.
//
// Thread rule: pure function.
#pragma once

#include <optional>

#include "course/submission.h"
#include "course/task.h"

namespace cutset::course {

/// The first rule that is broken, by place; nothing if none is.
std::optional<Refusal> broken_rule(const Task& task, const Submission& submission);

}  // namespace cutset::course
