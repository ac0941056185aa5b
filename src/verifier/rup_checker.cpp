#include "verifier/rup_checker.h"

#include <algorithm>

namespace cutset::verifier {

namespace {

// Offsets in the arena from where a clause begins.
constexpr uint32_t kNext = 0;
constexpr uint32_t kSize = 1;
constexpr uint32_t kHash = 2;
constexpr uint32_t kLiterals = 3;

}  // namespace

RupChecker::RupChecker(uint32_t variables)
    : variables_(variables),
      value_(2 * size_t{variables} + 2, 0),
      watches_(2 * size_t{variables} + 2),
      buckets_(1024, kNone) {}

void RupChecker::assign(Index literal) {
  value_[literal] = 1;
  value_[literal ^ 1U] = -1;
  trail_.push_back(literal);
}

void RupChecker::undo(size_t trail) {
  while (trail_.size() > trail) {
    value_[trail_.back()] = value_[trail_.back() ^ 1U] = 0;
    trail_.pop_back();
  }
  propagated_ = trail;
}

/// False: a clause fails.
bool RupChecker::propagate() {
  while (propagated_ < trail_.size()) {
    const Index lost = trail_[propagated_++] ^ 1U;
    std::vector<Watch>& watches = watches_[lost];
    size_t kept = 0;
    for (size_t i = 0; i < watches.size(); ++i) {
      const Watch watch = watches[i];
      if (holds(watch.other)) {
        watches[kept++] = watch;
        continue;
      }
      uint32_t* clause = arena_.data() + watch.clause;
      if (clause[kSize] == kNone) continue;  // removed
      Index* literals = clause + kLiterals;
      if (literals[0] == lost) std::swap(literals[0], literals[1]);
      if (holds(literals[0])) {
        watches[kept++] = {watch.clause, literals[0]};
        continue;
      }
      const uint32_t size = clause[kSize];
      uint32_t next = 2;
      while (next < size && fails(literals[next])) ++next;
      if (next < size) {
        std::swap(literals[1], literals[next]);
        watches_[literals[1]].push_back({watch.clause, literals[0]});
        continue;
      }
      watches[kept++] = {watch.clause, literals[0]};
      if (!fails(literals[0])) {
        assign(literals[0]);
        continue;
      }
      while (++i < watches.size()) watches[kept++] = watches[i];
      watches.resize(kept);
      return false;
    }
    watches.resize(kept);
  }
  return true;
}

bool RupChecker::normalise(std::span<const Literal> clause) {
  clause_.clear();
  for (const Literal literal : clause) clause_.push_back(index(literal));
  std::sort(clause_.begin(), clause_.end());
  clause_.erase(std::unique(clause_.begin(), clause_.end()), clause_.end());
  for (size_t i = 1; i < clause_.size(); ++i) {
    if ((clause_[i - 1] ^ 1U) == clause_[i]) return false;
  }
  return true;
}

uint32_t RupChecker::bucket() const {
  uint64_t hash = clause_.size();
  for (const Index literal : clause_) {
    hash = (hash ^ literal) * 0xd6e8feb86659fd93ULL;
    hash ^= hash >> 32;
  }
  return static_cast<uint32_t>(hash);
}

void RupChecker::grow() {
  buckets_.assign(2 * buckets_.size(), kNone);
  const size_t mask = buckets_.size() - 1;
  // Clauses stand one after the other; removed ones keep their true size behind kSize.
  for (size_t at = 0; at < arena_.size();) {
    const bool is_removed = arena_[at + kSize] == kNone;
    const uint32_t size = is_removed ? arena_[at + kNext] : arena_[at + kSize];
    if (!is_removed) {
      uint32_t& head = buckets_[arena_[at + kHash] & mask];
      arena_[at + kNext] = head;
      head = static_cast<uint32_t>(at);
    }
    at += kLiterals + size;
  }
}

/// The clause in clause_, which becomes part of what is known.
void RupChecker::store() {
  if (++stored_ > 2 * buckets_.size()) grow();
  const auto at = static_cast<uint32_t>(arena_.size());
  const uint32_t hash = bucket();
  uint32_t& head = buckets_[hash & (buckets_.size() - 1)];
  arena_.push_back(head);
  arena_.push_back(static_cast<uint32_t>(clause_.size()));
  arena_.push_back(hash);
  head = at;
  // Literals that do not fail come first: they are watched.
  std::stable_partition(clause_.begin(), clause_.end(),
                        [this](Index literal) { return !fails(literal); });
  arena_.insert(arena_.end(), clause_.begin(), clause_.end());
  if (refuted_) return;
  if (clause_.size() >= 2) {
    watches_[clause_[0]].push_back({at, clause_[1]});
    watches_[clause_[1]].push_back({at, clause_[0]});
  }
  if (clause_.empty() || fails(clause_[0])) {
    refuted_ = true;
  } else if ((clause_.size() == 1 || fails(clause_[1])) && !holds(clause_[0])) {
    assign(clause_[0]);
    refuted_ = !propagate();
  }
}

void RupChecker::add(std::span<const Literal> clause) {
  if (normalise(clause)) store();
}

bool RupChecker::add_implied(std::span<const Literal> clause) {
  if (!normalise(clause)) return true;
  if (!refuted_) {
    const size_t known = trail_.size();
    bool implied = false;
    for (const Index literal : clause_) {
      implied = implied || holds(literal);
      if (!implied && !fails(literal)) assign(literal ^ 1U);
    }
    implied = implied || !propagate();
    undo(known);
    if (!implied) return false;
  }
  store();
  return true;
}

bool RupChecker::remove(std::span<const Literal> clause) {
  if (!normalise(clause)) return true;
  uint32_t* link = &buckets_[bucket() & (buckets_.size() - 1)];
  std::vector<Index> literals;
  while (*link != kNone) {
    uint32_t* found = arena_.data() + *link;
    if (found[kSize] == clause_.size()) {
      literals.assign(found + kLiterals, found + kLiterals + found[kSize]);
      std::sort(literals.begin(), literals.end());
      if (literals == clause_) {
        *link = found[kNext];
        found[kNext] = found[kSize];
        found[kSize] = kNone;
        --stored_;
        return true;
      }
    }
    link = &found[kNext];
  }
  return false;
}

}  // namespace cutset::verifier
