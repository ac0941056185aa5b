// HTTP/1.0 and 1.1, one direction.
//
// Labels: "POST /path" without the query; "answer 200". Answers below 200 are messages
// too. What follows an upgrade is not understood until HTTP begins again.
//
// Rule for joining in the middle: the first line that ends like a request line (a method,
// a target, HTTP/1.x) or like a status line, also when it follows other text.
#pragma once

#include <deque>

#include "agent/framing/framer.h"
#include "agent/proxy/http_framer.h"

namespace cutset::agent::framing {

class Http1Framer final : public Framer {
 public:
  static constexpr size_t kMostAsked = 1024;        // requests that wait for an answer
  static constexpr size_t kLongestLine = 8 * 1024;  // that a search finds

  Http1Framer(Side side, bool from_start);

  void feed(std::string_view bytes, std::vector<Event>& events) override;
  void skip(uint64_t count, std::vector<Event>& events) override;
  void finish(std::vector<Event>& events) override;
  void asked(std::string_view label) override;

 private:
  void begin();
  size_t read(std::string_view bytes, std::vector<Event>& events);
  void head_complete(std::vector<Event>& events);
  void complete(std::vector<Event>& events);
  void lose(std::vector<Event>& events);
  bool find();

  const Side side_;
  std::unique_ptr<proxy::HttpFramer>
      framer_;  // null: not synchronised, or before a message
  bool labelled_ = false;
  uint64_t body_left_ = 0;  // of a body of known length
  uint64_t begin_ = 0;
  uint64_t message_ = 0;
  std::deque<char> asked_;  // 'H': HEAD, 'C': CONNECT, '-': another
  std::string window_;      // the current line, while not synchronised
};

}  // namespace cutset::agent::framing
