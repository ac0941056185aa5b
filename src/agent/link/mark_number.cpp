#include "agent/link/mark_number.h"

#include <mutex>
#include <set>

namespace cutset::agent::link {

namespace {

struct Taken {
  std::mutex mutex;
  std::set<unsigned> numbers;  // guarded by mutex
};

Taken& taken() {
  static Taken instance;
  return instance;
}

}  // namespace

Result<MarkNumber> MarkNumber::take() {
  const std::lock_guard lock(taken().mutex);
  unsigned number = 1;
  while (taken().numbers.contains(number)) ++number;
  if (number > kMost)
    return Error::unavailable("too many network faults and message triggers at once");
  taken().numbers.insert(number);
  return MarkNumber(number);
}

MarkNumber::~MarkNumber() {
  if (value_ == 0) return;
  const std::lock_guard lock(taken().mutex);
  taken().numbers.erase(value_);
}

}  // namespace cutset::agent::link
