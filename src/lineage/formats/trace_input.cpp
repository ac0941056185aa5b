#include "lineage/formats/trace_input.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include <fmt/format.h>
#include <sys/mman.h>

#include "lineage/formats/trace_source.h"

namespace cutset::lineage {

namespace {

constexpr size_t kReadBlock = size_t{256} << 10;

/// Bytes that are not cleared. Large ones stand on large pages, where the system has
/// them: a document of 20 MB is read a quarter faster.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(size_t bytes) : size_(bytes) {
    constexpr size_t kLargePage = size_t{2} << 20;
    const bool large = bytes >= 2 * kLargePage;
    if (large) size_ = (bytes + kLargePage - 1) / kLargePage * kLargePage;
    data_ = static_cast<char*>(large ? std::aligned_alloc(kLargePage, size_)
                                     : std::malloc(size_));
    if (data_ == nullptr) throw std::bad_alloc();  // as everywhere else
    if (large) (void)::madvise(data_, size_, MADV_HUGEPAGE);
  }
  ~Buffer() { std::free(data_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  char* get() const { return data_; }
  size_t size() const { return size_; }
  void swap(Buffer& other) {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

 private:
  char* data_ = nullptr;
  size_t size_ = 0;
};

/// Counts what passes.
class Counted : public TraceSource {
 public:
  Counted(std::unique_ptr<TraceSource> source, uint64_t& counter)
      : source_(std::move(source)), counter_(counter) {}
  Result<size_t> read(char* buffer, size_t capacity) override {
    Result<size_t> got = source_->read(buffer, capacity);
    if (got.ok()) counter_ += *got;
    return got;
  }
  uint64_t bytes_left() const override { return source_->bytes_left(); }

 private:
  std::unique_ptr<TraceSource> source_;
  uint64_t& counter_;
};

/// Gives bytes back that were read to see what the rest is.
class Prefixed : public TraceSource {
 public:
  Prefixed(std::string prefix, std::unique_ptr<TraceSource> rest)
      : prefix_(std::move(prefix)), rest_(std::move(rest)) {}
  Result<size_t> read(char* buffer, size_t capacity) override {
    if (taken_ == prefix_.size()) return rest_->read(buffer, capacity);
    const size_t size = std::min(capacity, prefix_.size() - taken_);
    std::memcpy(buffer, prefix_.data() + taken_, size);
    taken_ += size;
    return size;
  }
  uint64_t bytes_left() const override {
    const uint64_t rest = rest_->bytes_left();
    return rest == 0 ? 0 : rest + prefix_.size() - taken_;
  }

 private:
  std::string prefix_;
  std::unique_ptr<TraceSource> rest_;
  size_t taken_ = 0;
};

}  // namespace

class TraceInput::Impl {
 public:
  Impl(std::string input_name, const Limits& input_limits)
      : name(std::move(input_name)), limits(input_limits) {}

  Status unpack(std::unique_ptr<TraceSource> raw) {
    auto counted = std::make_unique<Counted>(std::move(raw), packed);
    std::string magic(4, '\0');
    size_t got = 0;
    while (got < magic.size()) {
      CUTSET_ASSIGN(const size_t more,
                    counted->read(magic.data() + got, magic.size() - got));
      if (more == 0) break;
      got += more;
    }
    magic.resize(got);
    const bool gzip = magic.substr(0, 2) == "\x1f\x8b";
    const bool zstd = magic == "\x28\xb5\x2f\xfd";
    source = std::make_unique<Prefixed>(std::move(magic), std::move(counted));
    if (gzip) {
      packing = "gzip";
      source = gzip_source(std::move(source), name);
    } else if (zstd) {
      packing = "zstd";
      source = zstd_source(std::move(source), name);
    }
    return {};
  }

  /// At least `wanted` bytes from `begin` on, or everything there is.
  Status fill(size_t wanted) {
    while (end - begin < wanted && !finished) {
      if (stopped) return Error::interrupted("reading was stopped");
      reserve(wanted);
      CUTSET_ASSIGN(const size_t got,
                    source->read(buffer.get() + end, buffer.size() - end - kPadding));
      finished = got == 0;
      end += got;
      unpacked += got;
      CUTSET_TRY(check_bounds());
    }
    return {};
  }

  Status check_bounds() const {
    if (packing != "plain" && unpacked > limits.ratio_after &&
        unpacked / limits.most_ratio > packed) {
      return Error::bad_input(
          fmt::format("{} packed bytes grow to more than {} times as many: expected a "
                      "trace file, not a decompression bomb; unpack it yourself if it is "
                      "one",
                      packed, limits.most_ratio),
          name);
    }
    if (unpacked > limits.most_bytes) {
      return Error::bad_input(
          fmt::format("more than {} bytes: expected less; give a part of the traces",
                      limits.most_bytes),
          name);
    }
    return {};
  }

  /// Room for a read behind `end`, so that `wanted` bytes from `begin` on fit.
  void reserve(size_t wanted) {
    if (begin > 0 && (begin == end || begin > buffer.size() / 2)) {
      std::memmove(buffer.get(), buffer.get() + begin, end - begin);
      end -= begin;
      begin = 0;
    }
    // A length that the file claims is not believed before the bytes are there.
    const size_t missing = wanted - std::min(wanted, end - begin);
    const size_t believed = std::max<size_t>(kReadBlock, source->bytes_left() + 1);
    const size_t least = end + std::clamp(missing, kReadBlock, believed) + kPadding;
    if (buffer.size() >= least) return;
    Buffer larger(std::max(least, buffer.size() * 2));
    if (end > 0) std::memcpy(larger.get(), buffer.get(), end);
    buffer.swap(larger);
  }

  std::string_view take(size_t bytes) {
    const std::string_view taken(buffer.get() + begin, bytes);
    taken_at = next_at;
    next_at += bytes;
    begin += bytes;
    return taken;
  }

  Error too_long(std::string_view what) const {
    return Error::bad_input(
        fmt::format("{} of more than {} bytes: expected less; export fewer traces a file",
                    what, limits.most_whole),
        name, line);
  }

  std::string name;
  Limits limits;
  std::string_view packing = "plain";
  std::unique_ptr<TraceSource> source;
  Buffer buffer;
  size_t begin = 0;
  size_t end = 0;
  bool finished = false;
  bool stopped = false;
  uint64_t packed = 0;
  uint64_t unpacked = 0;
  uint64_t taken_at = 0;
  uint64_t next_at = 0;
  int line = 1;
  bool took_line = false;
};

TraceInput::TraceInput(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TraceInput::~TraceInput() = default;

Result<std::unique_ptr<TraceInput>> TraceInput::open(const std::string& path,
                                                     const Limits& limits) {
  CUTSET_ASSIGN(std::unique_ptr<TraceSource> source, open_source(path));
  auto impl = std::make_unique<Impl>(path == "-" ? "<standard input>" : path, limits);
  CUTSET_TRY(impl->unpack(std::move(source)));
  return std::unique_ptr<TraceInput>(new TraceInput(std::move(impl)));
}

Result<std::unique_ptr<TraceInput>> TraceInput::from_bytes(std::string name,
                                                           std::string bytes,
                                                           const Limits& limits) {
  auto impl = std::make_unique<Impl>(std::move(name), limits);
  CUTSET_TRY(impl->unpack(memory_source(std::move(bytes))));
  return std::unique_ptr<TraceInput>(new TraceInput(std::move(impl)));
}

const std::string& TraceInput::name() const {
  return impl_->name;
}
std::string_view TraceInput::packing() const {
  return impl_->packing;
}

Result<std::string_view> TraceInput::peek(size_t bytes) {
  CUTSET_TRY(impl_->fill(bytes));
  return std::string_view(impl_->buffer.get() + impl_->begin,
                          std::min(bytes, impl_->end - impl_->begin));
}

Result<std::string_view> TraceInput::take_whole() {
  Impl& impl = *impl_;
  while (!impl.finished) {
    if (impl.end - impl.begin > impl.limits.most_whole) {
      return impl.too_long("a document");
    }
    // What is known to come is read at once; an unknown length in growing steps.
    const size_t left = impl.source->bytes_left();
    const size_t have = impl.end - impl.begin;
    if (left > impl.limits.most_whole) return impl.too_long("a document");
    CUTSET_TRY(impl.fill(have + std::max(left + 1, kReadBlock)));
  }
  if (impl.end - impl.begin > impl.limits.most_whole) return impl.too_long("a document");
  return impl.take(impl.end - impl.begin);
}

Result<std::string_view> TraceInput::take_line(bool& end) {
  Impl& impl = *impl_;
  size_t searched = 0;
  if (impl.took_line) ++impl.line;
  impl.took_line = true;
  end = false;
  for (;;) {
    const size_t have = impl.end - impl.begin;
    const void* found = have == searched
                            ? nullptr
                            : std::memchr(impl.buffer.get() + impl.begin + searched, '\n',
                                          have - searched);
    if (found != nullptr) {
      const auto length = static_cast<size_t>(static_cast<const char*>(found) -
                                              (impl.buffer.get() + impl.begin));
      std::string_view line = impl.take(length + 1).substr(0, length);
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      return line;
    }
    if (impl.finished) {
      end = have == 0;
      return impl.take(have);
    }
    if (have > impl.limits.most_whole) return impl.too_long("a line");
    searched = have;
    CUTSET_TRY(impl.fill(have + kReadBlock));
  }
}

Result<std::string_view> TraceInput::take(size_t bytes) {
  if (bytes > impl_->limits.most_whole) return impl_->too_long("a part");
  CUTSET_TRY(impl_->fill(bytes));
  return impl_->take(std::min(bytes, impl_->end - impl_->begin));
}

void TraceInput::stop() {
  impl_->stopped = true;
}

int TraceInput::line() const {
  return impl_->line;
}
uint64_t TraceInput::offset() const {
  return impl_->taken_at;
}
uint64_t TraceInput::packed_bytes() const {
  return impl_->packed;
}
uint64_t TraceInput::unpacked_bytes() const {
  return impl_->unpacked;
}

}  // namespace cutset::lineage
