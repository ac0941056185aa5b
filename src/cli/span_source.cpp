#include "cli/span_source.h"

namespace cutset::cli {

Result<std::unique_ptr<ReceiverSpanSource>> ReceiverSpanSource::start() {
  CUTSET_ASSIGN(auto source, ingest::OtlpSpanSource::start({}));
  return std::unique_ptr<ReceiverSpanSource>(new ReceiverSpanSource(std::move(source)));
}

Status ReceiverSpanSource::listen_at(const std::string& host) {
  ingest::OtlpReceiver::Options options;
  options.address = host + ":0";
  CUTSET_ASSIGN(source_, ingest::OtlpSpanSource::start(options));
  return {};
}

}  // namespace cutset::cli
