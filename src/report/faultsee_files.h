// The seven result files that FaultSee's dashboard reads, made from the record of a play.
//
// As FaultSee writes them: JSON arrays, times in seconds since the run began. What cutset
// does not measure is null (packets where the agent does not count them; the shares of a
// host whose size is not known), never 0. A container's id is that of its Swarm task,
// "service.1": FaultSee's slots count from 1. The first sample of a host or instance has
// no rate and is left out.
//
// Thread rule: pure function.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "report/play_view.h"

namespace cutset::report {

/// Names and contents.
std::vector<std::pair<std::string, std::string>> faultsee_files(const PlayView& view);

}  // namespace cutset::report
