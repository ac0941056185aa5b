#include "lineage/span_collection.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "base/fd.h"
#include "lineage/address_book.h"
#include "lineage/packed_span.h"

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
    std::string packed;
    std::vector<SpanAttribute> attributes;
    for (const StoredSpan& span : table.spans()) {
      packed.clear();
      pack_span(table.view(span, attributes), 0, packed);
      std::FILE* file = files[partition_of(span.trace)].get();
      if (std::fwrite(packed.data(), 1, packed.size(), file) != packed.size()) {
        return disk_error("write");
      }
      spilled += packed.size();
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
    std::string packed;
    uint32_t size = 0;
    while (std::fread(&size, sizeof size, 1, file) == 1) {
      packed.resize(size);
      std::memcpy(packed.data(), &size, sizeof size);
      const size_t rest = size - sizeof size;
      if (std::fread(packed.data() + sizeof size, 1, rest, file) != rest) {
        return disk_error("read");
      }
      PackedSpan(packed.data()).unpack(table);
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
