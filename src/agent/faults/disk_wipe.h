// Disk wipe: everything in a named folder of the instance is removed; the folder itself
// stays. Links are removed, not followed, and other file systems below it are left alone.
// Nothing brings it back: there is no undo. A container must run, since only then its
// files can be seen.
#pragma once

#include "agent/faults/fault.h"

namespace cutset::agent {

Result<std::string> check_disk_wipe(const v1::Step& step, const FaultHost& host);
std::unique_ptr<Fault> make_disk_wipe(const v1::Step& step, const FaultHost& host);

}  // namespace cutset::agent
