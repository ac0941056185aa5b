// What the live experimenter needs of a receiver of spans. Implemented over the OTLP
// receiver of src/ingest; without one (nullptr) executions have no unproxied calls.
//
// Thread rule: the experimenter's thread calls everything here; the receiver's own
// threads are the implementation's business.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "injector/stop_signal.h"
#include "lineage/execution.h"

namespace cutset::injector {

class SpanSource {
 public:
  virtual ~SpanSource() = default;

  /// "host:port" to which exporters send: the value of `${otlp.address}`.
  virtual std::string address() const = 0;

  /// Listens at this IP address instead of 127.0.0.1. Before the first expect().
  virtual Status listen_at(const std::string& host) = 0;

  /// A run with this trace (32 hex digits) begins. Spans of traces that were never
  /// announced, and of earlier ones, need not be kept.
  virtual void expect(const std::string& trace_id) = 0;

  /// Waits until the spans of every call of `execution` have come, `patience` has passed
  /// or `stop` was requested; returns the calls that spans show and no proxy saw, sorted,
  /// without repeats.
  virtual std::vector<lineage::UnproxiedCall> collect(const lineage::Execution& execution,
                                                      std::chrono::milliseconds patience,
                                                      const StopSignal& stop) = 0;
};

}  // namespace cutset::injector
