// Kills a process just before its n-th system call that changes something outside of it:
// "at each point" for tests of what a process leaves when it is killed.
#pragma once

#include <functional>

#include <sys/types.h>

namespace cutset::agent::test {

/// Follows the child from now on and has `begin` make it do what is to be interrupted.
/// True: it was killed before its change number `change` (0, 1, ...); false: it ended by
/// itself before. In both cases waiting for it is left to the caller.
bool kill_before_change(pid_t child, int change, const std::function<void()>& begin);

}  // namespace cutset::agent::test
