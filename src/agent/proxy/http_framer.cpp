#include "agent/proxy/http_framer.h"

#include <limits>

#include <http_parser.h>

#include "base/check.h"

namespace cutset::agent::proxy {

struct HttpFramer::Parser {
  http_parser state;
};

struct HttpFramer::Callbacks {
  static HttpFramer& framer(http_parser* parser) {
    return *static_cast<HttpFramer*>(parser->data);
  }

  static int on_headers_complete(http_parser* parser) {
    HttpFramer& self = framer(parser);
    if (parser->http_major != 1) {
      self.fail("only HTTP/1.0 and HTTP/1.1 are spoken here");
      return -1;
    }
    self.head_seen_ = true;
    const bool some_length =
        parser->content_length > 0 &&
        parser->content_length != std::numeric_limits<uint64_t>::max();
    self.has_body_ = (parser->flags & F_CHUNKED) != 0 || some_length;
    http_parser_pause(parser, 1);
    if (self.kind_ == Kind::kRequest) return 0;
    // RFC 9112 6.3: these have no body whatever their header fields say.
    const int status = static_cast<int>(parser->status_code);
    const bool bodiless = self.answer_to_head_ || status / 100 == 1 || status == 204 ||
                          status == 304 || (self.answer_to_connect_ && status / 100 == 2);
    if (bodiless) self.has_body_ = false;
    return bodiless ? 1 : 0;
  }

  static int on_body(http_parser* parser, const char* bytes, size_t count) {
    framer(parser).content_(std::string_view(bytes, count));
    return 0;
  }

  static int on_message_complete(http_parser* parser) {
    HttpFramer& self = framer(parser);
    self.done_ = true;
    self.keep_alive_ = http_should_keep_alive(parser) != 0;
    http_parser_pause(parser, 1);
    return 0;
  }

  static const http_parser_settings& settings() {
    static const http_parser_settings kSettings = [] {
      http_parser_settings result;
      http_parser_settings_init(&result);
      result.on_headers_complete = on_headers_complete;
      result.on_body = on_body;
      result.on_message_complete = on_message_complete;
      return result;
    }();
    return kSettings;
  }
};

HttpFramer::HttpFramer(Kind kind, std::function<void(std::string_view)> content)
    : kind_(kind), content_(std::move(content)), parser_(std::make_unique<Parser>()) {
  start();
}

HttpFramer::~HttpFramer() = default;

void HttpFramer::start(bool answer_to_head, bool answer_to_connect) {
  http_parser_init(&parser_->state,
                   kind_ == Kind::kRequest ? HTTP_REQUEST : HTTP_RESPONSE);
  parser_->state.data = this;
  head_.clear();
  error_.clear();
  answer_to_head_ = answer_to_head;
  answer_to_connect_ = answer_to_connect;
  started_ = head_seen_ = done_ = has_body_ = keep_alive_ = false;
}

void HttpFramer::fail(std::string why) {
  error_ = std::move(why);
}

void HttpFramer::check_parser() {
  const auto code = HTTP_PARSER_ERRNO(&parser_->state);
  if (code == HPE_PAUSED) {
    http_parser_pause(&parser_->state, 0);
  } else if (code != HPE_OK && error_.empty()) {
    fail(http_errno_description(code));
  }
}

HttpFramer::Step HttpFramer::feed(std::string_view bytes) {
  CHECK(!done_ && error_.empty());
  if (bytes.empty())
    return {};  // for http_parser an empty piece is the end of the stream
  started_ = true;
  const bool had_head = head_seen_;
  // Beyond the limit a head is refused anyway: never parse (or keep) more of it.
  const std::string_view piece = had_head ? bytes : bytes.substr(0, kLongestHead + 1);
  size_t consumed = http_parser_execute(&parser_->state, &Callbacks::settings(),
                                        piece.data(), piece.size());
  check_parser();
  if (!had_head && head_seen_ && error_.empty()) {
    // http_parser stops in front of the head's last line feed.
    if (consumed >= piece.size() || piece[consumed] != '\n')
      fail("LF character expected");
    if (error_.empty()) {
      http_parser_execute(&parser_->state, &Callbacks::settings(), "\n", 1);
      ++consumed;
      check_parser();
      if (!done_) keep_alive_ = http_should_keep_alive(&parser_->state) != 0;
    }
  }
  if (!had_head && error_.empty()) {
    head_.append(piece.substr(0, consumed));
    if (head_.size() > kLongestHead) fail("the header block is longer than 64 KiB");
  }
  if (!error_.empty()) return {consumed, Event::kError};
  if (!had_head && head_seen_) return {consumed, Event::kHead};
  return {consumed, done_ ? Event::kEnd : Event::kMore};
}

bool HttpFramer::end_of_stream() {
  if (done_) return true;
  if (!head_seen_ || !error_.empty()) return false;
  http_parser_execute(&parser_->state, &Callbacks::settings(), nullptr, 0);
  check_parser();
  return done_ && error_.empty();
}

std::string_view HttpFramer::method() const {
  return http_method_str(static_cast<http_method>(parser_->state.method));
}

bool HttpFramer::is_head_request() const {
  return parser_->state.method == HTTP_HEAD;
}

bool HttpFramer::is_connect() const {
  return parser_->state.method == HTTP_CONNECT;
}

int HttpFramer::status() const {
  return static_cast<int>(parser_->state.status_code);
}

}  // namespace cutset::agent::proxy
