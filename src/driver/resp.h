// RESP 2, the protocol of Redis: commands out, answers in.
//
// Bounds: 64 MiB a text, 1 000 000 items, nested 8 deep.
// Thread rule: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "driver/tcp.h"
#include "history/value.h"

#include "base/result.h"

namespace cutset::driver {

struct RespAnswer {
  bool is_error = false;
  history::Value value;  // texts, integers as numbers, nil as nothing, lists
};

std::string resp_command(const std::vector<std::string>& words);

/// The answer at the beginning of `bytes`, which are consumed then; nothing if more bytes
/// are needed. Error: bad_input, this is not RESP.
Result<std::optional<RespAnswer>> take_resp(std::string_view& bytes);

/// Waits for one whole answer; `rest` keeps what came behind it.
Result<RespAnswer> receive_resp(TcpConnection& connection, std::string& rest,
                                Clock::time_point deadline);

}  // namespace cutset::driver
