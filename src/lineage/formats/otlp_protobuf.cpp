// Files of OTLP protobuf messages: one TracesData, or many of them, each behind its
// length in 4 bytes (the collector's file exporter). Its documents leave the byte order
// open and writers of both kinds exist: big-endian is tried first. Neither form has a
// magic number, so a file is recognised by walking its first fields.
//
// Memory: one message, or one ResourceSpans of a file without lengths.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "lineage/formats/otlp_spans.h"
#include "lineage/formats/protobuf_wire.h"
#include "lineage/formats/readers.h"

namespace cutset::lineage {

namespace {

enum class Framing { kNone, kBigEndian, kLittleEndian };

constexpr size_t kLengthBytes = 4;
constexpr size_t kMostVarint = 10;
constexpr uint32_t kGroup = wire_tag(1, WireType::kBytes);  // of a TracesData

uint32_t frame_length(std::string_view bytes, Framing framing) {
  uint32_t length = 0;
  for (size_t i = 0; i < kLengthBytes; ++i) {
    const size_t place = framing == Framing::kBigEndian ? i : kLengthBytes - 1 - i;
    length = (length << 8U) | static_cast<unsigned char>(bytes[place]);
  }
  return length;
}

/// A tag or a length at the front of `bytes`. `size`: how many bytes it has; 0: it is cut
/// off or none.
uint64_t front_varint(std::string_view bytes, size_t& size) {
  uint64_t value = 0;
  size = 0;
  for (size_t i = 0; i < bytes.size() && i < kMostVarint; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    value |= static_cast<uint64_t>(byte & 0x7FU) << (7U * i);
    if (byte >= 0x80U) continue;
    size = i + 1;
    break;
  }
  return value;
}

enum class Looks { kNo, kYes, kCutOff };

/// Is there a field of one of these `tags` at the front of a message of `claimed` bytes,
/// of which `bytes` are the first? `content` and `content_bytes`: what is in it.
template <size_t N>
Looks front_field(std::string_view bytes, uint64_t claimed,
                  const std::array<uint32_t, N>& tags, std::string_view& content,
                  uint64_t& content_bytes) {
  size_t tag_size = 0;
  const uint64_t tag = front_varint(bytes, tag_size);
  if (tag_size == 0) return bytes.size() < kMostVarint ? Looks::kCutOff : Looks::kNo;
  bool known = false;
  for (const uint32_t wanted : tags) known = known || tag == wanted;
  if (!known) return Looks::kNo;
  bytes.remove_prefix(tag_size);
  size_t length_size = 0;
  content_bytes = front_varint(bytes, length_size);
  if (length_size == 0) return bytes.size() < kMostVarint ? Looks::kCutOff : Looks::kNo;
  bytes.remove_prefix(length_size);
  const uint64_t left = claimed - std::min<uint64_t>(claimed, tag_size + length_size);
  if (content_bytes > left) return Looks::kNo;
  content = bytes.substr(0, content_bytes);
  return Looks::kYes;
}

/// Does a TracesData of `claimed` bytes begin like this? Its first ResourceSpans must
/// begin with a field of its own that fits, and so must what is in that.
bool looks_like_message(std::string_view head, uint64_t claimed) {
  constexpr auto tag = [](uint32_t field) { return wire_tag(field, WireType::kBytes); };
  std::string_view group;
  uint64_t group_bytes = 0;
  const Looks outer = front_field(head, claimed, std::array{tag(1)}, group, group_bytes);
  if (outer != Looks::kYes || group_bytes == 0) return outer == Looks::kYes;
  std::string_view part;
  uint64_t part_bytes = 0;
  const Looks middle =
      front_field(group, group_bytes, std::array{tag(1), tag(2), tag(3), tag(1000)}, part,
                  part_bytes);
  if (middle != Looks::kYes || part_bytes == 0) return middle != Looks::kNo;
  if (static_cast<unsigned char>(group.front()) == tag(3)) return true;  // schema_url
  // Of a Resource: attributes, a number, references. Of a ScopeSpans: scope, spans, text.
  std::string_view inner;
  uint64_t inner_bytes = 0;
  if (front_field(part, part_bytes, std::array{tag(1), tag(2), tag(3)}, inner,
                  inner_bytes) != Looks::kNo) {
    return true;
  }
  return part.front() == static_cast<char>(wire_tag(2, WireType::kVarint));
}

/// How far the lengths of a file agree with each other, as far as it can be seen.
enum class Walk { kBroken, kOpen, kClosed };

/// Is a message of `claimed` bytes filled by its ResourceSpans? What of it is in `head`
/// is taken off.
Walk walk_message(std::string_view& head, uint64_t claimed) {
  while (claimed > 0) {
    std::string_view group;
    uint64_t group_bytes = 0;
    const size_t before = head.size();
    const Looks looks =
        front_field(head, claimed, std::array{kGroup}, group, group_bytes);
    if (looks == Looks::kNo) return Walk::kBroken;
    if (looks == Looks::kCutOff || group.size() < group_bytes) return Walk::kOpen;
    head = std::string_view(
        group.data() + group.size(),
        static_cast<size_t>(head.data() + head.size() - (group.data() + group.size())));
    claimed -= before - head.size();
  }
  return Walk::kClosed;
}

Walk walk_frames(std::string_view head, Framing framing) {
  Walk walk = Walk::kOpen;
  while (head.size() >= kLengthBytes) {
    const uint32_t length = frame_length(head, framing);
    head.remove_prefix(kLengthBytes);
    walk = walk_message(head, length);
    if (walk != Walk::kClosed) return walk;
  }
  return walk;
}

/// The first message that has something in it. 0: there is none, or it is none.
uint32_t first_frame(std::string_view head, Framing framing) {
  // The exporter may write messages without spans.
  while (head.size() >= kLengthBytes) {
    const uint32_t length = frame_length(head, framing);
    head.remove_prefix(kLengthBytes);
    if (length > 0) return looks_like_message(head, length) ? length : 0;
  }
  return 0;
}

std::optional<Framing> framing_of(std::string_view head) {
  if (looks_like_message(head, UINT64_MAX)) return Framing::kNone;
  const uint32_t big = first_frame(head, Framing::kBigEndian);
  const uint32_t little = first_frame(head, Framing::kLittleEndian);
  if (big == 0 && little == 0) return std::nullopt;
  if (little == 0) return Framing::kBigEndian;
  if (big == 0) return Framing::kLittleEndian;
  // The wrong order mostly claims far too much, which nothing at hand contradicts.
  const Walk big_walk = walk_frames(head, Framing::kBigEndian);
  const Walk little_walk = walk_frames(head, Framing::kLittleEndian);
  if (big_walk != little_walk) {
    return big_walk > little_walk ? Framing::kBigEndian : Framing::kLittleEndian;
  }
  return big <= little ? Framing::kBigEndian : Framing::kLittleEndian;
}

class OtlpProtobufReader : public TraceReader {
 public:
  std::string_view name() const override { return "otlp-protobuf"; }
  std::string_view describe() const override {
    return "OTLP protobuf (one TracesData, or a collector's file of them)";
  }
  bool recognises(std::string_view head) const override {
    return framing_of(head).has_value();
  }

  Status read(TraceInput& input, SpanSink& sink) const override {
    CUTSET_ASSIGN(const std::string_view head, input.peek(kHeadBytes));
    const std::optional<Framing> framing = framing_of(head.substr(0, kHeadBytes));
    Status status = !framing || *framing == Framing::kNone
                        ? read_message(input, sink)
                        : read_frames(input, *framing, sink);
    if (status.ok()) return status;
    Error error = status.error();
    if (error.file.empty() && error.kind == ErrorKind::kBadInput)
      error.file = input.name();
    return error;
  }

 private:
  static Error cut_off(uint64_t offset, uint64_t claimed, uint64_t found) {
    return Error::bad_input(fmt::format(
        "byte {}: {} bytes are left of a message of {}: the file is cut off or a length "
        "lies; export it again",
        offset, found, claimed));
  }

  static Status read_frames(TraceInput& input, Framing framing, SpanSink& sink) {
    for (;;) {
      CUTSET_ASSIGN(const std::string_view prefix, input.take(kLengthBytes));
      if (prefix.empty()) return {};
      const uint64_t at = input.offset();
      if (prefix.size() < kLengthBytes) return cut_off(at, kLengthBytes, prefix.size());
      const uint32_t length = frame_length(prefix, framing);
      CUTSET_ASSIGN(const std::string_view message, input.take(length));
      if (message.size() < length) return cut_off(at, length, message.size());
      CUTSET_TRY(spans_from_otlp(message, sink, at + kLengthBytes));
    }
  }

  /// Field by field, so that the whole file is never in memory. Anything but
  /// ResourceSpans at the top is no trace file (the message has no other field).
  static Status read_message(TraceInput& input, SpanSink& sink) {
    uint64_t at = 0;
    for (;;) {
      CUTSET_ASSIGN(std::string_view front, input.peek(1 + kMostVarint));
      front = front.substr(0, 1 + kMostVarint);
      if (front.empty()) return {};
      size_t length_size = 0;
      const uint64_t length = front_varint(front.substr(1), length_size);
      if (static_cast<unsigned char>(front[0]) != kGroup || length_size == 0) {
        return Error::bad_input(fmt::format(
            "byte {}: {}; expected field 1 of a TracesData of opentelemetry-proto 1", at,
            static_cast<unsigned char>(front[0]) != kGroup
                ? "another field, or no protobuf at all"
                : "a length is cut off or longer than 10 bytes"));
      }
      CUTSET_TRY(skip(input, 1 + length_size));
      CUTSET_ASSIGN(const std::string_view group, input.take(length));
      if (group.size() < length) return cut_off(at, length, group.size());
      CUTSET_TRY(spans_from_otlp_group(group, sink, input.offset()));
      at += 1 + length_size + length;
    }
  }

  static Status skip(TraceInput& input, size_t bytes) {
    CUTSET_ASSIGN([[maybe_unused]] const std::string_view skipped, input.take(bytes));
    return {};
  }
};

}  // namespace

const TraceReader& otlp_protobuf_reader() {
  static const OtlpProtobufReader kReader;
  return kReader;
}

}  // namespace cutset::lineage
