// A callee that answers every request with the same bytes, and a load generator that
// keeps so many connections busy (the next request of a connection follows its answer at
// once). Both know their requests and answers by length alone, so that they cost as
// little as possible.
#pragma once

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"

namespace cutset::benchmark {

class FixedCallee {
 public:
  explicit FixedCallee(const std::string& address);
  ~FixedCallee();
  FixedCallee(const FixedCallee&) = delete;
  FixedCallee& operator=(const FixedCallee&) = delete;

  static const std::string& answer();

 private:
  void run();

  Fd listener_;
  Fd epoll_;
  Fd stop_;
  std::thread thread_;
};

struct Latencies {
  double p50_us = 0;
  double p99_us = 0;
  double requests_a_second = 0;
};

/// Sends `requests` of these bytes over `connections` connections to "host:port".
Latencies load(const std::string& address, const std::string& request, int connections,
               int requests);

}  // namespace cutset::benchmark
