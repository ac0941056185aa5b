// Progress of a campaign on nodes on stderr: one line a finished experiment, and on a
// terminal a line below that says what goes on. Thread rule: the campaign's thread.
#pragma once

#include <chrono>
#include <string>

#include "campaign/nodes/node_summary.h"
#include "injector/nodes/live_node_experimenter.h"

namespace cutset::cli {

class NodesProgress {
 public:
  NodesProgress(bool terminal, bool quiet);

  void step(const std::string& what);
  void tried(const campaign::nodes::TriedSchedule& tried,
             const injector::NodeTiming& timing);
  void found(const campaign::nodes::MechanismGroup& group);
  /// Takes the last line away: results follow.
  void finish();

 private:
  void line(const std::string& text);
  void status(const std::string& text);

  const bool terminal_;
  const bool quiet_;
  const std::chrono::steady_clock::time_point begin_;
  int found_ = 0;
  bool drawn_ = false;
};

}  // namespace cutset::cli
