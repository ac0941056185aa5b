// One question to a time server (SNTP, RFC 4330 and 5905 section 14): how far our clock
// is from UTC. For the record only; nothing waits for it and nothing is set.
//
// Thread rule: each call is independent.
#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "injector/play/clock.h"

namespace cutset::injector::play {

/// `server`: "host" or "host:port" (default 123), "[v6]:port". Error, unavailable: no
/// answer in time, or one that says that it does not know the time.
Result<ClockOffset> ask_time_server(const std::string& server,
                                    std::chrono::milliseconds patience);

}  // namespace cutset::injector::play
