// The receiver of OTLP over gRPC: exporters of the system under test send their spans
// here.
//
// What it answers (OTLP specification): OK, with partial_success where spans have no
// valid identity; INVALID_ARGUMENT for bytes that are no request; RESOURCE_EXHAUSTED
// above 64 MiB. Sending again is harmless.
//
// Thread rule: safe from any thread; gRPC has threads of its own, which are gone after
// the destructor.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "ingest/span_store.h"

namespace cutset::ingest {

class OtlpReceiver {
 public:
  struct Options {
    std::string address = "127.0.0.1:0";  // port 0: a free one
    SpanStore::Limits limits;
  };

  /// Error: unavailable, if nothing can listen there.
  static Result<std::unique_ptr<OtlpReceiver>> start(const Options& options);
  ~OtlpReceiver();
  OtlpReceiver(const OtlpReceiver&) = delete;
  OtlpReceiver& operator=(const OtlpReceiver&) = delete;

  /// "host:port" with the real port.
  const std::string& address() const;
  SpanStore& store();

 private:
  class Impl;
  explicit OtlpReceiver(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutset::ingest
