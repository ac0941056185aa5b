// The small commands that talk to an agent that runs: status and undo-all.
//
// Thread rule: called once each, from main.
#pragma once

#include <string>

#include "base/result.h"

namespace cutset::agent {

/// The status of the agent at the socket as text for people or as JSON. Error: nobody
/// serves it.
Result<std::string> status_text(const std::string& socket_path, bool json);

/// Asks the agent to lift every fault and end every process. Returns what it did, for
/// people.
Result<std::string> ask_to_undo_all(const std::string& socket_path);

/// `undo-all`: asks the agent that uses the state folder, or, if there is none any more,
/// undoes by its intent log. `socket_path` may be empty: the intent log knows it. Returns
/// what was done, for people.
Result<std::string> undo_all(const std::string& state, const std::string& socket_path);

}  // namespace cutset::agent
