#include "driver/resp.h"

#include <charconv>

#include <fmt/format.h>

namespace cutset::driver {

namespace {

using history::Value;

constexpr int64_t kLongestText = int64_t{64} << 20;
constexpr int64_t kMostItems = 1'000'000;
constexpr int kDeepest = 8;
constexpr size_t kLongestLine = 64 << 10;
constexpr size_t kLongestAnswer = size_t{256} << 20;

class Parser {
 public:
  explicit Parser(std::string_view bytes) : bytes_(bytes) {}

  Result<std::optional<RespAnswer>> answer() {
    CUTSET_ASSIGN(const bool complete, value(answer_.value, 0));
    if (!complete) return std::optional<RespAnswer>();
    return std::optional<RespAnswer>(std::move(answer_));
  }
  std::string_view rest() const { return bytes_; }

 private:
  /// false: more bytes are needed.
  Result<bool> line(std::string_view& out) {
    const size_t end = bytes_.find("\r\n");
    if (std::min(end, bytes_.size()) > kLongestLine) return wrong("a line too long");
    if (end == std::string_view::npos) return false;
    out = bytes_.substr(0, end);
    bytes_.remove_prefix(end + 2);
    return true;
  }

  static Error wrong(const std::string& why) {
    return Error::bad_input("not an answer in RESP: " + why);
  }

  static Result<int64_t> number(std::string_view text, int64_t most) {
    int64_t out = 0;
    const auto [stop, failed] =
        std::from_chars(text.data(), text.data() + text.size(), out);
    if (failed != std::errc() || stop != text.data() + text.size() || out < -1 ||
        out > most) {
      return wrong("a length");
    }
    return out;
  }

  Result<bool> value(Value& out, int depth) {
    if (depth > kDeepest) return wrong("nested too deep");
    std::string_view head;
    CUTSET_ASSIGN(const bool complete, line(head));
    if (!complete) return false;
    if (head.empty()) return wrong("an empty line");
    const char kind = head[0];
    head.remove_prefix(1);
    switch (kind) {
      case '-':
        if (depth == 0) answer_.is_error = true;
        [[fallthrough]];
      case '+':
        out = Value::of_text(std::string(head));
        return true;
      case ':': {
        int64_t integer = 0;
        const auto [stop, failed] =
            std::from_chars(head.data(), head.data() + head.size(), integer);
        if (failed != std::errc() || stop != head.data() + head.size()) {
          return wrong("an integer");
        }
        out = Value::of_number(integer);
        return true;
      }
      case '$':
        return text(head, out);
      case '*':
        return list(head, out, depth);
      default:
        return wrong(
            fmt::format("it begins with 0x{:02x}", static_cast<unsigned char>(kind)));
    }
  }

  Result<bool> text(std::string_view head, Value& out) {
    CUTSET_ASSIGN(const int64_t length, number(head, kLongestText));
    if (length < 0) {
      out = Value::nothing();
      return true;
    }
    const auto size = static_cast<size_t>(length);
    if (bytes_.size() < size + 2) return false;
    if (bytes_.substr(size, 2) != "\r\n") return wrong("a text longer than it says");
    out = Value::of_text(std::string(bytes_.substr(0, size)));
    bytes_.remove_prefix(size + 2);
    return true;
  }

  Result<bool> list(std::string_view head, Value& out, int depth) {
    CUTSET_ASSIGN(const int64_t length, number(head, kMostItems));
    if (length < 0) {
      out = Value::nothing();
      return true;
    }
    items_ += length;
    if (items_ > kMostItems) return wrong("too many items");
    out = Value::of_list({});
    for (int64_t i = 0; i < length; ++i) {
      Value item;
      CUTSET_ASSIGN(const bool complete, value(item, depth + 1));
      if (!complete) return false;
      out.items.push_back(std::move(item));
    }
    return true;
  }

  std::string_view bytes_;
  RespAnswer answer_;
  int64_t items_ = 0;
};

}  // namespace

std::string resp_command(const std::vector<std::string>& words) {
  std::string out = fmt::format("*{}\r\n", words.size());
  for (const std::string& word : words) {
    out += fmt::format("${}\r\n", word.size()) + word + "\r\n";
  }
  return out;
}

Result<std::optional<RespAnswer>> take_resp(std::string_view& bytes) {
  Parser parser(bytes);
  auto answer = parser.answer();
  if (answer.ok() && answer->has_value()) bytes = parser.rest();
  return answer;
}

Result<RespAnswer> receive_resp(TcpConnection& connection, std::string& rest,
                                Clock::time_point deadline) {
  // Reading from the beginning again costs at most twice as much, if it is done only
  // when the bytes have doubled.
  size_t look_at = 0;
  while (true) {
    if (rest.size() >= look_at) {
      std::string_view bytes = rest;
      CUTSET_ASSIGN(std::optional<RespAnswer> answer, take_resp(bytes));
      if (answer) {
        rest.erase(0, rest.size() - bytes.size());
        return std::move(*answer);
      }
      look_at = rest.size() < (size_t{1} << 20) ? 0 : rest.size() * 2;
    }
    if (rest.size() > kLongestAnswer) return Error::unavailable("an answer too long");
    const auto until =
        look_at == 0 ? deadline
                     : std::min(deadline, Clock::now() + std::chrono::milliseconds(20));
    Result<std::string> more = connection.receive(until);
    if (more.ok()) {
      rest += *more;
    } else if (look_at != 0 && Clock::now() < deadline) {
      look_at = 0;
    } else {
      return more.error();
    }
  }
}

}  // namespace cutset::driver
