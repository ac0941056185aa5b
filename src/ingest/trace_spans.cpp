#include "ingest/trace_spans.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace cutset::ingest {

namespace {

// Most traces are small; a large one must not be all rest.
constexpr size_t kFirstBlock = 1 << 10;
constexpr size_t kLargestBlock = 64 << 10;
constexpr size_t kFirstSlots = 16;

}  // namespace

size_t TraceSpans::slot_of(const std::vector<const char*>& slots,
                           const PackedSpan& span) {
  const size_t mask = slots.size() - 1;
  size_t slot = span.hash() & mask;
  while (slots[slot] != nullptr && !PackedSpan(slots[slot]).same_identity(span)) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

bool TraceSpans::contains(const PackedSpan& span) const {
  return !slots_.empty() && slots_[slot_of(slots_, span)] != nullptr;
}

bool TraceSpans::fits(size_t span_bytes) const {
  return !blocks_.empty() && blocks_.back().size - blocks_.back().used >= span_bytes;
}

size_t TraceSpans::next_block(size_t span_bytes) const {
  const size_t usual =
      blocks_.empty() ? kFirstBlock : std::min(2 * blocks_.back().size, kLargestBlock);
  return std::max(usual, span_bytes);
}

size_t TraceSpans::next_slots() const {
  return slots_.empty() ? kFirstSlots : 2 * slots_.size();
}

size_t TraceSpans::growth(size_t span_bytes) const {
  const size_t block = fits(span_bytes) ? 0 : next_block(span_bytes);
  const size_t slots = slots_full() ? next_slots() - slots_.size() : 0;
  return block + slots * sizeof(const char*);
}

void TraceSpans::grow_slots() {
  std::vector<const char*> larger(next_slots(), nullptr);
  bytes_ += (larger.size() - slots_.size()) * sizeof(const char*);
  for (const char* span : slots_) {
    if (span != nullptr) larger[slot_of(larger, PackedSpan(span))] = span;
  }
  slots_ = std::move(larger);
}

void TraceSpans::add(const PackedSpan& span) {
  const size_t size = span.size();
  if (slots_full()) grow_slots();
  if (!fits(size)) {
    Block block;
    block.size = next_block(size);
    block.bytes.reset(new char[block.size]);
    bytes_ += block.size;
    blocks_.push_back(std::move(block));
  }
  Block& block = blocks_.back();
  char* place = block.bytes.get() + block.used;
  std::memcpy(place, span.bytes(), size);
  block.used += size;
  const size_t slot = slot_of(slots_, span);
  CHECK(slots_[slot] == nullptr);
  slots_[slot] = place;
  ++count_;
}

void TraceSpans::unpack(lineage::SpanSink& sink) const {
  for (const Block& block : blocks_) {
    for (size_t at = 0; at < block.used;) {
      const PackedSpan span(block.bytes.get() + at);
      span.unpack(sink);
      at += span.size();
    }
  }
}

}  // namespace cutset::ingest
