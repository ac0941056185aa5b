// Joins the OTLP receiver (src/ingest) to what the live experimenter wants
// (src/injector): the two layers do not know each other. Thread rule: as
// injector/span_source.h.
#pragma once

#include <memory>

#include "base/result.h"
#include "ingest/span_source.h"
#include "injector/span_source.h"

namespace cutset::cli {

class ReceiverSpanSource : public injector::SpanSource {
 public:
  /// Error: unavailable, if no port can be opened.
  static Result<std::unique_ptr<ReceiverSpanSource>> start();

  std::string address() const override { return source_->address(); }
  Status listen_at(const std::string& host) override;
  void expect(const std::string& trace_id) override { source_->expect(trace_id); }
  std::vector<lineage::UnproxiedCall> collect(const lineage::Execution& execution,
                                              std::chrono::milliseconds patience,
                                              const injector::StopSignal& stop) override {
    return source_->collect(execution, patience, [&stop] { return stop.requested(); });
  }

 private:
  explicit ReceiverSpanSource(std::unique_ptr<ingest::OtlpSpanSource> source)
      : source_(std::move(source)) {}
  std::unique_ptr<ingest::OtlpSpanSource> source_;
};

}  // namespace cutset::cli
