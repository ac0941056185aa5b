// How each action of a schedule is undone, and when, as far as that is known before the
// run: the first of its duration, a heal or resume or restart that follows, the end.
// Private to fdsl/.
//
// Thread rule: immutable.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "injector/fdsl/schedule.h"

namespace cutset::injector::fdsl {

struct Undo {
  std::string how;
  std::optional<Milliseconds> at;
};

class Undoing {
 public:
  /// `times` of the moments, where they are known. Keeps `schedule`.
  Undoing(const Schedule& schedule,
          const std::vector<std::optional<Milliseconds>>& times);

  /// Of an action on one instance in a moment at `now`.
  Undo of(const Action& action, const std::string& service, int slot,
          std::optional<Milliseconds> now) const;

 private:
  using Slot = std::pair<std::string, int>;
  using Time = std::optional<Milliseconds>;

  /// What may end something.
  struct Ends {
    std::vector<Milliseconds> times;  // sorted
    bool by_trigger = false;          // by a moment whose time is not known
  };

  static Time first_after(const Ends& ends, Time now);
  Undo at_end(const std::string& how) const;
  Undo after(Milliseconds duration, Time now) const;
  Undo down(const Slot& slot, Time now) const;
  Undo crashed(const Crash& crash, const Slot& slot, Time now) const;
  Undo lasts(const Lasting& lasting, bool pause, const Slot& slot, Time now) const;
  Undo of_fault(const Fault& fault, const Slot& slot, Time now) const;

  const Schedule& schedule_;
  std::map<std::string, Ends> heals_;  // by label
  std::map<Slot, Ends> resumes_;
  std::map<Slot, Ends> restarts_;
};

}  // namespace cutset::injector::fdsl
