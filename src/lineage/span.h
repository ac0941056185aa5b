// A span as every trace format is turned into it (traces.md section 1): the neutral
// record between the readers (formats/) and everything behind them.
//
// A reader fills a SpanView and hands it to a SpanSink; the views in it are valid during
// that call only. Ids are numbers: padding, letter case and base64 end in the reader.
//
// Thread rule: values; a sink belongs to one thread unless it says otherwise.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cutset::lineage {

/// 128 bits. A 64-bit id has high == 0 and equals the padded one.
struct TraceId {
  uint64_t high = 0;
  uint64_t low = 0;

  bool is_zero() const { return high == 0 && low == 0; }
  /// 32 lower-case hex digits.
  std::string text() const;
  /// Spreads traces evenly and in an order that does not depend on the input's.
  uint64_t hash() const;

  friend auto operator<=>(const TraceId&, const TraceId&) = default;
};

using SpanId = uint64_t;  // 0: none

enum class SpanKind : uint8_t {
  kUnspecified,  // the format does not say (also: "local or incomplete" in Zipkin)
  kInternal,
  kServer,
  kClient,
  kProducer,
  kConsumer,
};

enum class SpanStatus : uint8_t { kUnset, kOk, kError };

struct SpanAttribute {
  std::string_view key;
  std::string_view value;  // numbers and booleans as JSON writes them
};

/// A cause that is not the parent. Its trace may be another one.
struct SpanLink {
  TraceId trace;
  SpanId span = 0;
  bool child_of = false;  // the format calls it a parent too

  friend auto operator<=>(const SpanLink&, const SpanLink&) = default;
};

struct SpanView {
  TraceId trace;              // not zero
  SpanId id = 0;              // not zero
  SpanId parent = 0;          // 0: a root
  bool shared = false;        // Zipkin: the server half, with the id of the client half
  bool follows_from = false;  // the parent does not wait for it, by the format's word
  bool twin = false;          // the second half of the record that the span before it is
                              // the first of (one record tells of caller and callee)
  SpanKind kind = SpanKind::kUnspecified;
  SpanStatus status = SpanStatus::kUnset;
  std::string_view service;  // who recorded it; "" if unknown
  std::string_view operation;
  std::string_view peer;  // service name of the other side, where the format has one
  int64_t start_ns = 0;   // UTC; 0: unknown
  int64_t end_ns = 0;     // not before start_ns
  std::span<const SpanAttribute> attributes;
  std::span<const SpanLink> links;
};

class SpanSink {
 public:
  virtual ~SpanSink() = default;
  virtual void add(const SpanView& span) = 0;
  /// A span that the reader cannot use (no valid id, ...): counted, the first `reason`
  /// is kept for the user. It may quote the input as it is.
  virtual void reject(std::string_view reason) = 0;
};

std::string_view span_kind_name(SpanKind kind);

/// Digits to a number: 1 to `2 * sizeof` hex digits in any case. False: something else,
/// or too many.
bool parse_hex_id(std::string_view text, TraceId& id);
bool parse_hex_id(std::string_view text, SpanId& id);

}  // namespace cutset::lineage
