// `cutset replay` of a finding of a campaign on nodes. Thread rule: main thread.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "injector/config.h"
#include "injector/finding_file.h"

namespace cutset::cli {

struct NodesReplay {
  injector::Finding finding;  // with `nodes`
  std::string file;           // in which it was
  injector::Config config;
  std::string state;
  int times = 1;
};

/// The exit code, as of `cutset replay`.
int replay_nodes(const NodesReplay& replay, Progress& progress,
                 const GlobalOptions& global);

}  // namespace cutset::cli
