// Progress of a campaign on stderr: a line that is rewritten on a terminal, one line a
// finished experiment elsewhere. Thread rule: the campaign's thread.
#pragma once

#include <chrono>
#include <string>

#include "campaign/campaign.h"

namespace cutset::cli {

class Progress : public campaign::Observer {
 public:
  Progress(bool terminal, bool color, bool quiet, size_t budget);
  ~Progress() override;

  /// A step before the campaign ("starting 15 services").
  void step(const std::string& what);
  /// Takes the progress line away: results follow.
  void finish() { clear(); }

  void experiment_begins(int experiment, const std::string& purpose,
                         const campaign::FaultSet& faults) override;
  void experiment_ends(int experiment, const campaign::FaultSet& fired,
                       campaign::Verdict verdict) override;
  void finding(const campaign::Finding& finding) override;
  void wrong_prediction(const campaign::WrongPrediction& wrong) override;

 private:
  void redraw();
  void clear();
  void line(const std::string& text);

  bool terminal_;
  bool color_;
  bool quiet_;
  size_t budget_;
  std::chrono::steady_clock::time_point begin_;
  int experiment_ = 0;
  int findings_ = 0;
  size_t size_ = 0;
  std::string purpose_;
  std::string status_;
  bool drawn_ = false;
};

}  // namespace cutset::cli
