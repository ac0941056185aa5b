#include "solver/hitting_search.h"

#include <algorithm>
#include <bit>

namespace cutset::solver {

namespace {

constexpr size_t kMostConeNodes = size_t{1} << 24;  // of all cones together
constexpr size_t kFirstWords = 2;
constexpr size_t kMostWords = 24;
constexpr uint64_t kMostSteps = uint64_t{1} << 28;  // of all searches for hitting sets
constexpr uint32_t kBitsAWord = 64;

}  // namespace

HittingSearch::HittingSearch(const Dag& dag, uint64_t seed, std::function<bool()> stop)
    : dag_(dag),
      stop_(std::move(stop)),
      random_(seed),
      parents_(dag),
      evaluator_(dag, parents_),
      gate_needed_(dag.gate_count(), 0),
      fault_needed_(dag.fault_count(), 0) {}

/// False: there are too many, or they are too large.
bool HittingSearch::make_cones() {
  std::vector<Child> roots{dag_.root()};
  if (dag_.is_gate(roots[0]) && dag_.is_and(dag_.gate_of(roots[0]))) {
    const std::span<const Child> below = dag_.children(dag_.gate_of(roots[0]));
    roots.assign(below.begin(), below.end());
  }
  std::vector<uint32_t> met(size_t{dag_.fault_count()} + dag_.gate_count(), 0);
  size_t nodes = 0;
  for (uint32_t i = 0; i < roots.size(); ++i) {
    Cone cone;
    cone.root = roots[i];
    std::vector<Child> waiting{roots[i]};
    met[roots[i]] = i + 1;
    while (!waiting.empty()) {
      const Child child = waiting.back();
      waiting.pop_back();
      if (dag_.is_lost(child)) {
        cone.faults.push_back(child);
        continue;
      }
      cone.gates.push_back(dag_.gate_of(child));
      for (const Child below : dag_.children(dag_.gate_of(child))) {
        if (met[below] == i + 1) continue;
        met[below] = i + 1;
        waiting.push_back(below);
      }
    }
    nodes += cone.gates.size() + cone.faults.size();
    if (nodes > kMostConeNodes) return false;
    std::sort(cone.gates.rbegin(), cone.gates.rend());
    std::sort(cone.faults.begin(), cone.faults.end());
    cone.count.assign(cone.faults.size(), 0);
    cones_.push_back(std::move(cone));
  }
  return true;
}

/// An OR gate that supports in `wanted` need: each takes a child that holds, one that it
/// has anyway if it can.
void HittingSearch::share_out(Word wanted, std::span<const Child> below) {
  for (const Child child : below) {
    if (evaluator_.holds(child)) wanted &= ~needed(child);
  }
  if (wanted == 0) return;
  const size_t begin = random_() % below.size();
  Child last = kTrue;
  for (size_t i = 0; i < below.size(); ++i) {
    const Child child = below[(begin + i) % below.size()];
    if (!evaluator_.holds(child)) continue;
    const Word some = wanted & random_();
    needed(child) |= some;
    wanted &= ~some;
    last = child;
  }
  needed(last) |= wanted;
}

/// 64 more, which hold while what is active is lost.
void HittingSearch::add_supports(Cone& cone) {
  needed(cone.root) = ~Word{0};
  for (const GateId gate : cone.gates) {
    const Word wanted = gate_needed_[gate];
    if (wanted == 0) continue;
    gate_needed_[gate] = 0;
    if (dag_.is_and(gate)) {
      for (const Child child : dag_.children(gate)) needed(child) |= wanted;
    } else {
      share_out(wanted, dag_.children(gate));
    }
  }
  std::vector<Word>& word = cone.words.emplace_back(cone.faults.size());
  for (uint32_t i = 0; i < cone.faults.size(); ++i) {
    word[i] = fault_needed_[cone.faults[i]];
    fault_needed_[cone.faults[i]] = 0;
    cone.count[i] += static_cast<uint32_t>(std::popcount(word[i]));
  }
  const size_t before = cone.of_support.size();
  cone.of_support.resize(before + kBitsAWord);
  for (uint32_t i = 0; i < cone.faults.size(); ++i) {
    for (Word left = word[i]; left != 0; left &= left - 1)
      cone.of_support[before + static_cast<size_t>(std::countr_zero(left))].push_back(i);
  }
  cone.most = *std::max_element(cone.count.begin(), cone.count.end());
}

/// Can `left` faults hit the supports in `missing`? They go to the end of `chosen`.
bool HittingSearch::hit(const Cone& cone, uint32_t left, const std::vector<Word>& missing,
                        std::vector<uint32_t>& chosen) {
  size_t support = cone.of_support.size();
  uint32_t missing_count = 0;
  for (size_t word = 0; word < missing.size(); ++word) {
    missing_count += static_cast<uint32_t>(std::popcount(missing[word]));
    for (Word bits = missing[word]; bits != 0; bits &= bits - 1) {
      const size_t here = word * kBitsAWord + static_cast<size_t>(std::countr_zero(bits));
      if (support == cone.of_support.size() ||
          cone.of_support[here].size() < cone.of_support[support].size()) {
        support = here;
      }
    }
  }
  if (support == cone.of_support.size()) return true;
  if (left == 0) return false;
  std::vector<Word> still(missing.size());
  for (const uint32_t fault : cone.of_support[support]) {
    // In too few supports for the others to do the rest.
    if (uint64_t{cone.count[fault]} + uint64_t{left - 1} * cone.most < missing_count) {
      continue;
    }
    if (++steps_ > kMostSteps) return false;
    bool any = false;
    for (size_t word = 0; word < missing.size(); ++word) {
      still[word] = missing[word] & ~cone.words[word][fault];
      any = any || still[word] != 0;
      if (any && left == 1) break;
    }
    if (any && left == 1) continue;
    chosen.push_back(fault);
    if (!any || hit(cone, left - 1, still, chosen)) return true;
    chosen.pop_back();
  }
  return false;
}

HittingSearch::Verdict HittingSearch::look(Cone& cone, uint32_t size,
                                           std::vector<FaultId>& set) {
  while (cone.words.size() < kFirstWords) add_supports(cone);
  while (cone.words.size() < kMostWords) {
    if (stop_ && stop_()) return Verdict::kGaveUp;
    std::vector<uint32_t> chosen;
    const std::vector<Word> all(cone.words.size(), ~Word{0});
    if (!hit(cone, size, all, chosen)) {
      return steps_ > kMostSteps ? Verdict::kGaveUp : Verdict::kNone;
    }
    set.clear();
    for (const uint32_t fault : chosen) set.push_back(cone.faults[fault]);
    for (const FaultId fault : set) evaluator_.set_active(fault, true);
    const bool cuts = !evaluator_.holds(cone.root);
    if (!cuts) add_supports(cone);
    evaluator_.undo_to(0);
    if (cuts) return Verdict::kCut;
  }
  return Verdict::kGaveUp;
}

HittingSearch::Answer HittingSearch::smallest(uint32_t most) {
  Answer answer;
  if (is_constant(dag_.root()) || dag_.has_conditions()) return answer;
  if (!evaluator_.root_holds()) {
    answer.set.emplace();
    return answer;
  }
  if (!make_cones()) return answer;
  for (answer.least = 1; answer.least <= most; ++answer.least) {
    for (Cone& cone : cones_) {
      std::vector<FaultId> set;
      switch (look(cone, answer.least, set)) {
        case Verdict::kCut:
          std::sort(set.begin(), set.end());
          answer.least = static_cast<uint32_t>(set.size());
          answer.set = std::move(set);
          return answer;
        case Verdict::kGaveUp:
          return answer;
        case Verdict::kNone:
          break;
      }
    }
  }
  return answer;
}

}  // namespace cutset::solver
