// The captures that run, one at a time of each network namespace.
//
// Thread rule: thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "cutset/agent/v1/capture.pb.h"

#include "agent/capture/capture.h"
#include "base/result.h"

namespace cutset::agent {

/// Nothing else than what is well-formed and within its bounds.
Status check_request(const v1::StartCaptureRequest& request);
Status check_request(const v1::CollectCaptureRequest& request);

class Captures {
 public:
  static constexpr size_t kMost = 64;

  /// Replaces a capture of another run of the same namespace. Requires: a request that
  /// check_request() finds valid.
  Status start(const v1::StartCaptureRequest& request);
  /// Ends the capture of the run and hands out its records; false from `take` ends that
  /// early.
  Status collect(const v1::CollectCaptureRequest& request,
                 const std::function<bool(const v1::CapturedBatch&)>& take);
  /// Drops all of them.
  void stop_all();

 private:
  struct Running {
    std::string run;
    std::unique_ptr<capture::Capture> capture;
  };
  std::mutex mutex_;
  std::map<std::string, Running> running_;  // by namespace
};

}  // namespace cutset::agent
