#include "agent/framing/http1.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace cutset::agent::framing {

namespace {

using proxy::HttpFramer;

constexpr std::array<std::string_view, 9> kMethods = {
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};

/// "POST /path?q HTTP/1.1" gives "POST /path".
std::string request_label(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\r'));
  const size_t method = line.find(' ');
  if (method == std::string_view::npos) return "?";
  const std::string_view rest = line.substr(method + 1);
  return std::string(line.substr(0, method + 1)) +
         std::string(rest.substr(0, rest.find_first_of(" ?#")));
}

/// Where the request line that ends `line` begins.
size_t find_request_line(std::string_view line) {
  if (!line.ends_with(" HTTP/1.1") && !line.ends_with(" HTTP/1.0"))
    return std::string_view::npos;
  const size_t version = line.size() - 9;
  if (version == 0) return std::string_view::npos;
  const size_t target = line.rfind(' ', version - 1);
  if (target == std::string_view::npos || target + 1 == version)
    return std::string_view::npos;
  // The longest: "PUT" may be the end of another word.
  size_t longest = 0;
  for (const std::string_view method : kMethods)
    if (line.substr(0, target).ends_with(method))
      longest = std::max(longest, method.size());
  return longest == 0 ? std::string_view::npos : target - longest;
}

/// Where the status line that ends `line` begins.
size_t find_status_line(std::string_view line) {
  const size_t at = line.rfind("HTTP/1.");
  if (at == std::string_view::npos) return at;
  const std::string_view status = line.substr(at);
  const auto digit = [&](size_t i) { return status[i] >= '0' && status[i] <= '9'; };
  const bool fits = status.size() >= 12 && (status[7] == '0' || status[7] == '1') &&
                    status[8] == ' ' && digit(9) && digit(10) && digit(11) &&
                    (status.size() == 12 || status[12] == ' ');
  return fits ? at : std::string_view::npos;
}

/// The content length that the head states, if it alone decides where the body ends.
uint64_t content_length(std::string_view head) {
  std::string lower(head);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (lower.find("\ntransfer-encoding:") != std::string::npos) return 0;
  const size_t name = lower.find("\ncontent-length:");
  if (name == std::string::npos) return 0;
  uint64_t value = 0;
  size_t at = lower.find_first_not_of(" \t", name + 16);
  for (; at < lower.size() && lower[at] >= '0' && lower[at] <= '9'; ++at) {
    if (value > (uint64_t{1} << 58)) return 0;
    value = value * 10 + static_cast<uint64_t>(lower[at] - '0');
  }
  return value;
}

}  // namespace

Http1Framer::Http1Framer(Side side, bool from_start) : side_(side) {
  synchronised_ = from_start;
}

void Http1Framer::begin() {
  const bool answer = side_ == Side::kAnswer;
  framer_ = std::make_unique<HttpFramer>(
      answer ? HttpFramer::Kind::kResponse : HttpFramer::Kind::kRequest,
      [](std::string_view) {});
  const char asked = answer && !asked_.empty() ? asked_.front() : '-';
  framer_->start(asked == 'H', asked == 'C');
  begin_ = offset_;
  body_left_ = 0;
}

void Http1Framer::head_complete(std::vector<Event>& events) {
  const std::string head = std::exchange(framer_->head(), {});
  if (side_ != Side::kAnswer) {
    message_ = label(begin_, request_label(head), events);
  } else {
    message_ = label(begin_, fmt::format("answer {}", framer_->status()), events);
    if (!asked_.empty() && framer_->status() / 100 != 1) asked_.pop_front();
  }
  labelled_ = true;
  if (framer_->has_body()) body_left_ = content_length(head);
}

void Http1Framer::complete(std::vector<Event>& events) {
  end(message_, offset_, events);
  framer_.reset();
  labelled_ = false;
}

void Http1Framer::lose(std::vector<Event>& events) {
  if (labelled_) broken(message_, offset_, events);
  labelled_ = false;
  framer_.reset();
  window_.clear();
  asked_.clear();  // which answer comes next is unknown
  synchronised_ = false;
}

size_t Http1Framer::read(std::string_view bytes, std::vector<Event>& events) {
  if (framer_ == nullptr) begin();
  const HttpFramer::Step step = framer_->feed(bytes);
  offset_ += step.consumed;
  if (step.event == HttpFramer::Event::kError) {
    lose(events);
    return step.consumed;
  }
  if (!labelled_ && framer_->head_seen())
    head_complete(events);
  else if (labelled_)
    body_left_ -= std::min<uint64_t>(body_left_, step.consumed);
  if (framer_->done()) complete(events);
  return step.consumed;
}

/// True: the window begins with a message.
bool Http1Framer::find() {
  if (window_.size() > kLongestLine) window_.erase(0, window_.size() - kLongestLine);
  std::string_view line(window_);
  if (!line.ends_with('\n')) return false;
  line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  const size_t at =
      side_ == Side::kAnswer ? find_status_line(line) : find_request_line(line);
  window_.erase(0, std::min(at, window_.size()));
  return at != std::string_view::npos;
}

void Http1Framer::feed(std::string_view bytes, std::vector<Event>& events) {
  while (!bytes.empty()) {
    if (synchronised_) {
      bytes.remove_prefix(read(bytes, events));
      continue;
    }
    const size_t line_end = bytes.find('\n');
    const size_t piece = std::min(
        {line_end == std::string_view::npos ? bytes.size() : line_end + 1, kLongestLine});
    window_ += bytes.substr(0, piece);
    bytes.remove_prefix(piece);
    offset_ += piece;
    if (!find()) continue;
    const std::string found = std::exchange(window_, {});
    offset_ -= found.size();
    synchronised_ = true;
    std::string_view again(found);
    while (!again.empty() && synchronised_) again.remove_prefix(read(again, events));
    offset_ += again.size();
  }
  settled_ = framer_ != nullptr && !labelled_ ? begin_ : offset_;
}

void Http1Framer::skip(uint64_t count, std::vector<Event>& events) {
  if (count == 0) return;
  if (labelled_ && count <= body_left_) {
    // The parser counts the body; what stands in it does not matter.
    const std::string zeros(std::min<uint64_t>(count, 4096), '0');
    for (uint64_t left = count; left > 0;) {
      const size_t piece = std::min<uint64_t>(left, zeros.size());
      feed(std::string_view(zeros).substr(0, piece), events);
      left -= piece;
    }
    return;
  }
  lose(events);
  offset_ += count;
  settled_ = offset_;
}

void Http1Framer::finish(std::vector<Event>& events) {
  if (framer_ == nullptr || !labelled_) return;
  if (framer_->end_of_stream())
    complete(events);
  else
    lose(events);
}

void Http1Framer::asked(std::string_view label) {
  if (asked_.size() == kMostAsked) asked_.clear();
  asked_.push_back(label.starts_with("HEAD ")      ? 'H'
                   : label.starts_with("CONNECT ") ? 'C'
                                                   : '-');
}

}  // namespace cutset::agent::framing
