// Zipkin's JSON as it is written, v1 and v2 alike: the fields of one record, before they
// mean anything. zipkin_v1.cpp and zipkin_v2.cpp make spans of them.
//
// Thread rule: pure functions; views are valid until the next record.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lineage/formats/trace_input.h"
#include "lineage/span.h"

namespace cutset::lineage {

struct ZipkinEndpoint {
  std::string_view service;
  std::string_view address;  // IPv4, else IPv6
  std::string_view port;

  friend bool operator==(const ZipkinEndpoint&, const ZipkinEndpoint&) = default;
};

/// v1: a binary annotation.
struct ZipkinTag {
  std::string_view key;
  std::string_view value;
  ZipkinEndpoint endpoint;  // v1 only
};

struct ZipkinAnnotation {
  std::string_view value;
  int64_t timestamp_us = 0;
  ZipkinEndpoint endpoint;  // v1 only
};

struct ZipkinRecord {
  std::string_view trace_id;
  std::string_view id;
  std::string_view parent_id;
  std::string_view name;
  std::string_view kind;
  int64_t timestamp_us = 0;  // 0: absent
  int64_t duration_us = 0;   // 0: absent
  bool shared = false;
  ZipkinEndpoint local;
  ZipkinEndpoint remote;
  std::vector<ZipkinTag> tags;
  std::vector<ZipkinAnnotation> annotations;
};

/// Every record of `input`: a list of records, a list of lists, or one record a line.
/// Error: bad_input with the place.
Status read_zipkin_records(TraceInput& input,
                           const std::function<void(const ZipkinRecord&)>& take);

/// The ids of `record` into `span`; a record that is its own parent has none. False: one
/// of them is no id, and `sink` was told.
bool read_zipkin_ids(const ZipkinRecord& record, SpanView& span, SpanSink& sink);

/// Nanoseconds of microseconds, within what an int64_t holds; those below 0 are 0.
int64_t nanoseconds(int64_t microseconds);
/// `begin_us + duration_us`, within what an int64_t holds; neither counts below 0.
int64_t end_us(int64_t begin_us, int64_t duration_us);

/// Does a document that begins like this hold Zipkin's records, and of v1?
bool looks_like_zipkin(std::string_view head);
bool looks_like_zipkin_v1(std::string_view head);

}  // namespace cutset::lineage
