// A history as EDN, as Jepsen's and Knossos' checkers read it: one map a line,
//   {:index 3, :type :ok, :process 0, :f :read, :value "t-7", :time 12000}
//
// With keys, :value is the pair [key value] that jepsen.independent expects. An operation
// that is open at the end gets no completion, which is what these checkers call a crashed
// one. A process goes on after info under a new number (its own + number of clients), as
// theirs do: they take a process for dead then.
// Thread rule: pure function.
#pragma once

#include <string>

#include "history/event.h"

namespace cutset::history {

std::string to_edn(const EventLog& log);

}  // namespace cutset::history
