// Which framing a direction of a connection seems to have, by its first bytes.
#pragma once

#include <optional>

#include "agent/framing/framer.h"

namespace cutset::agent::framing {

struct Guess {
  Framing framing;      // kNone: bytes that no framer here knows
  bool opaque = false;  // TLS: nothing in it can be read
};

/// Enough bytes for every guess.
constexpr size_t kGuessBytes = 64;

/// `first` is what came first in the direction, `piece` how many bytes came at once (a
/// length prefix is believed when it tells just that). Empty: more bytes are needed.
std::optional<Guess> guess_framing(std::string_view first, uint64_t piece);

}  // namespace cutset::agent::framing
