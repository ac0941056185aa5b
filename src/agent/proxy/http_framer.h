// Finds where HTTP/1.x messages begin and end in a stream of bytes (framing only: nothing
// is re-written here, so what is passed on is what came). A thin layer over http_parser.
//
//   start() -> feed()* -> kHead -> feed()* -> kEnd -> start() ...
//
// Invariants:
// 1. A head is at most kLongestHead bytes.
// 2. Bytes behind the end of a message are never consumed.
//
// Thread rule: one owner.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace cutset::agent::proxy {

constexpr size_t kLongestHead = 64 * 1024;

class HttpFramer {
 public:
  enum class Kind { kRequest, kResponse };
  enum class Event {
    kMore,  // all consumed, the message goes on
    kHead,  // the head is complete: head() and the accessors are valid; done() if nothing
            // follows
    kEnd,   // the message is complete
    kError,  // not HTTP: error() says why
  };
  struct Step {
    size_t consumed = 0;
    Event event = Event::kMore;
  };

  /// `content` gets the body as it is without chunk framing.
  HttpFramer(Kind kind, std::function<void(std::string_view)> content);
  ~HttpFramer();
  HttpFramer(const HttpFramer&) = delete;
  HttpFramer& operator=(const HttpFramer&) = delete;

  /// Begins a message. Responses have to know what was asked: a HEAD has no body, a
  /// CONNECT none when it is granted.
  void start(bool answer_to_head = false, bool answer_to_connect = false);

  /// Requires: not done(), no error before. Stops right behind the head and right behind
  /// the end.
  Step feed(std::string_view bytes);
  /// The stream ended. True: that is a proper end of this message.
  bool end_of_stream();

  bool started() const { return started_; }  // a byte of the message was seen
  bool head_seen() const { return head_seen_; }
  bool done() const { return done_; }
  /// The raw head with its empty line; moved out by the caller at will.
  std::string& head() { return head_; }
  const std::string& error() const { return error_; }

  // Valid once the head was seen.
  std::string_view method() const;
  bool is_head_request() const;
  bool is_connect() const;
  int status() const;
  bool has_body() const { return has_body_; }
  bool keep_alive() const { return keep_alive_; }

 private:
  struct Parser;
  struct Callbacks;
  void fail(std::string why);
  void check_parser();

  Kind kind_;
  std::function<void(std::string_view)> content_;
  std::unique_ptr<Parser> parser_;
  std::string head_;
  std::string error_;
  bool answer_to_head_ = false;
  bool answer_to_connect_ = false;
  bool started_ = false;
  bool head_seen_ = false;
  bool done_ = false;
  bool has_body_ = false;
  bool keep_alive_ = false;
};

}  // namespace cutset::agent::proxy
