#include "injector/play/play.h"

#include "injector/play/player.h"

namespace cutset::injector::play {

Player::Player(const CompiledPlan& plan, const PlaySetup& setup, const PlayHooks& hooks,
               const StopSignal& stop)
    : plan_(plan), setup_(setup), hooks_(hooks), stop_(stop) {
  CHECK(plan.problems.empty());
  CHECK(setup.hosts.size() == plan.hosts.size());
  for (size_t i = 0; i < setup.hosts.size(); ++i) {
    CHECK(setup.hosts[i].name == plan.hosts[i].host);
    HostRecord host;
    host.name = setup.hosts[i].name;
    record_.hosts.push_back(std::move(host));
  }
  loaded_.resize(setup.hosts.size());
  seen_.resize(setup.hosts.size());
}

PlayRecord Player::run() {
  record_.run = setup_.run;
  record_.instances = plan_.instances;
  record_.begun_utc_ns = now_utc_ns();
  auto folder = RecordFolder::open(setup_.folder);
  if (!folder) {
    record_.problems.push_back(folder.error());
    record_.reason = "the record cannot be written";
    return std::move(record_);
  }
  folder_ = std::move(*folder);
  for (const auto& [name, content] : setup_.copies) folder_->add_file(name, content);
  ask_time_server_of_schedule();
  if (measure_clocks() && pass_barrier()) {
    play_on();
  }
  close_all();
  conclude();
  if (const std::string problem = folder_->problem(); !problem.empty()) {
    record_.notes.push_back(problem);
  }
  folder_->finish(record_);
  return std::move(record_);
}

PlayRecord play(const CompiledPlan& plan, const PlaySetup& setup, const PlayHooks& hooks,
                const StopSignal& stop) {
  return Player(plan, setup, hooks, stop).run();
}

}  // namespace cutset::injector::play
