// The minimal cut sets of a fault graph, smallest first, one after the other.
//
// A set of faults cuts if the root does not hold when exactly its faults are active; it
// is minimal if no proper subset cuts. Order: by size; inside a size by weight (the sum
// of its faults' weights; smaller is likelier), exactly so where modules are small enough
// for a decision diagram or are enumerated to the end of the size, and likeliest faults
// first elsewhere; then by fault numbers. The order is a function of graph, options and
// seed.
//
// Method (solver.md 4): named passes shrink the graph; the AND root is split into
// conjuncts; those equal up to renaming are solved once; small ones by truncated ZBDDs,
// others by SAT, the ones that overlap too much in one shared formula.
//
// Learning: learn() and block() may be called at any time between two next(); sets that
// were given are not given again, unless a later model makes them new minimal cut sets:
// they were blocked or refuted by the caller in that case.
//
// Thread rule: one owner; `stop` is called from the owner's thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "solver/fault_graph.h"
#include "solver/search_stats.h"

namespace cutset::solver {

constexpr uint32_t kUnlimited = 0xffff'ffff;

/// At most so many active faults, in all and of each kind.
struct Budget {
  uint32_t total = kUnlimited;
  std::vector<std::pair<std::string, uint32_t>> kinds;  // {"crash", 1}; others unlimited
};

enum class Method {
  kAuto,        // what this file describes
  kPlain,       // one formula, one counter: the reference (solver.md section 3, "pg")
  kSat,         // as kAuto, without decision diagrams
  kDiagrams,    // as kAuto, decision diagrams for every conjunct without conditions
  kBruteForce,  // all sets; at most kMostBruteForce faults below the root
};
constexpr uint32_t kMostBruteForce = 20;

enum class Backend { kCadical, kMinisat };

/// Of the sets of one size, which comes first?
enum class Order {
  kWeight,  // the smaller sum of weights, as described above
  // Faults rank by weight, then by number; the set with the fault that ranks first, then
  // the one with the better second fault, ... Exactly so whatever the graph, a set at a
  // time, in one formula by SAT. Of the conjuncts of the root the one with the smallest
  // number comes first: all its sets of a size before those of the next conjunct. For
  // those who need one set of many.
  kLikeliestFault,
};

/// When conjuncts of the root stay together instead of being solved one by one.
struct ConjunctLimits {
  size_t largest_cone = size_t{1} << 16;  // nodes
  size_t work_per_node = 4;               // of walking through all cones
  size_t least_work = size_t{1} << 20;
  size_t kernel_gain = 2;  // the kernel is asked first if it is so many times smaller
  static constexpr size_t kNoKernel = 0xffff'ffff;
};

struct SearchOptions {
  Budget budget;
  Method method = Method::kAuto;
  Backend backend = Backend::kCadical;
  Order order = Order::kWeight;
  uint64_t seed = 0;
  uint64_t wanted = 0;      // so many sets will be asked for; 0: unknown, or all
  bool least_only = false;  // only sets of the least size that has any
  ConjunctLimits conjuncts;
  std::chrono::milliseconds time_limit{0};  // 0: none
  std::function<bool()> stop;               // may be empty; true: give up
};

struct FoundSet {
  std::vector<FaultId> faults;  // ascending
  int64_t weight = 0;
};

/// Why next() gave nothing.
enum class Ending {
  kNone,      // it gave something
  kComplete,  // every minimal cut set within the budget was given
  kStopped,   // the time limit or `stop`: there may be more
};

/// How many; exact unless it says "at least".
struct SetCount {
  uint64_t sets = 0;
  bool at_least = false;
  std::vector<uint64_t> by_size;  // [size]
};

class CutSearch {
 public:
  /// `graph` must outlive the search and stay as it is.
  CutSearch(const FaultGraph& graph, SearchOptions options);
  ~CutSearch();
  CutSearch(const CutSearch&) = delete;
  CutSearch& operator=(const CutSearch&) = delete;

  /// Error, kUsage: the options do not fit the graph (an unknown kind of fault, brute
  /// force over too many faults). Must be asked before the first next().
  Status check() const;

  std::optional<FoundSet> next();
  Ending ending() const;
  /// All minimal cut sets within the budget, without giving them: from decision diagrams
  /// for conjuncts that share no fault with others and have small ones, by enumeration
  /// for the rest. Independent of next(), and of the graph as it was given: what was
  /// learned or blocked since does not matter.
  SetCount count();

  /// `goal` (a gate of graph.dag, an OR) has one more alternative: it holds if all
  /// `premises` (children of graph.dag, enabled leaves too) hold.
  void learn(Child goal, const std::vector<Child>& premises);
  /// Supersets of `violated` are no longer wanted, itself included.
  void block(std::vector<FaultId> violated);

  const SearchStats& stats() const;

 private:
  class Engine;
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace cutset::solver
