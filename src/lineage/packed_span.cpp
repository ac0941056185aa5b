#include "lineage/packed_span.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

#include "lineage/span_table.h"

namespace cutset::lineage {

namespace {

/// The texts follow it: service, operation, peer; a Lengths with its two texts for each
/// attribute; the links. Not aligned in memory, hence copied out.
struct Head {
  uint32_t size = 0;  // of everything
  uint16_t service = 0;
  uint16_t operation = 0;
  uint64_t hash = 0;
  TraceId trace;
  SpanId id = 0;
  SpanId parent = 0;
  int64_t start_ns = 0;
  int64_t end_ns = 0;
  uint16_t peer = 0;
  uint16_t attributes = 0;
  uint16_t links = 0;
  SpanKind kind{};
  SpanStatus status{};
  bool shared = false;
  bool follows_from = false;
  bool twin = false;
};

struct Lengths {
  uint16_t key = 0;
  uint16_t value = 0;
};

template <typename T>
T value_at(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

std::string_view name(std::string_view text) {
  return SpanTable::cut(text, SpanTable::kLongestName);
}
std::string_view value(std::string_view text) {
  return SpanTable::cut(text, SpanTable::kLongestValue);
}

class Writer {
 public:
  explicit Writer(char* at) : at_(at) {}
  void write(std::string_view text) {
    if (!text.empty()) std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  template <typename T>
  void write_value(const T& value) {
    std::memcpy(at_, &value, sizeof value);
    at_ += sizeof value;
  }

 private:
  char* at_;
};

}  // namespace

void pack_span(const SpanView& span, uint64_t hash, std::string& bytes) {
  // Noise is dropped by the table that the spans end in; here only room for it is
  // bounded.
  constexpr size_t kMostAttributes = 4 * SpanTable::kMostAttributes;
  const auto attributes =
      span.attributes.first(std::min(span.attributes.size(), kMostAttributes));
  const auto links = span.links.first(std::min(span.links.size(), SpanTable::kMostLinks));
  Head head;
  head.service = static_cast<uint16_t>(name(span.service).size());
  head.operation = static_cast<uint16_t>(name(span.operation).size());
  head.peer = static_cast<uint16_t>(name(span.peer).size());
  head.attributes = static_cast<uint16_t>(attributes.size());
  head.links = static_cast<uint16_t>(links.size());
  head.trace = span.trace;
  head.id = span.id;
  head.parent = span.parent;
  head.start_ns = span.start_ns;
  head.end_ns = span.end_ns;
  head.kind = span.kind;
  head.status = span.status;
  head.shared = span.shared;
  head.follows_from = span.follows_from;
  head.twin = span.twin;
  head.hash = hash;
  size_t size = sizeof head + head.service + head.operation + head.peer +
                links.size() * sizeof(SpanLink);
  for (const SpanAttribute& attribute : attributes) {
    size += sizeof(Lengths) + name(attribute.key).size() + value(attribute.value).size();
  }
  head.size = static_cast<uint32_t>(size);

  const size_t begin = bytes.size();
  bytes.resize(begin + size);
  Writer writer(bytes.data() + begin);
  writer.write_value(head);
  writer.write(name(span.service));
  writer.write(name(span.operation));
  writer.write(name(span.peer));
  for (const SpanAttribute& attribute : attributes) {
    const std::string_view key = name(attribute.key);
    const std::string_view text = value(attribute.value);
    writer.write_value(
        Lengths{static_cast<uint16_t>(key.size()), static_cast<uint16_t>(text.size())});
    writer.write(key);
    writer.write(text);
  }
  for (const SpanLink& link : links) writer.write_value(link);
}

size_t PackedSpan::size() const {
  return value_at<uint32_t>(bytes_ + offsetof(Head, size));
}
TraceId PackedSpan::trace() const {
  return value_at<TraceId>(bytes_ + offsetof(Head, trace));
}
uint64_t PackedSpan::hash() const {
  return value_at<uint64_t>(bytes_ + offsetof(Head, hash));
}

bool PackedSpan::same_identity(const PackedSpan& other) const {
  const auto ours = value_at<Head>(bytes_);
  const auto theirs = value_at<Head>(other.bytes_);
  return ours.hash == theirs.hash && ours.id == theirs.id && ours.kind == theirs.kind &&
         ours.trace == theirs.trace && ours.service == theirs.service &&
         std::memcmp(bytes_ + sizeof(Head), other.bytes_ + sizeof(Head), ours.service) ==
             0;
}

void PackedSpan::unpack(SpanSink& sink) const {
  const auto head = value_at<Head>(bytes_);
  const char* at = bytes_ + sizeof(Head);
  const auto take = [&at](size_t bytes) {
    const std::string_view text(at, bytes);
    at += bytes;
    return text;
  };
  SpanView span;
  span.trace = head.trace;
  span.id = head.id;
  span.parent = head.parent;
  span.shared = head.shared;
  span.follows_from = head.follows_from;
  span.twin = head.twin;
  span.kind = head.kind;
  span.status = head.status;
  span.start_ns = head.start_ns;
  span.end_ns = head.end_ns;
  span.service = take(head.service);
  span.operation = take(head.operation);
  span.peer = take(head.peer);
  std::vector<SpanAttribute> attributes(head.attributes);
  for (SpanAttribute& attribute : attributes) {
    const auto lengths = value_at<Lengths>(take(sizeof(Lengths)).data());
    attribute.key = take(lengths.key);
    attribute.value = take(lengths.value);
  }
  std::vector<SpanLink> links(head.links);
  for (SpanLink& link : links) {
    link = value_at<SpanLink>(take(sizeof link).data());
  }
  span.attributes = attributes;
  span.links = links;
  sink.add(span);
}

}  // namespace cutset::lineage
