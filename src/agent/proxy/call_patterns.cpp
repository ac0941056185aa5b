#include "agent/proxy/call_patterns.h"

#include <utility>
#include <vector>

namespace cutset::agent::proxy {

uint64_t CallPatterns::add(CallPattern pattern, CallGate::Fired fired,
                           std::shared_ptr<CallGate::Counts> counts) {
  patterns_[++last_id_] = {std::move(pattern), std::move(fired), std::move(counts)};
  return last_id_;
}

void CallPatterns::remove(uint64_t id) {
  patterns_.erase(id);
  std::vector<std::function<void()>> lifted;
  for (auto hit = hits_.begin(); hit != hits_.end();) {
    if (hit->second.pattern == id) {
      lifted.push_back(std::move(hit->second.lift));
      hit = hits_.erase(hit);
    } else {
      ++hit;
    }
  }
  for (const auto& lift : lifted) lift();
}

std::optional<CallPatterns::Hit> CallPatterns::on_call(const ArrivedCall& call,
                                                       bool taken,
                                                       std::function<void()> lift) {
  std::optional<Hit> hit;
  for (auto& [id, pattern] : patterns_) {
    const CallFilter& filter = pattern.what.filter;
    if (!passes(filter, call)) continue;
    const uint64_t number = ++pattern.counts->seen;
    const bool its_turn =
        number >= filter.nth && number - filter.nth < pattern.what.count;
    if (taken || !its_turn) continue;
    taken = true;
    hit = Hit{++last_hit_, pattern.what.mode};
    hits_[last_hit_] = {id, text_of(filter, number, call), std::move(lift)};
  }
  return hit;
}

void CallPatterns::fired(uint64_t hit) {
  const auto found = hits_.find(hit);
  if (found == hits_.end()) return;
  Pattern& pattern = patterns_.at(found->second.pattern);
  if (++pattern.counts->fired > 1) return;
  pattern.fired(found->second.on_what + ": " + pattern.what.mode.text());
}

}  // namespace cutset::agent::proxy
