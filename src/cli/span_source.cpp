#include "cli/span_source.h"

namespace cutset::cli {

Result<std::unique_ptr<ReceiverSpanSource>> ReceiverSpanSource::start() {
  CUTSET_ASSIGN(auto source, ingest::OtlpSpanSource::start({}));
  return std::unique_ptr<ReceiverSpanSource>(new ReceiverSpanSource(std::move(source)));
}

}  // namespace cutset::cli
