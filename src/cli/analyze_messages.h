// `cutset analyze --messages FILE`: what a recording of messages between nodes shows.
// Thread rule: main thread.
#pragma once

#include <string>

#include "cli/command.h"

namespace cutset::cli {

struct MessagesOptions {
  std::string file;
  std::string write;  // "": the first that is lost, else one in the middle
  std::string html;
};

/// Returns: the exit code.
int analyze_messages(const MessagesOptions& options, const GlobalOptions& global);

}  // namespace cutset::cli
