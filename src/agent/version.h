// The release this agent is from.
#pragma once

namespace cutset::agent {

const char* version();

}  // namespace cutset::agent
