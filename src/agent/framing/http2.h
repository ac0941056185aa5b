// HTTP/2, one direction, without encryption. nghttp2 inflates the header blocks; of
// frames only the heads are read here. A message is what one side sends on one stream:
// from its HEADERS to the frame that ends the stream, so messages overlap.
//
// Labels: "POST /path" without the query; "answer 200". Where the beginning of the
// connection was missed, header fields that refer to it are unknown: "stream".
//
// Rule for joining in the middle: the first place from which kChain heads of frames
// follow one another, each of a known type, of at most kLongestFrame bytes, on a stream
// that fits.
#pragma once

#include <map>

#include "agent/framing/framer.h"

struct nghttp2_hd_inflater;

namespace cutset::agent::framing {

class Http2Framer final : public Framer {
 public:
  static constexpr size_t kMostStreams = 4096;           // open; the oldest is forgotten
  static constexpr size_t kLongestHeaders = 256 * 1024;  // of a header block, as sent
  static constexpr uint32_t kLongestFrame = 16 * 1024;   // that a search finds
  static constexpr unsigned kChain = 3;
  static constexpr size_t kWindow = 64 * 1024;

  Http2Framer(Side side, bool from_start);
  ~Http2Framer() override;

  void feed(std::string_view bytes, std::vector<Event>& events) override;
  void skip(uint64_t count, std::vector<Event>& events) override;

 private:
  struct Headers {  // a block that is being read
    uint32_t stream = 0;
    uint64_t begin = 0;
    bool ends_stream = false;
    size_t size = 0;
    std::string method, path, status;
  };

  size_t read(std::string_view bytes, std::vector<Event>& events);
  void begin_frame(std::vector<Event>& events);
  void drop_inflater();
  void inflate(std::string_view fragment, bool last);
  void take_field(std::string_view name, std::string_view value);
  void headers_complete(std::vector<Event>& events);
  void frame_complete(std::vector<Event>& events);
  void end_stream(uint32_t stream, std::vector<Event>& events);
  void lose(std::vector<Event>& events);
  bool find();

  const Side side_;
  nghttp2_hd_inflater* inflater_ = nullptr;  // null: header blocks are not understood
  size_t preface_ = 0;                       // bytes of it that are to come
  std::string head_;                         // of the frame
  uint8_t type_ = 0;
  uint8_t flags_ = 0;
  uint32_t stream_ = 0;
  uint32_t left_ = 0;     // of the frame's payload
  bool found_ = false;    // by a search: it may have been wrong
  unsigned before_ = 0;   // bytes of the payload before the header fragment
  uint32_t padding_ = 0;  // bytes of it behind the fragment
  bool padding_known_ = false;
  bool in_headers_ = false;  // until END_HEADERS
  Headers headers_;
  std::map<uint32_t, uint64_t> open_;  // stream -> message
  std::string window_;                 // while not synchronised
};

}  // namespace cutset::agent::framing
