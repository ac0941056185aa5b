// Which operation comes next. With the same plan the nth operation of the load is the
// same in every run: f, key, value and token depend on the seed and on n alone, whoever
// of the clients takes it.
//
// One exception: a `cas` expects what its client saw last. A `release` that the client
// holds no lock for is for the system to refuse.
//
// Thread rule: safe from several threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "driver/client.h"
#include "driver/plan.h"

namespace cutset::driver {

class Generator {
 public:
  explicit Generator(const OperationsPlan& plan);

  struct Ticket {
    int64_t number = 0;
    std::chrono::nanoseconds due{0};  // after the beginning of the load
  };
  /// Nothing: the load is over.
  std::optional<Ticket> next();
  /// `seen`: the value that the client read or wrote last.
  Request request(const Ticket& ticket, int64_t process,
                  const history::Value& seen) const;

 private:
  const OperationsPlan& plan_;
  int total_weight_ = 0;
  std::atomic<int64_t> next_{0};
};

}  // namespace cutset::driver
