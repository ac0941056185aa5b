// cutset play without --dry-run: hosts are brought up, the schedule is played on them,
// the record is written, and hosts go again.
//
// Thread rule: one thread.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/command.h"
#include "injector/config.h"
#include "injector/fdsl/plan.h"
#include "injector/play/compile.h"

namespace cutset::cli {

struct PlaySession {
  std::string schedule_file;
  std::string schedule_text;
  const injector::fdsl::Schedule& schedule;
  const injector::fdsl::Plan& plan;
  const injector::play::CompiledPlan& compiled;
  const injector::Config& config;
  const injector::HostsConfig& hosts;
  std::string record;            // folder; "": one of its own below .cutset/plays
  std::string faultsee_results;  // folder; "": none
  std::chrono::milliseconds sample{1000};
};

/// Prints the result to stdout, progress to stderr. Returns the exit code.
int play_on_hosts(const PlaySession& session, const GlobalOptions& global);

}  // namespace cutset::cli
