// Folders that instances keep their data in: <state>/data/<name>, empty when they are
// given, gone with the lease that they were given under.
//
// Thread rule: free functions without state.
#pragma once

#include <string>

#include "base/result.h"

namespace cutset::agent {

/// A new empty folder (0700); what an earlier one held is removed. Requires: `name` was
/// checked (validate.h). Returns its path.
Result<std::string> make_data_folder(const std::string& state_folder,
                                     const std::string& name);

/// Removes all of them. Symbolic links are removed, not followed. Error: something
/// stays; nothing to remove is fine.
Status remove_data_folders(const std::string& state_folder);

}  // namespace cutset::agent
