#include "verifier/line_reader.h"

#include <cerrno>
#include <charconv>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace cutset::verifier {

LineReader::LineReader(std::string_view text, std::string name)
    : name_(std::move(name)), text_(text) {}

Result<LineReader> LineReader::open(const std::string& path) {
  LineReader reader("", path == "-" ? "standard input" : path);
  if (path == "-") {
    reader.descriptor_ = STDIN_FILENO;
    return Result<LineReader>(std::move(reader));
  }
  reader.owned_ = Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!reader.owned_.valid()) {
    return Error::bad_input(std::string("cannot be opened: ") + std::strerror(errno),
                            path);
  }
  reader.descriptor_ = reader.owned_.get();
  return Result<LineReader>(std::move(reader));
}

/// More bytes behind those in the buffer, of which what was read goes.
Status LineReader::refill() {
  buffer_.erase(0, at_);
  at_ = 0;
  constexpr size_t kChunk = size_t{1} << 18;
  const size_t before = buffer_.size();
  buffer_.resize(before + kChunk);
  ssize_t count = 0;
  do {
    count = ::read(descriptor_, buffer_.data() + before, kChunk);
  } while (count < 0 && errno == EINTR);
  buffer_.resize(before + static_cast<size_t>(count < 0 ? 0 : count));
  if (count < 0) {
    return Error::bad_input(std::string("cannot be read: ") + std::strerror(errno), name_,
                            line_, 1);
  }
  ended_ = count == 0;
  return {};
}

Result<std::optional<std::string_view>> LineReader::next() {
  ++line_;
  size_t searched = 0;
  while (true) {
    const std::string_view here =
        descriptor_ < 0 ? text_.substr(at_) : std::string_view(buffer_).substr(at_);
    const size_t end = here.find('\n', searched);
    if (end != std::string_view::npos) {
      at_ += end + 1;
      return std::optional(here.substr(0, end));
    }
    if (descriptor_ < 0 || ended_) {
      at_ += here.size();
      if (here.empty()) return std::optional<std::string_view>();
      return std::optional(here);
    }
    if (here.size() > kLongestLine) {
      return Error::bad_input(fmt::format("a line of more than {} bytes", kLongestLine),
                              name_, line_, 1);
    }
    searched = here.size();
    CUTSET_TRY(refill());
  }
}

std::string Words::decoded(std::string_view word) {
  if (word == "-") return "";
  std::string text;
  for (size_t i = 0; i < word.size(); ++i) {
    unsigned code = 0;
    const char* digits = word.data() + i + 1;
    if (word[i] != '%' || i + 2 >= word.size() ||
        std::from_chars(digits, digits + 2, code, 16).ptr != digits + 2) {
      text += word[i];
      continue;
    }
    text += static_cast<char>(code);
    i += 2;
  }
  return text;
}

std::optional<int64_t> Words::number_of(std::string_view word) {
  const bool is_negative = !word.empty() && word.front() == '-';
  if (is_negative) word.remove_prefix(1);
  constexpr size_t kMostDigits = 18;
  if (word.empty() || word.size() > kMostDigits) return std::nullopt;
  int64_t value = 0;
  for (const char digit : word) {
    if (digit < '0' || digit > '9') return std::nullopt;
    value = 10 * value + (digit - '0');
  }
  return is_negative ? -value : value;
}

}  // namespace cutset::verifier
