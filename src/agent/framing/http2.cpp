#include "agent/framing/http2.h"

#include <algorithm>
#include <utility>

#include <nghttp2/nghttp2.h>

#include "base/check.h"

namespace cutset::agent::framing {

namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr size_t kHeadSize = 9;
// Larger than what any common peer allows its encoder; its own updates say what is in
// use.
constexpr size_t kHeaderTable = 64 * 1024;
constexpr size_t kFieldKept = 256;

enum Type : uint8_t {
  kData = 0,
  kHeaders = 1,
  kPriority = 2,
  kResetStream = 3,
  kSettings = 4,
  kPushPromise = 5,
  kPing = 6,
  kGoAway = 7,
  kWindowUpdate = 8,
  kContinuation = 9,
};
constexpr uint8_t kEndStream = 0x1;
constexpr uint8_t kEndHeaders = 0x4;
constexpr uint8_t kPadded = 0x8;
constexpr uint8_t kWithPriority = 0x20;

uint32_t number(std::string_view bytes) {
  uint32_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

struct Head {
  uint32_t length;
  uint8_t type;
  uint8_t flags;
  uint32_t stream;  // with the reserved bit

  explicit Head(std::string_view bytes)
      : length(number(bytes.substr(0, 3))),
        type(static_cast<uint8_t>(bytes[3])),
        flags(static_cast<uint8_t>(bytes[4])),
        stream(number(bytes.substr(5, 4))) {}
};

/// Whether a head that was found in the middle can be one (RFC 9113, 6).
bool plausible(const Head& head) {
  if (head.length > Http2Framer::kLongestFrame || head.stream > 0x7fffffff) return false;
  const bool on_stream = head.stream != 0;
  switch (head.type) {
    case kData:
      return on_stream && (head.flags & ~(kEndStream | kPadded)) == 0 &&
             (head.length > 0 || head.flags != 0);
    case kHeaders:
      return on_stream && head.length > 0 &&
             (head.flags & ~(kEndStream | kEndHeaders | kPadded | kWithPriority)) == 0;
    case kPriority:
      return on_stream && head.length == 5 && head.flags == 0;
    case kResetStream:
      return on_stream && head.length == 4 && head.flags == 0;
    case kSettings:
      return !on_stream && head.length % 6 == 0 && head.flags <= 1;
    case kPushPromise:
      return on_stream && head.length > 4 && (head.flags & ~(kEndHeaders | kPadded)) == 0;
    case kPing:
      return !on_stream && head.length == 8 && head.flags <= 1;
    case kGoAway:
      return !on_stream && head.length >= 8 && head.flags == 0;
    case kWindowUpdate:
      return head.length == 4 && head.flags == 0;
    case kContinuation:
      return on_stream && (head.flags & ~kEndHeaders) == 0;
    default:
      return false;
  }
}

}  // namespace

Http2Framer::Http2Framer(Side side, bool from_start) : side_(side) {
  synchronised_ = from_start;
  if (!from_start) return;
  if (side != Side::kAnswer) preface_ = kPreface.size();
  CHECK(nghttp2_hd_inflate_new(&inflater_) == 0);
  nghttp2_hd_inflate_change_table_size(inflater_, kHeaderTable);
}

Http2Framer::~Http2Framer() {
  drop_inflater();
}

void Http2Framer::drop_inflater() {
  if (inflater_ != nullptr) nghttp2_hd_inflate_del(inflater_);
  inflater_ = nullptr;
}

void Http2Framer::lose(std::vector<Event>& events) {
  for (const auto& [stream, message] : open_) broken(message, offset_, events);
  open_.clear();
  drop_inflater();
  preface_ = 0;
  head_.clear();
  window_.clear();
  left_ = 0;
  in_headers_ = false;
  synchronised_ = false;
}

void Http2Framer::take_field(std::string_view name, std::string_view value) {
  value = value.substr(0, kFieldKept);
  if (name == ":method") headers_.method = value;
  if (name == ":path") headers_.path = value.substr(0, value.find_first_of("?#"));
  if (name == ":status") headers_.status = value;
}

void Http2Framer::inflate(std::string_view fragment, bool last) {
  headers_.size += fragment.size();
  while (inflater_ != nullptr) {
    nghttp2_nv field;
    int flags = 0;
    const ssize_t used = nghttp2_hd_inflate_hd2(
        inflater_, &field, &flags, reinterpret_cast<const uint8_t*>(fragment.data()),
        fragment.size(), last ? 1 : 0);
    if (used < 0 || headers_.size > kLongestHeaders) {
      drop_inflater();
      return;
    }
    fragment.remove_prefix(static_cast<size_t>(used));
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
      take_field({reinterpret_cast<const char*>(field.name), field.namelen},
                 {reinterpret_cast<const char*>(field.value), field.valuelen});
    }
    if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) {
      nghttp2_hd_inflate_end_headers(inflater_);
      return;
    }
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0 && fragment.empty()) return;
  }
}

void Http2Framer::end_stream(uint32_t stream, std::vector<Event>& events) {
  const auto open = open_.find(stream);
  if (open == open_.end()) return;
  end(open->second, offset_, events);
  open_.erase(open);
}

void Http2Framer::headers_complete(std::vector<Event>& events) {
  in_headers_ = false;
  const bool interim = headers_.status.starts_with('1');
  if (headers_.stream != 0 && !interim && !open_.contains(headers_.stream)) {
    std::string text = "stream";
    if (!headers_.status.empty()) text = "answer " + headers_.status;
    if (!headers_.method.empty()) text = headers_.method + " " + headers_.path;
    if (open_.size() == kMostStreams) {
      broken(open_.begin()->second, offset_, events);
      open_.erase(open_.begin());
    }
    open_[headers_.stream] = label(headers_.begin, text, events);
  }
  if (headers_.ends_stream) end_stream(headers_.stream, events);
}

void Http2Framer::begin_frame(std::vector<Event>& events) {
  const Head head(head_);
  left_ = head.length;
  type_ = head.type;
  flags_ = head.flags;
  stream_ = head.stream & 0x7fffffff;
  padding_ = 0;
  before_ = 0;
  padding_known_ = true;
  const bool continues = type_ == kContinuation;
  if ((found_ && !plausible(head)) || continues != in_headers_ ||
      (continues && stream_ != headers_.stream && headers_.stream != 0)) {
    lose(events);
    return;
  }
  const bool has_block = type_ == kHeaders || type_ == kPushPromise;
  if (has_block || type_ == kData) padding_known_ = (flags_ & kPadded) == 0;
  if (type_ == kHeaders && (flags_ & kWithPriority) != 0) before_ = 5;
  if (type_ == kPushPromise) before_ = 4;
  if (!has_block) return;
  in_headers_ = true;
  headers_ = {};
  headers_.begin = offset_ - kHeadSize;
  // A promise says nothing about a message of its own: 0 is no stream.
  headers_.stream = type_ == kHeaders ? stream_ : 0;
  headers_.ends_stream = type_ == kHeaders && (flags_ & kEndStream) != 0;
}

void Http2Framer::frame_complete(std::vector<Event>& events) {
  head_.clear();
  if (in_headers_ && (flags_ & kEndHeaders) != 0) {
    inflate("", true);
    headers_complete(events);
  } else if (type_ == kData && (flags_ & kEndStream) != 0) {
    end_stream(stream_, events);
  } else if (type_ == kResetStream) {
    end_stream(stream_, events);
  }
}

size_t Http2Framer::read(std::string_view bytes, std::vector<Event>& events) {
  if (preface_ > 0) {
    const size_t taken = std::min(preface_, bytes.size());
    for (size_t i = 0; i < taken; ++i) {
      if (bytes[i] != kPreface[kPreface.size() - preface_]) {
        lose(events);
        return i;
      }
      --preface_;
      ++offset_;
    }
    return taken;
  }
  if (head_.size() < kHeadSize) {
    const size_t taken = std::min(kHeadSize - head_.size(), bytes.size());
    head_ += bytes.substr(0, taken);
    offset_ += taken;
    if (head_.size() == kHeadSize) {
      begin_frame(events);
      if (synchronised_ && left_ == 0) frame_complete(events);
    }
    return taken;
  }
  size_t taken = 0;
  if (!padding_known_) {
    padding_ = static_cast<unsigned char>(bytes[0]);
    padding_known_ = true;
    taken = 1;
    if (padding_ + before_ + 1 > left_) {
      ++offset_;
      lose(events);
      return 1;
    }
  } else if (before_ > 0) {
    taken = std::min<size_t>({before_, left_, bytes.size()});
    before_ -= static_cast<unsigned>(taken);
  } else if (left_ > padding_) {
    taken = std::min<size_t>(left_ - padding_, bytes.size());
    if (in_headers_) inflate(bytes.substr(0, taken), false);
  } else {
    taken = std::min<size_t>(left_, bytes.size());
  }
  offset_ += taken;
  left_ -= static_cast<uint32_t>(taken);
  if (left_ == 0) frame_complete(events);
  return taken;
}

/// True: the window begins with a frame.
bool Http2Framer::find() {
  size_t start = 0;
  bool found = false;
  const auto undecided_or_found = [&] {
    size_t at = start;
    for (unsigned i = 0; i < kChain; ++i) {
      if (at + kHeadSize > window_.size()) return true;
      const Head head(std::string_view(window_).substr(at, kHeadSize));
      if (!plausible(head) || (i == 0 && head.type == kContinuation)) return false;
      at += kHeadSize + head.length;
    }
    found = true;
    return true;
  };
  while (start < window_.size() && !undecided_or_found()) ++start;
  window_.erase(0, start);
  return found;
}

void Http2Framer::feed(std::string_view bytes, std::vector<Event>& events) {
  std::string held;           // what the window gave back
  std::string_view replayed;  // of held, before `bytes`
  while (!replayed.empty() || !bytes.empty()) {
    std::string_view& next = replayed.empty() ? bytes : replayed;
    if (synchronised_) {
      next.remove_prefix(read(next, events));
      continue;
    }
    const size_t piece = std::min(next.size(), kWindow);
    window_ += next.substr(0, piece);
    next.remove_prefix(piece);
    offset_ += piece;
    if (!find()) continue;
    synchronised_ = found_ = true;
    offset_ -= window_.size();
    window_ += replayed;
    held.swap(window_);
    window_.clear();
    replayed = held;
  }
  settled_ = offset_;
  if (!synchronised_) return;
  if (head_.size() < kHeadSize) settled_ -= head_.size();
  if (in_headers_) settled_ = headers_.begin;
}

void Http2Framer::skip(uint64_t count, std::vector<Event>& events) {
  if (count == 0) return;
  const bool survives = synchronised_ && type_ == kData && head_.size() == kHeadSize &&
                        padding_known_ && count <= left_;
  if (survives) {
    offset_ += count;
    left_ -= static_cast<uint32_t>(count);
    if (left_ == 0) frame_complete(events);
  } else {
    lose(events);
    offset_ += count;
  }
  settled_ = offset_;
}

}  // namespace cutset::agent::framing
