#include "ingest/span_batch.h"

#include <random>

#include "base/text.h"

namespace cutset::ingest {

namespace {

uint64_t mixed(uint64_t word) {
  word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  word = (word ^ (word >> 27U)) * 0x94d049bb133111ebULL;
  return word ^ (word >> 31U);
}

}  // namespace

uint64_t keyed_hash(uint64_t first, uint64_t second) {
  static const uint64_t kKey =
      (uint64_t{std::random_device{}()} << 32U) ^ std::random_device{}();
  return mixed(mixed(first ^ kKey) + second);
}

void SpanBatch::add(const lineage::SpanView& span) {
  // Only what same_identity() compares: what else differs in a repeat does not count.
  const uint64_t what =
      (uint64_t{span.service.size() & 0xFFFFU} << 8U) | static_cast<uint64_t>(span.kind);
  lineage::pack_span(span, keyed_hash(span.id, what), bytes_);
  ++spans_;
}

void SpanBatch::reject(std::string_view reason) {
  if (rejected_++ == 0) first_reason_ = one_line(reason);
}

}  // namespace cutset::ingest
