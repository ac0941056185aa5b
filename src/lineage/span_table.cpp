#include "lineage/span_table.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace cutset::lineage {

bool is_noise(std::string_view attribute) {
  constexpr std::array<std::string_view, 10> kPrefixes{
      "internal.", "sampler.",      "thread.",     "process.", "telemetry.",
      "host.",     "otel.library.", "otel.scope.", "code.",    "k8s."};
  constexpr std::array<std::string_view, 6> kWhole{
      "sampler", "ip", "hostname", "guid:x-client-trace-id", "component", "span.kind"};
  const auto starts = [attribute](std::string_view prefix) {
    return attribute.substr(0, prefix.size()) == prefix;
  };
  return std::any_of(kPrefixes.begin(), kPrefixes.end(), starts) ||
         std::find(kWhole.begin(), kWhole.end(), attribute) != kWhole.end();
}

bool SpanTable::keeps(NameId key) {
  if (key >= keep_.size()) keep_.resize(names_.size(), Keep::kUnknown);
  Keep& keep = keep_[key];
  if (keep == Keep::kUnknown) keep = is_noise(names_.text(key)) ? Keep::kNo : Keep::kYes;
  return keep == Keep::kYes;
}

void SpanTable::add(const SpanView& span) {
  StoredSpan& stored = spans_.emplace_back();
  stored.trace = span.trace;
  stored.id = span.id;
  stored.parent = span.parent;
  stored.start_ns = span.start_ns;
  stored.end_ns = std::max(span.start_ns, span.end_ns);
  stored.service = intern(span.service);
  stored.operation = intern(span.operation);
  stored.peer = intern(span.peer);
  stored.kind = span.kind;
  stored.status = span.status;
  stored.shared = span.shared;
  stored.follows_from = span.follows_from;
  stored.twin = span.twin;
  stored.first_attribute = static_cast<uint32_t>(attributes_.size());
  for (const SpanAttribute& attribute : span.attributes) {
    if (stored.attributes == kMostAttributes) break;
    const NameId key = intern(attribute.key);
    if (!keeps(key)) continue;
    const std::string_view value = cut(attribute.value, kLongestValue);
    attributes_.push_back({key, static_cast<uint32_t>(value.size()), values_.size()});
    values_.append(value);
    ++stored.attributes;
  }
  stored.first_link = static_cast<uint32_t>(links_.size());
  for (const SpanLink& link : span.links) {
    if (stored.links == kMostLinks) break;
    links_.push_back(link);
    ++stored.links;
  }
}

SpanView SpanTable::view(const StoredSpan& span,
                         std::vector<SpanAttribute>& attributes) const {
  attributes.clear();
  for (const Attribute& attribute : this->attributes(span)) {
    attributes.push_back({name(attribute.key), value(attribute)});
  }
  SpanView view;
  view.trace = span.trace;
  view.id = span.id;
  view.parent = span.parent;
  view.shared = span.shared;
  view.follows_from = span.follows_from;
  view.twin = span.twin;
  view.kind = span.kind;
  view.status = span.status;
  view.service = name(span.service);
  view.operation = name(span.operation);
  view.peer = name(span.peer);
  view.start_ns = span.start_ns;
  view.end_ns = span.end_ns;
  view.attributes = attributes;
  view.links = links(span);
  return view;
}

void SpanTable::reject(std::string_view reason) {
  if (rejected_++ == 0) first_reason_ = one_line(reason);
}

std::string_view SpanTable::attribute(const StoredSpan& span,
                                      std::string_view key) const {
  const NameId wanted = names_.find(key);
  if (wanted == NameTable::kNone) return {};
  for (const Attribute& attribute : attributes(span)) {
    if (attribute.key == wanted) return value(attribute);
  }
  return {};
}

size_t SpanTable::bytes() const {
  return names_.bytes() + keep_.capacity() + spans_.capacity() * sizeof(StoredSpan) +
         attributes_.capacity() * sizeof(Attribute) +
         links_.capacity() * sizeof(SpanLink) + values_.capacity();
}

void SpanTable::clear() {
  // Assigned, not cleared: the memory has to go too.
  names_ = NameTable();
  keep_ = {};
  spans_ = {};
  attributes_ = {};
  links_ = {};
  values_ = {};
}

}  // namespace cutset::lineage
