// What framers found, as lines of text that tests can compare.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/framing/framer.h"

namespace cutset::agent::framing {

/// "0-31 SET", "31-? GET" (still open), "31-! GET, lost at 40"; a line each, by number.
std::string describe(const std::vector<Event>& events);

/// The events of `bytes`, fed in pieces of the sizes of `cuts` (repeated as needed).
std::vector<Event> events_of(Framer& framer, std::string_view bytes,
                             const std::vector<size_t>& cuts);

/// Checks the order of events, and what the framer says of itself.
void expect_sound(const std::vector<Event>& events, const Framer& framer);

}  // namespace cutset::agent::framing
