#include "lineage/span_collection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "base/fd.h"
#include "lineage/address_book.h"

namespace cutset::lineage {

namespace {

constexpr unsigned kPartitionBits = 6;
constexpr size_t kPartitions = size_t{1} << kPartitionBits;

size_t partition_of(const TraceId& trace) {
  return trace.hash() >> (64U - kPartitionBits);
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

/// The fixed part of a spilled span; lengths and bytes of its texts follow. Written and
/// read by this process only, so its layout needs no version.
struct Head {
  TraceId trace;
  SpanId id = 0;
  SpanId parent = 0;
  int64_t start_ns = 0;
  int64_t end_ns = 0;
  SpanKind kind{};
  SpanStatus status{};
  bool shared = false;
  bool follows_from = false;
  bool twin = false;
  uint16_t service = 0;
  uint16_t operation = 0;
  uint16_t peer = 0;
  uint16_t attributes = 0;
  uint16_t links = 0;
  uint32_t bytes = 0;  // of everything behind this head
};

/// A file that is gone with its last descriptor: nothing is left after a crash.
Result<File> unlinked_file(const std::string& folder) {
  std::string path = folder + "/cutset-spans-XXXXXX";
  Fd file(::mkstemp(path.data()));
  if (!file.valid()) {
    return Error::unavailable(fmt::format(
        "{}: cannot hold spans that do not fit in memory: {}; set TMPDIR to a folder "
        "with room",
        folder, std::strerror(errno)));
  }
  ::unlink(path.c_str());
  File stream(::fdopen(file.get(), "w+b"));
  if (stream == nullptr) return Error::system("fdopen");
  (void)file.release();
  return stream;
}

void append(std::string& bytes, std::string_view text) {
  bytes.append(text);
}

/// The span as bytes, without its head.
Head write_span(const SpanTable& table, const StoredSpan& span, std::string& body) {
  Head head;
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
  // No length is above SpanTable's 1024.
  head.service = static_cast<uint16_t>(table.name(span.service).size());
  head.operation = static_cast<uint16_t>(table.name(span.operation).size());
  head.peer = static_cast<uint16_t>(table.name(span.peer).size());
  head.attributes = span.attributes;
  head.links = span.links;
  body.clear();
  append(body, table.name(span.service));
  append(body, table.name(span.operation));
  append(body, table.name(span.peer));
  for (const SpanTable::Attribute& attribute : table.attributes(span)) {
    const std::string_view key = table.name(attribute.key);
    const std::array<uint16_t, 2> lengths{static_cast<uint16_t>(key.size()),
                                          static_cast<uint16_t>(attribute.length)};
    append(body, {reinterpret_cast<const char*>(lengths.data()), sizeof lengths});
    append(body, key);
    append(body, table.value(attribute));
  }
  for (const SpanLink& link : table.links(span)) {
    append(body, {reinterpret_cast<const char*>(&link), sizeof link});
  }
  head.bytes = static_cast<uint32_t>(body.size());
  return head;
}

class BodyReader {
 public:
  explicit BodyReader(std::string_view body) : body_(body) {}
  std::string_view take(size_t bytes) {
    CHECK(bytes <= body_.size());
    const std::string_view taken = body_.substr(0, bytes);
    body_.remove_prefix(bytes);
    return taken;
  }
  template <typename T>
  T take_value() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }

 private:
  std::string_view body_;
};

void read_span(const Head& head, std::string_view body, SpanTable& table) {
  BodyReader reader(body);
  std::vector<SpanAttribute> attributes(head.attributes);
  std::vector<SpanLink> links(head.links);
  SpanView span;
  span.trace = head.trace;
  span.id = head.id;
  span.parent = head.parent;
  span.start_ns = head.start_ns;
  span.end_ns = head.end_ns;
  span.kind = head.kind;
  span.status = head.status;
  span.shared = head.shared;
  span.follows_from = head.follows_from;
  span.twin = head.twin;
  span.service = reader.take(head.service);
  span.operation = reader.take(head.operation);
  span.peer = reader.take(head.peer);
  for (SpanAttribute& attribute : attributes) {
    const auto lengths = reader.take_value<std::array<uint16_t, 2>>();
    attribute.key = reader.take(lengths[0]);
    attribute.value = reader.take(lengths[1]);
  }
  for (SpanLink& link : links) link = reader.take_value<SpanLink>();
  span.attributes = attributes;
  span.links = links;
  table.add(span);
}

Status visit_table(const SpanTable& table, const SpanCollection::Visit& visit) {
  const std::vector<StoredSpan>& spans = table.spans();
  // Most files hold the spans of a trace together: runs of spans are sorted, not spans.
  struct Run {
    uint64_t hash;
    uint32_t first;
    uint32_t end;
  };
  std::vector<Run> runs;
  for (uint32_t span = 0; span < spans.size(); ++span) {
    if (span == 0 || spans[span].trace != spans[span - 1].trace)
      runs.push_back({spans[span].trace.hash(), span, span});
    runs.back().end = span + 1;
  }
  std::sort(runs.begin(), runs.end(), [&spans](const Run& a, const Run& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    const TraceId& first = spans[a.first].trace;
    const TraceId& second = spans[b.first].trace;
    return first != second ? first < second : a.first < b.first;
  });
  std::vector<uint32_t> indices;
  indices.reserve(spans.size());
  for (const Run& run : runs) {
    for (uint32_t span = run.first; span < run.end; ++span) indices.push_back(span);
  }
  for (size_t begin = 0; begin < indices.size();) {
    const TraceId& trace = spans[indices[begin]].trace;
    size_t end = begin + 1;
    while (end < indices.size() && spans[indices[end]].trace == trace) ++end;
    CUTSET_TRY(visit(table, std::span(indices).subspan(begin, end - begin)));
    begin = end;
  }
  return {};
}

}  // namespace

class SpanCollection::Impl {
 public:
  explicit Impl(Limits given) : limits(std::move(given)) {
    if (limits.folder.empty()) {
      const char* temporary = std::getenv("TMPDIR");
      limits.folder = temporary != nullptr && *temporary != '\0' ? temporary : "/tmp";
    }
  }

  Status spill() {
    if (files.empty()) {
      for (size_t partition = 0; partition < kPartitions; ++partition) {
        CUTSET_ASSIGN(File file, unlinked_file(limits.folder));
        files.push_back(std::move(file));
      }
    }
    learn();
    std::string body;
    for (const StoredSpan& span : table.spans()) {
      const Head head = write_span(table, span, body);
      std::FILE* file = files[partition_of(span.trace)].get();
      if (std::fwrite(&head, sizeof head, 1, file) != 1 ||
          std::fwrite(body.data(), 1, body.size(), file) != body.size()) {
        return disk_error("write");
      }
      spilled += sizeof head + body.size();
    }
    spilled_spans += table.spans().size();
    table.clear();
    learned = 0;
    return {};
  }

  void learn() {
    addresses.learn(table, learned);
    learned = table.spans().size();
  }

  Status visit_partition(size_t partition, const Visit& visit) {
    std::FILE* file = files[partition].get();
    if (std::fflush(file) != 0) return disk_error("write");
    std::rewind(file);
    table.clear();
    std::string body;
    Head head;
    while (std::fread(&head, sizeof head, 1, file) == 1) {
      body.resize(head.bytes);
      if (std::fread(body.data(), 1, body.size(), file) != body.size()) {
        return disk_error("read");
      }
      read_span(head, body, table);
    }
    if (std::ferror(file) != 0) return disk_error("read");
    files[partition].reset();
    return visit_table(table, visit);
  }

  Error disk_error(std::string_view what) const {
    return Error::unavailable(fmt::format(
        "{}: cannot {} spans that do not fit in memory: {}; set TMPDIR to a folder with "
        "room",
        limits.folder, what, std::strerror(errno)));
  }

  Limits limits;
  SpanTable table;
  std::vector<File> files;  // by partition; empty: nothing was spilled
  AddressBook addresses;
  size_t learned = 0;  // spans of the table that `addresses` has seen
  uint64_t spilled = 0;
  uint64_t spilled_spans = 0;
  size_t until_check = 0;
  Status failed;
};

SpanCollection::SpanCollection(Limits limits)
    : impl_(std::make_unique<Impl>(std::move(limits))) {}
SpanCollection::~SpanCollection() = default;

void SpanCollection::add(const SpanView& span) {
  constexpr size_t kCheckEvery = 1024;
  impl_->table.add(span);
  if (++impl_->until_check < kCheckEvery) return;
  impl_->until_check = 0;
  if (impl_->table.bytes() <= impl_->limits.most_bytes) return;
  // add() cannot fail: what the disk said is told by for_each_trace(), and until then
  // nothing more is kept.
  if (impl_->failed.ok()) impl_->failed = impl_->spill();
  if (!impl_->failed.ok()) impl_->table.clear();
}

void SpanCollection::reject(std::string_view reason) {
  impl_->table.reject(reason);
}
uint64_t SpanCollection::spans() const {
  return impl_->spilled_spans + impl_->table.spans().size();
}
int64_t SpanCollection::rejected() const {
  return impl_->table.rejected();
}
const std::string& SpanCollection::first_reason() const {
  return impl_->table.first_reason();
}
uint64_t SpanCollection::spilled_bytes() const {
  return impl_->spilled;
}
size_t SpanCollection::bytes() const {
  return impl_->table.bytes();
}

std::map<std::string, std::string> SpanCollection::addresses() {
  impl_->learn();
  return impl_->addresses.addresses();
}

Status SpanCollection::for_each_trace(const Visit& visit) {
  CUTSET_TRY(impl_->failed);
  if (impl_->files.empty()) return visit_table(impl_->table, visit);
  CUTSET_TRY(impl_->spill());
  for (size_t partition = 0; partition < kPartitions; ++partition) {
    CUTSET_TRY(impl_->visit_partition(partition, visit));
  }
  return {};
}

}  // namespace cutset::lineage
