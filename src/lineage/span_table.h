// Spans in memory, compact: about 80 bytes and 16 for each attribute, names interned.
//
// Invariants:
// 1. Spans stand in order of arrival; nothing is merged or dropped here (a span that came
//    twice is there twice: trace_tree.h decides).
// 2. Attributes that cannot identify a call are left out (is_noise); others are kept up
//    to kMostAttributes a span and kLongestValue bytes a value.
//
// Thread rule: one owner; const functions may be called from several threads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lineage/name_table.h"
#include "lineage/span.h"

namespace cutset::lineage {

struct StoredSpan {
  TraceId trace;
  SpanId id = 0;
  SpanId parent = 0;
  int64_t start_ns = 0;
  int64_t end_ns = 0;
  NameId service = NameTable::kEmpty;
  NameId operation = NameTable::kEmpty;
  NameId peer = NameTable::kEmpty;
  uint32_t first_attribute = 0;
  uint32_t first_link = 0;
  uint16_t attributes = 0;
  uint16_t links = 0;
  SpanKind kind = SpanKind::kUnspecified;
  SpanStatus status = SpanStatus::kUnset;
  bool shared = false;
  bool follows_from = false;
  bool twin = false;
};

class SpanTable : public SpanSink {
 public:
  static constexpr size_t kMostAttributes = 128;
  static constexpr size_t kMostLinks = 1024;
  static constexpr size_t kLongestName = 1024;  // of services, operations and keys
  static constexpr size_t kLongestValue = 1024;

  /// The beginning of a text, not ended inside a character of UTF-8.
  static std::string_view cut(std::string_view text, size_t longest) {
    if (text.size() <= longest) return text;
    while (longest > 0 && (static_cast<unsigned char>(text[longest]) & 0xC0U) == 0x80U)
      --longest;
    return text.substr(0, longest);
  }

  struct Attribute {
    NameId key = NameTable::kEmpty;
    uint32_t length = 0;
    uint64_t offset = 0;  // into the table's values
  };

  void add(const SpanView& span) override;
  void reject(std::string_view reason) override;

  const std::vector<StoredSpan>& spans() const { return spans_; }
  const NameTable& names() const { return names_; }
  std::string_view name(NameId id) const { return names_.text(id); }
  std::span<const Attribute> attributes(const StoredSpan& span) const {
    return {attributes_.data() + span.first_attribute, span.attributes};
  }
  std::string_view value(const Attribute& attribute) const {
    return {values_.data() + attribute.offset, attribute.length};
  }
  /// The value of the span's attribute of this name; empty: it has none.
  std::string_view attribute(const StoredSpan& span, std::string_view key) const;
  std::span<const SpanLink> links(const StoredSpan& span) const {
    return {links_.data() + span.first_link, span.links};
  }

  /// The span as a reader gave it; `attributes` holds what the view refers to.
  SpanView view(const StoredSpan& span, std::vector<SpanAttribute>& attributes) const;

  int64_t rejected() const { return rejected_; }
  const std::string& first_reason() const { return first_reason_; }
  /// Memory in bytes, about.
  size_t bytes() const;
  /// Forgets all spans and names; rejected() stays.
  void clear();

 private:
  enum class Keep : uint8_t { kUnknown, kYes, kNo };
  NameId intern(std::string_view text) { return names_.intern(cut(text, kLongestName)); }
  bool keeps(NameId key);

  NameTable names_;
  std::vector<Keep> keep_;  // by NameId of an attribute's key
  std::vector<StoredSpan> spans_;
  std::vector<Attribute> attributes_;
  std::vector<SpanLink> links_;
  std::string values_;
  int64_t rejected_ = 0;
  std::string first_reason_;
};

/// Attributes that say something about the recorder, the process or the run and nothing
/// about which call it is.
bool is_noise(std::string_view attribute);

}  // namespace cutset::lineage
