// Progress of a check on stderr: a line that is rewritten on a terminal, a line every few
// seconds elsewhere. Thread rule: one thread.
#pragma once

#include <chrono>
#include <string>

#include "cli/command.h"
#include "modelcheck/check.h"

namespace cutset::cli {

class CheckProgress {
 public:
  CheckProgress(bool quiet, const GlobalOptions& global);
  ~CheckProgress() { finish(); }

  void begin(std::string parameters);
  void show(const modelcheck::CheckProgress& now);
  /// Takes the line away: results follow.
  void finish();

 private:
  bool quiet_;
  bool terminal_;
  bool drawn_ = false;
  std::string parameters_;
  std::chrono::steady_clock::time_point begin_;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace cutset::cli
