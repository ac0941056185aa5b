#include "solver/byte_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace cutset::solver {

namespace {
constexpr size_t kWindow = size_t{1} << 18;
}

Result<std::unique_ptr<ByteReader>> ByteReader::open(const std::string& path) {
  if (path == "-") {
    return std::unique_ptr<ByteReader>(
        new ByteReader(STDIN_FILENO, false, "standard input"));
  }
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return Error::bad_input(std::string("cannot be opened: ") + std::strerror(errno),
                            path);
  }
  return std::unique_ptr<ByteReader>(new ByteReader(descriptor, true, path));
}

ByteReader::ByteReader(std::string_view text, std::string name)
    : name_(std::move(name)), text_(text), window_(new char[kWindow + 1]) {
  window_begin_ = at_ = end_ = window_.get();
  window_[0] = '\0';
  refill();
}

ByteReader::ByteReader(int descriptor, bool owned, std::string name)
    : name_(std::move(name)),
      descriptor_(descriptor),
      owned_(owned),
      window_(new char[kWindow + 1]) {
  window_begin_ = at_ = end_ = window_.get();
  window_[0] = '\0';
  refill();
}

ByteReader::~ByteReader() {
  if (owned_) ::close(descriptor_);
}

void ByteReader::refill() {
  if (ended_) return;
  window_offset_ += static_cast<size_t>(at_ - window_begin_);
  size_t have = static_cast<size_t>(end_ - at_);
  std::memmove(window_.get(), at_, have);
  while (have < kWindow) {
    ssize_t got = 0;
    if (descriptor_ < 0) {
      got = static_cast<ssize_t>(std::min(text_.size(), kWindow - have));
      std::memcpy(window_.get() + have, text_.data(), static_cast<size_t>(got));
      text_.remove_prefix(static_cast<size_t>(got));
    } else {
      got = ::read(descriptor_, window_.get() + have, kWindow - have);
      if (got < 0 && errno == EINTR) continue;
    }
    if (got <= 0) {
      ended_ = true;
      failed_ = got < 0;
      break;
    }
    have += static_cast<size_t>(got);
  }
  at_ = window_.get();
  end_ = at_ + have;
  window_[have] = '\0';
}

Error ByteReader::error(const std::string& message) const {
  return error_at(column(), message);
}

Error ByteReader::error_at(int column, const std::string& message) const {
  return Error::bad_input(message, name_, line_, column);
}

}  // namespace cutset::solver
