#include "framing_testing.h"

#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cutset::agent::framing {

std::string describe(const std::vector<Event>& events) {
  std::map<uint64_t, std::pair<std::string, std::string>> lines;
  std::map<uint64_t, std::string> labels;
  for (const Event& event : events) {
    auto& [begin, rest] = lines[event.message];
    switch (event.kind) {
      case Event::Kind::kLabelled:
        begin = fmt::format("{}", event.offset);
        rest = "-? " + event.label;
        labels[event.message] = event.label;
        break;
      case Event::Kind::kEnded:
        rest = fmt::format("-{} {}", event.offset, labels[event.message]);
        break;
      case Event::Kind::kBroken:
        rest = fmt::format("-! {}, lost at {}", labels[event.message], event.offset);
        break;
    }
  }
  std::string text;
  for (const auto& [message, line] : lines) text += line.first + line.second + "\n";
  return text;
}

std::vector<Event> events_of(Framer& framer, std::string_view bytes,
                             const std::vector<size_t>& cuts) {
  std::vector<Event> events;
  for (size_t i = 0; !bytes.empty(); ++i) {
    const std::string_view piece = bytes.substr(0, cuts[i % cuts.size()]);
    // A copy of its own: reading behind the end of a piece is seen by the sanitizer.
    framer.feed(std::string(piece), events);
    bytes.remove_prefix(piece.size());
  }
  return events;
}

void expect_sound(const std::vector<Event>& events, const Framer& framer) {
  std::map<uint64_t, uint64_t> open;
  uint64_t next = 0;
  for (const Event& event : events) {
    EXPECT_LE(event.offset, framer.offset());
    if (event.kind == Event::Kind::kLabelled) {
      EXPECT_EQ(event.message, next++);
      EXPECT_LE(event.label.size(), kLongestLabel);
      EXPECT_FALSE(event.label.empty());
      open[event.message] = event.offset;
    } else {
      ASSERT_TRUE(open.contains(event.message)) << "ended before it began, or twice";
      EXPECT_LE(open[event.message], event.offset);
      open.erase(event.message);
    }
  }
  EXPECT_LE(framer.settled(), framer.offset());
  EXPECT_LE(framer.offset() - framer.settled(), kLongestUnsettled + 16 * 1024);
}

}  // namespace cutset::agent::framing
