// The verdict of every outcome after a run (docs/cutset-yaml.md, outcomes and accepted).
//
// What the workload answered is judged at once. http, command and log are asked again
// until they hold or their `within` has passed; each question has at least
// kShortestQuestion, so that a busy machine changes no verdict. If something did not hold
// and every condition of one degradation holds, what did not hold is accepted.
//
// Thread rule: one owner thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "campaign/experimenter.h"
#include "injector/address_book.h"
#include "injector/config.h"
#include "injector/expectation.h"
#include "injector/http_client.h"
#include "injector/stop_signal.h"
#include "injector/workload.h"

namespace cutset::injector {

constexpr Milliseconds kShortestQuestion{2000};

class Judge {
 public:
  /// The output of a service since the run began.
  using LogReader = std::function<Result<std::string>(const std::string& service)>;

  /// Everything given must outlive the judge.
  Judge(const Config& config, const AddressBook& addresses, HttpClient& client,
        LogReader log, const StopSignal& stop)
      : config_(config),
        addresses_(addresses),
        client_(client),
        log_(std::move(log)),
        stop_(stop) {}

  /// One result for each outcome, in the order of cutset.yaml. `degradation` (may be
  /// nullptr) gets the name of the one that was accepted. Error: interrupted, the agent
  /// is lost.
  Result<std::vector<campaign::OutcomeResult>> judge(const WorkloadAnswer& answer,
                                                     std::string* degradation);

 private:
  Result<Comparison> ask(const CheckConfig& check, const WorkloadAnswer& answer);
  Result<Comparison> ask_http(const CheckConfig& check);
  Result<Comparison> ask_command(const CheckConfig& check);
  Result<Comparison> ask_log(const CheckConfig& check);
  Result<Comparison> ask_history(const CheckConfig& check, const WorkloadAnswer& answer);
  Status judge_history(const CheckConfig& check, const WorkloadAnswer& answer,
                       campaign::OutcomeResult& result);
  Result<bool> all_hold(const DegradationConfig& degradation,
                        const WorkloadAnswer& answer);
  bool answer_fits(const DegradationConfig& degradation,
                   const WorkloadAnswer& answer) const;

  const Config& config_;
  const AddressBook& addresses_;
  HttpClient& client_;
  LogReader log_;
  const StopSignal& stop_;
};

}  // namespace cutset::injector
