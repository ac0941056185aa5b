#include "agent/framing/length_prefix.h"

#include <algorithm>

#include "agent/framing/payload_label.h"
#include "base/check.h"

namespace cutset::agent::framing {

LengthPrefixFramer::LengthPrefixFramer(const LengthPrefix& prefix, bool from_start)
    : prefix_(prefix) {
  CHECK(prefix.width >= 1 && prefix.width <= 8 && prefix.label_size <= kLabelBytes &&
        prefix.label_at <= kLongestChained);
  synchronised_ = from_start;
}

/// Of the payload; ~0: no length that a message can have.
uint64_t LengthPrefixFramer::length_at(std::string_view bytes) const {
  uint64_t value = 0;
  for (unsigned i = 0; i < prefix_.width; ++i) {
    const unsigned at = prefix_.big_endian ? i : prefix_.width - 1 - i;
    value = value << 8 | static_cast<unsigned char>(bytes[at]);
  }
  if (prefix_.includes_itself) {
    if (value < prefix_.width) return ~uint64_t{0};
    value -= prefix_.width;
  }
  return value;
}

void LengthPrefixFramer::label_now(std::vector<Event>& events) {
  std::string_view payload(head_);
  payload.remove_prefix(std::min<size_t>(prefix_.label_at, payload.size()));
  message_ = label(begin_, payload_label(payload.substr(0, prefix_.label_size)), events);
  labelled_ = true;
}

void LengthPrefixFramer::end_if_complete(std::vector<Event>& events) {
  if (left_ > 0) return;
  if (!labelled_) label_now(events);
  end(message_, offset_, events);
  in_payload_ = labelled_ = false;
  head_.clear();
}

void LengthPrefixFramer::lose(std::vector<Event>& events) {
  if (labelled_) broken(message_, offset_, events);
  synchronised_ = in_payload_ = labelled_ = false;
  head_.clear();
}

size_t LengthPrefixFramer::read(std::string_view bytes, std::vector<Event>& events) {
  if (!in_payload_) {
    if (head_.empty()) begin_ = offset_;
    const size_t taken = std::min<size_t>(prefix_.width - head_.size(), bytes.size());
    head_ += bytes.substr(0, taken);
    offset_ += taken;
    if (head_.size() < prefix_.width) return taken;
    length_ = left_ = length_at(head_);
    head_.clear();
    if (length_ > kLongestMessage) {
      lose(events);
      return taken;
    }
    in_payload_ = true;
    end_if_complete(events);
    return taken;
  }
  const auto taken = static_cast<size_t>(std::min<uint64_t>(left_, bytes.size()));
  const size_t wanted = prefix_.label_at + prefix_.label_size;
  if (!labelled_) {
    // In two steps, so that the label comes at the same byte however the bytes are cut.
    const size_t piece = std::min(taken, wanted - head_.size());
    head_ += bytes.substr(0, piece);
    offset_ += piece;
    left_ -= piece;
    if (head_.size() == wanted) label_now(events);
    end_if_complete(events);
    return piece;
  }
  offset_ += taken;
  left_ -= taken;
  end_if_complete(events);
  return taken;
}

bool LengthPrefixFramer::find() {
  size_t start = 0;
  const auto undecided_or_found = [&](bool& found) {
    uint64_t at = start;
    for (unsigned i = 0; i < kChain; ++i) {
      if (at - start + prefix_.width > kWindow) return false;
      if (at + prefix_.width > window_.size()) return true;
      const uint64_t length = length_at(std::string_view(window_).substr(at));
      if (length < 1 || length > kLongestChained) return false;
      at += prefix_.width + length;
    }
    found = true;
    return true;
  };
  bool found = false;
  while (start < window_.size() && !undecided_or_found(found)) ++start;
  window_.erase(0, start);
  return found;
}

void LengthPrefixFramer::feed(std::string_view bytes, std::vector<Event>& events) {
  std::string held;           // what the window gave back
  std::string_view replayed;  // of held, before `bytes`
  while (!replayed.empty() || !bytes.empty()) {
    std::string_view& next = replayed.empty() ? bytes : replayed;
    if (synchronised_) {
      next.remove_prefix(read(next, events));
      continue;
    }
    // A window at a time: what a call is given may be larger than what may be kept.
    const size_t piece = std::min(next.size(), kWindow);
    window_ += next.substr(0, piece);
    next.remove_prefix(piece);
    offset_ += piece;
    if (!find()) continue;
    synchronised_ = true;
    offset_ -= window_.size();
    window_ += replayed;
    held.swap(window_);
    window_.clear();
    replayed = held;
  }
  // Of a message without a label only its beginning is held.
  settled_ =
      synchronised_ && !labelled_ && (in_payload_ || !head_.empty()) ? begin_ : offset_;
}

void LengthPrefixFramer::skip(uint64_t count, std::vector<Event>& events) {
  if (count == 0) return;
  const bool survives = synchronised_ && in_payload_ && labelled_ && count <= left_;
  if (survives) {
    left_ -= count;
    offset_ += count;
    end_if_complete(events);
  } else {
    lose(events);
    window_.clear();
    offset_ += count;
  }
  settled_ = offset_;
}

}  // namespace cutset::agent::framing
