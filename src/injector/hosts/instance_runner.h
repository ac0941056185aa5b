// Starts and ends the instances of a live system and reads what they write, however their
// hosts run them.
//
// Thread rule: is_running() and read_log() from any thread; the rest from one owner.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "base/result.h"
#include "injector/hosts/instance_book.h"

namespace cutset::injector {

class InstanceRunner {
 public:
  virtual ~InstanceRunner() = default;
  InstanceRunner() = default;
  InstanceRunner(const InstanceRunner&) = delete;
  InstanceRunner& operator=(const InstanceRunner&) = delete;

  virtual Status start(const InstanceKey& instance) = 0;
  /// Gently, then for certain. What has ended already is fine.
  virtual Status stop(const InstanceKey& instance) = 0;
  /// Of all that are placed.
  virtual Result<std::set<InstanceKey>> running() = 0;
  /// Where its output ends now; 0 before its first start.
  virtual Result<int64_t> log_end(const InstanceKey& instance) = 0;
  /// Its output since an offset, at most 16 MiB.
  virtual Result<std::string> read_log(const InstanceKey& instance, int64_t offset) = 0;
};

}  // namespace cutset::injector
