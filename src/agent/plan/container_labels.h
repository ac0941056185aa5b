// Which container is an instance's: told by its labels, never by its name.
// Thread rule: pure functions.
#pragma once

#include <map>
#include <string>

#include "cutset/agent/v1/schedule.pb.h"

namespace cutset::agent {

/// Whether it has all the labels ("key=value"), and is the task of the Swarm's service in
/// that slot if one is wanted.
bool is_container_of(const v1::ContainerInstance& wanted,
                     const std::map<std::string, std::string>& labels);

}  // namespace cutset::agent
