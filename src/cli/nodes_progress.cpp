#include "cli/nodes_progress.h"

#include <cstdio>

#include <fmt/format.h>

namespace cutset::cli {

namespace {

double seconds(int64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / 1e9;
}

}  // namespace

NodesProgress::NodesProgress(bool terminal, bool quiet)
    : terminal_(terminal), quiet_(quiet), begin_(std::chrono::steady_clock::now()) {}

void NodesProgress::step(const std::string& what) {
  if (terminal_)
    status(what);
  else
    line(what);
}

void NodesProgress::tried(const campaign::nodes::TriedSchedule& tried,
                          const injector::NodeTiming& timing) {
  line(fmt::format(
      "{:>3}  {:<10} {}  [{}; {:.1f} s: start {:.1f}, workload {:.1f}, "
      "settling {:.1f}, end {:.1f}, judging {:.1f}]",
      tried.experiment, tried.state, tried.schedule.text(), tried.purpose,
      seconds(timing.prepare_ns + timing.start_ns + timing.workload_ns +
              timing.settle_ns + timing.end_ns + timing.judge_ns),
      seconds(timing.prepare_ns + timing.start_ns), seconds(timing.workload_ns),
      seconds(timing.settle_ns), seconds(timing.end_ns), seconds(timing.judge_ns)));
  const auto took = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::steady_clock::now() - begin_);
  if (terminal_) {
    status(fmt::format("{} experiments, {} ways of failing, {} s", tried.experiment,
                       found_, took.count()));
  }
}

void NodesProgress::found(const campaign::nodes::MechanismGroup& group) {
  ++found_;
  line(fmt::format("found: {} ({})", group.words, group.main.schedule.text()));
}

void NodesProgress::finish() {
  if (drawn_) std::fputs("\r\033[K", stderr);
  drawn_ = false;
}

void NodesProgress::line(const std::string& text) {
  if (quiet_) return;
  finish();
  std::fprintf(stderr, "%s\n", text.c_str());
}

void NodesProgress::status(const std::string& text) {
  if (quiet_) return;
  finish();
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
  drawn_ = true;
}

}  // namespace cutset::cli
