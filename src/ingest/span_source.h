// The spans of one run, for whoever runs experiments: announce the run's trace, run it,
// collect. Has the functions of the injector's SpanSource, which this layer may not know.
//
// Thread rule: one caller; the receiver's threads are its own business.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/otlp_receiver.h"
#include "lineage/execution.h"

namespace cutset::ingest {

class OtlpSpanSource {
 public:
  static Result<std::unique_ptr<OtlpSpanSource>> start(
      const OtlpReceiver::Options& options);

  /// "host:port" to which exporters send.
  const std::string& address() const { return receiver_->address(); }

  /// A run with this trace (32 hex digits) begins: what came for others is forgotten.
  void expect(const std::string& trace_id);

  /// Waits until spans show every call of `execution`, `patience` has passed or `stopped`
  /// says so. Returns the calls that spans show and no proxy saw, sorted, without
  /// repeats.
  std::vector<lineage::UnproxiedCall> collect(const lineage::Execution& execution,
                                              std::chrono::milliseconds patience,
                                              const std::function<bool()>& stopped);

  SpanCounts counts() const { return receiver_->store().counts(); }

 private:
  explicit OtlpSpanSource(std::unique_ptr<OtlpReceiver> receiver)
      : receiver_(std::move(receiver)) {}

  std::unique_ptr<OtlpReceiver> receiver_;
};

}  // namespace cutset::ingest
