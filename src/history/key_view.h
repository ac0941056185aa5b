// The operations on one key, in the order of their invocations.
// Thread rule: values; the history must outlive it.
#pragma once

#include <string>
#include <vector>

#include "history/operations.h"

namespace cutset::history {

struct KeyView {
  Value key;
  std::string shown;  // "" where the history has no keys
  std::vector<const Operation*> operations;
};

/// Keys in the order in which they first appear.
std::vector<KeyView> by_key(const History& history);

/// "k3: " or "".
std::string key_prefix(const KeyView& view);
/// What the operation is known by to its user: its token, or the value that it carried.
std::string token_of(const Operation& operation);

}  // namespace cutset::history
