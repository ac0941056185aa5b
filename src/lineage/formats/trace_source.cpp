#include "lineage/formats/trace_source.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/fd.h"

namespace cutset::lineage {

namespace {

constexpr size_t kPackedBlock = size_t{128} << 10;

class FileSource : public TraceSource {
 public:
  FileSource(Fd file, std::string path, uint64_t size)
      : file_(std::move(file)), path_(std::move(path)), left_(size) {}

  Result<size_t> read(char* buffer, size_t capacity) override {
    // A read() of a pipe into which nobody writes is restarted after a signal and would
    // keep the user waiting who asked to stop; poll() never is.
    pollfd ready{file_.get(), POLLIN, 0};
    if (::poll(&ready, 1, -1) < 0 && errno == EINTR) {
      return Error::interrupted("reading was stopped");
    }
    ssize_t got = 0;
    do {
      got = ::read(file_.get(), buffer, capacity);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
      return Error::unavailable(
          fmt::format("{}: cannot read: {}", path_, std::strerror(errno)));
    }
    left_ -= std::min(left_, static_cast<uint64_t>(got));
    return static_cast<size_t>(got);
  }
  uint64_t bytes_left() const override { return left_; }

 private:
  Fd file_;
  std::string path_;
  uint64_t left_;
};

class MemorySource : public TraceSource {
 public:
  explicit MemorySource(std::string bytes) : bytes_(std::move(bytes)) {}

  Result<size_t> read(char* buffer, size_t capacity) override {
    const size_t size = std::min(capacity, bytes_.size() - taken_);
    std::memcpy(buffer, bytes_.data() + taken_, size);
    taken_ += size;
    return size;
  }
  uint64_t bytes_left() const override { return bytes_.size() - taken_; }

 private:
  std::string bytes_;
  size_t taken_ = 0;
};

/// What both packed formats share: a block of packed bytes and how much of it is used.
class PackedSource : public TraceSource {
 protected:
  PackedSource(std::unique_ptr<TraceSource> packed, std::string name)
      : packed_(std::move(packed)), name_(std::move(name)) {}

  /// False: the end.
  Result<bool> refill() {
    CUTSET_ASSIGN(size_, packed_->read(block_.data(), block_.size()));
    taken_ += used_;
    used_ = 0;
    return size_ > 0;
  }
  bool empty() const { return used_ == size_; }
  Error corrupt(const std::string& what) const {
    return Error::bad_input(
        fmt::format("{} after {} packed bytes: expected a whole file, is it cut off?",
                    what, taken_ + used_),
        name_);
  }

  std::array<char, kPackedBlock> block_{};  // NOLINT(*-non-private-member-variables-*)
  size_t used_ = 0;                         // NOLINT(*-non-private-member-variables-*)
  size_t size_ = 0;                         // NOLINT(*-non-private-member-variables-*)

 private:
  std::unique_ptr<TraceSource> packed_;
  std::string name_;
  uint64_t taken_ = 0;
};

class GzipSource : public PackedSource {
 public:
  GzipSource(std::unique_ptr<TraceSource> packed, std::string name)
      : PackedSource(std::move(packed), std::move(name)) {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    CHECK(inflateInit2(&stream_, kGzipOnly) == Z_OK);
  }
  ~GzipSource() override { inflateEnd(&stream_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  Result<size_t> read(char* buffer, size_t capacity) override {
    stream_.next_out = reinterpret_cast<Bytef*>(buffer);
    stream_.avail_out = static_cast<uInt>(std::min(capacity, size_t{1} << 30U));
    const uInt wanted = stream_.avail_out;
    while (stream_.avail_out == wanted) {
      if (empty()) {
        CUTSET_ASSIGN(const bool more, refill());
        if (!more) {
          if (inside_) return corrupt("gzip data ends");
          return size_t{0};
        }
      }
      stream_.next_in = reinterpret_cast<Bytef*>(block_.data() + used_);
      stream_.avail_in = static_cast<uInt>(size_ - used_);
      inside_ = true;
      const int state = inflate(&stream_, Z_NO_FLUSH);
      used_ = size_ - stream_.avail_in;
      if (state == Z_STREAM_END) {
        // A gzip file may have several members, one after the other (RFC 1952, 2.2).
        inside_ = false;
        CHECK(inflateReset(&stream_) == Z_OK);
      } else if (state != Z_OK && state != Z_BUF_ERROR) {
        return corrupt("gzip data is damaged");
      }
    }
    return size_t{wanted - stream_.avail_out};
  }

 private:
  z_stream stream_{};
  bool inside_ = false;
};

class ZstdSource : public PackedSource {
 public:
  ZstdSource(std::unique_ptr<TraceSource> packed, std::string name)
      : PackedSource(std::move(packed), std::move(name)), stream_(ZSTD_createDStream()) {
    CHECK(stream_ != nullptr);
    constexpr int kLargestWindowLog = 27;  // 128 MiB, what `zstd -d` takes by default
    ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, kLargestWindowLog);
  }
  ~ZstdSource() override { ZSTD_freeDStream(stream_); }
  ZstdSource(const ZstdSource&) = delete;
  ZstdSource& operator=(const ZstdSource&) = delete;

  Result<size_t> read(char* buffer, size_t capacity) override {
    ZSTD_outBuffer out{buffer, capacity, 0};
    while (out.pos == 0) {
      if (empty() && !pending_) {
        CUTSET_ASSIGN(const bool more, refill());
        if (!more) {
          if (inside_) return corrupt("zstd data ends");
          return size_t{0};
        }
      }
      ZSTD_inBuffer in{block_.data(), size_, used_};
      const size_t state = ZSTD_decompressStream(stream_, &out, &in);
      used_ = in.pos;
      if (ZSTD_isError(state) != 0) {
        return corrupt(
            fmt::format("zstd data is damaged ({})", ZSTD_getErrorName(state)));
      }
      inside_ = state != 0;
      // A full output buffer: more may wait inside the decoder without any input.
      pending_ = out.pos == out.size && inside_;
    }
    return out.pos;
  }

 private:
  ZSTD_DStream* stream_;
  bool inside_ = false;
  bool pending_ = false;
};

}  // namespace

Result<std::unique_ptr<TraceSource>> open_source(const std::string& path) {
  if (path == "-") {
    Fd copy(::dup(STDIN_FILENO));
    if (copy.get() < 0) return Error::unavailable("standard input is not open");
    return std::unique_ptr<TraceSource>(
        std::make_unique<FileSource>(std::move(copy), "<standard input>", 0));
  }
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    return Error::unavailable(
        fmt::format("{}: cannot open: {}", path, std::strerror(errno)));
  }
  struct stat status {};
  const bool known = ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode);
  const uint64_t size = known ? static_cast<uint64_t>(status.st_size) : 0;
  return std::unique_ptr<TraceSource>(
      std::make_unique<FileSource>(std::move(file), path, size));
}

std::unique_ptr<TraceSource> memory_source(std::string bytes) {
  return std::make_unique<MemorySource>(std::move(bytes));
}

std::unique_ptr<TraceSource> gzip_source(std::unique_ptr<TraceSource> packed,
                                         std::string name) {
  return std::make_unique<GzipSource>(std::move(packed), std::move(name));
}

std::unique_ptr<TraceSource> zstd_source(std::unique_ptr<TraceSource> packed,
                                         std::string name) {
  return std::make_unique<ZstdSource>(std::move(packed), std::move(name));
}

}  // namespace cutset::lineage
