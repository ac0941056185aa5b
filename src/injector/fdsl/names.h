// Enumerations and their words, in one table each. Private to fdsl/.
// Thread rule: constants.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "injector/fdsl/schedule.h"

namespace cutset::injector::fdsl {

template <typename Enum, size_t kCount>
using Names = std::array<std::pair<Enum, std::string_view>, kCount>;

inline constexpr Names<Direction, 3> kDirections = {
    {{Direction::kBoth, "both"}, {Direction::kOut, "out"}, {Direction::kIn, "in"}}};
inline constexpr Names<Framing, 5> kFramings = {
    {{Framing::kDatagram, "datagram"},
     {Framing::kHttp1, "http1"},
     {Framing::kHttp2, "http2"},
     {Framing::kResp, "resp"},
     {Framing::kLengthPrefix, "length_prefix"}}};
inline constexpr Names<MessageEdge, 2> kMessageEdges = {
    {{MessageEdge::kSend, "send"}, {MessageEdge::kDeliver, "deliver"}}};
inline constexpr Names<SpanEdge, 2> kSpanEdges = {
    {{SpanEdge::kStart, "start"}, {SpanEdge::kEnd, "end"}}};
inline constexpr Names<SyscallEdge, 2> kSyscallEdges = {
    {{SyscallEdge::kBefore, "before"}, {SyscallEdge::kAfter, "after"}}};
inline constexpr Names<Otherwise, 3> kOtherwises = {
    {{Otherwise::kInconclusive, "inconclusive"},
     {Otherwise::kSkip, "skip"},
     {Otherwise::kFire, "fire"}}};

template <typename Enum, size_t kCount>
std::string_view name_in(const Names<Enum, kCount>& names, Enum value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  return "?";
}

}  // namespace cutset::injector::fdsl
