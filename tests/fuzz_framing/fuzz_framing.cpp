// A framer: the same bytes in one piece and in pieces that the input chooses give the
// same events, each message is labelled once and ends at most once, and no byte is
// forgotten.
#include <cstdint>
#include <set>
#include <string>

#include "agent/framing/framer.h"
#include "agent/framing/guess.h"
#include "base/check.h"

namespace {

using namespace cutset::agent::framing;  // NOLINT(google-build-using-namespace)

void check_order(const std::vector<Event>& events) {
  std::set<uint64_t> open;
  uint64_t next = 0;
  for (const Event& event : events) {
    if (event.kind == Event::Kind::kLabelled) {
      CHECK(event.message == next++);
      CHECK(!event.label.empty() && event.label.size() <= kLongestLabel);
      open.insert(event.message);
    } else {
      CHECK(open.erase(event.message) == 1);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 4) return 0;
  const Side side = data[0] % 3 == 0   ? Side::kRequest
                    : data[0] % 3 == 1 ? Side::kAnswer
                                       : Side::kUnknown;
  const bool from_start = (data[0] & 0x80) == 0;
  const size_t piece = 1 + data[1] % 64;
  const uint64_t missing = data[2];
  Framing framing{Kind::CUTSET_FUZZED_FRAMING, {}};
  framing.prefix.width = 1 + data[3] % 8;
  framing.prefix.big_endian = (data[3] & 0x10) != 0;
  framing.prefix.includes_itself = (data[3] & 0x20) != 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 4, size - 4);
  (void)guess_framing(bytes.substr(0, kGuessBytes), bytes.size());

  const auto whole = make_framer(framing, side, from_start);
  const auto cut = make_framer(framing, side, from_start);
  std::vector<Event> expected;
  std::vector<Event> found;
  const size_t half = bytes.size() / 2;
  const auto feed_both = [&](std::string_view part) {
    whole->feed(part, expected);
    for (size_t at = 0; at < part.size(); at += piece)
      cut->feed(part.substr(at, piece), found);
    CHECK(whole->settled() == cut->settled() && whole->offset() == cut->offset());
  };
  feed_both(bytes.substr(0, half));
  whole->skip(missing, expected);
  cut->skip(missing, found);
  feed_both(bytes.substr(half));
  whole->finish(expected);
  cut->finish(found);
  CHECK(whole->offset() == bytes.size() + missing);
  CHECK(expected == found);
  check_order(expected);
  return 0;
}
