// A campaign's experiments on a live system: services as processes, faults in the agent's
// proxies.
//
// Life: construct, start(), calibrate(), run() as often as wanted, destroy (everything is
// undone and every process ended). A run goes: everything up -> reset -> schedule
// written, read back and armed -> workload -> collected (faults are lifted by that) ->
// judged.
//
// Invariants:
// 1. When run() returns, no fault is armed, whatever it returns.
// 2. What is armed is what was read back from <state>/schedules/<run>.yml.
//
// Thread rule: one owner thread; request_stop() from any thread or signal handler.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/result.h"
#include "campaign/experimenter.h"
#include "injector/address_book.h"
#include "injector/config.h"
#include "injector/span_source.h"

namespace cutset::injector {

struct LiveOptions {
  std::string state_folder = ".cutset";  // schedules, logs, the agent's state
  std::string agent_socket;  // of an agent that runs already; "": one is started for us
  std::string agent_binary;  // "": beside this executable, or CUTSET_AGENT
  std::optional<HostsConfig> hosts;  // instead of the file's
  SpanSource* spans = nullptr;       // must outlive the experimenter
};

class LiveExperimenter : public campaign::Experimenter {
 public:
  LiveExperimenter(Config config, LiveOptions options);
  ~LiveExperimenter() override;

  /// Starts the agent and the system. Error: unavailable (what is not ready, why, the end
  /// of its log), interrupted; nothing is left running after destruction.
  Status start();

  /// Fault-free runs that decide which points carry a content key. Without it no point
  /// does.
  Status calibrate();

  /// Error: unavailable (a service is not ready, a reset failed, the agent is lost),
  /// interrupted, bad_input (a planned event that is not a call).
  Result<campaign::ExperimentResult> run(const campaign::FaultSet& planned,
                                         const campaign::RunOptions& options) override;

  /// The running experiment ends soon with Error::interrupted, and so does every later
  /// one.
  void request_stop();

  const Config& config() const;
  /// Requires: start() succeeded.
  const AddressBook& addresses() const;
  /// "callee:signature", after calibrate().
  const std::set<std::string>& keyed_points() const;
  /// So that a later process can go on with the same identities (`--resume`).
  void set_keyed_points(std::set<std::string> points);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutset::injector
