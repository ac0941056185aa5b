// The records of plays as results: text, HTML, FaultSee's files.
// Thread rule: each call is independent.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"

namespace cutset::cli {

/// The text of the record to stdout.
Status print_play(const std::string& folder, const GlobalOptions& global);

/// One record, or several beside each other. `format`: text, json (one record only),
/// html.
Result<std::string> render_plays(const std::vector<std::string>& folders,
                                 const std::string& format, bool color);

/// FaultSee's seven result files into `target`, which is made.
Status write_faultsee_files(const std::string& folder, const std::string& target);

}  // namespace cutset::cli
