// What is behind CutSearch: conjuncts, the classes that they belong to, and the order in
// which their sets are given.
//
// A size is open while its sets are given: each conjunct waits in a heap, by the weight
// of its next set (or a bound of it). When a model changes, the conjuncts that it touches
// get a class of their own and catch up through the sizes that were done, together with
// the sets that were only dropped because a smaller one was given that no longer cuts.
//
// Thread rule: one owner.
#pragma once

#include <map>
#include <queue>

#include "solver/conjuncts.h"
#include "solver/cut_search.h"
#include "solver/dag_evaluator.h"
#include "solver/given_sets.h"
#include "solver/instance_stream.h"
#include "solver/least_sets.h"

namespace cutset::solver {

class CutSearch::Engine {
 public:
  Engine(const FaultGraph& graph, SearchOptions options);

  Status check() const;
  std::optional<FoundSet> next();
  Ending ending() const { return ending_; }
  SetCount count() const;
  void learn(Child goal, std::vector<Child> premises);
  void block(const FaultSet& violated);
  const SearchStats& stats();

  /// next() gives nothing, once, when all sets of one fault are given and larger ones
  /// come next: paused() until it is asked again. Must be said before the first next().
  void pause_after_single_faults() { pause_wanted_ = true; }
  bool paused() const { return paused_; }
  /// The time limit ends when that of the other does.
  void end_with(const Engine& other) { end_ = other.end_; }

 private:
  /// A conjunct, or those that are solved together.
  struct Instance {
    uint32_t cone_class = 0;
    uint32_t first_fault = 0;  // into faults_
    std::vector<Child> roots;  // one, unless solved together
    bool is_shared() const { return roots.size() > 1; }
  };

  /// Waiting to give a set: not looked into yet, or with a stream.
  struct Waiting {
    int64_t weight = 0;  // of the next set, or less
    uint32_t instance = 0;
    uint32_t cone_class = 0;  // the instance's when this was made
    std::shared_ptr<InstanceStream> stream;
    bool operator<(const Waiting& other) const {  // the heap gives the largest first
      if (weight != other.weight) return weight > other.weight;
      return instance > other.instance;
    }
  };

  /// A set that came from an instance.
  struct Offer {
    FoundSet set;
    uint32_t instance = 0;
  };
  static constexpr uint32_t kFromKernel = 0xffff'ffff;  // before there were instances
  /// What there is to do again at one size.
  struct CatchUp {
    std::vector<uint32_t> instances;
    std::vector<Offer> offers;
    std::shared_ptr<InstanceStream> stream;  // of the last instance
    uint32_t stream_class = 0;
  };

  SetCount take_counted();
  bool is_apart(const Instance& instance) const;

  bool stopped() const;
  void start();
  void start_whole();
  void start_split();
  bool start_with_least(const Conjuncts& conjuncts);
  ClassOptions class_options() const;
  std::vector<uint8_t> kinds_of(const std::vector<FaultId>& faults) const;
  std::vector<uint32_t> ranks_of(const std::vector<FaultId>& faults) const;
  uint32_t add_class(Dag dag, const std::vector<FaultId>& faults);
  void add_instance(uint32_t cone_class, uint32_t first_fault, std::vector<Child> roots);
  std::span<const FaultId> faults_of(const Instance& instance) const;

  void pause_if_due(uint32_t next_size);
  void end_pause();
  void open_size();
  void next_size();
  std::optional<FoundSet> next_of_size();
  std::optional<FoundSet> next_to_catch_up();
  std::optional<FoundSet> next_of_least();
  std::optional<FoundSet> judged(Offer offer);
  std::shared_ptr<InstanceStream> stream_of(uint32_t instance, uint32_t size);

  std::vector<uint32_t> instances_above(Child goal);
  void rebuild(uint32_t instance);
  void refute_given(uint32_t instance, const Dag& dag,
                    const std::vector<FaultId>& faults);
  void refute_least();
  void learn_of_least(Child goal, std::vector<Child> premises);

  const FaultGraph& graph_;
  SearchOptions options_;
  std::optional<std::chrono::steady_clock::time_point> end_;
  Additions additions_;
  bool started_ = false;
  bool pause_wanted_ = false;
  bool paused_ = false;
  Ending ending_ = Ending::kNone;
  SearchStats stats_;

  std::vector<std::unique_ptr<ConeClass>> classes_;  // null: no instance is left
  std::vector<uint32_t> users_;                      // by class: instances
  std::vector<Instance> instances_;
  std::vector<FaultId> faults_;  // of all instances, one after the other

  GivenSets given_;
  std::vector<Offer> given_list_;
  std::vector<Offer> dropped_;  // for sets that were given
  std::shared_ptr<uint32_t> too_large_ = std::make_shared<uint32_t>(kUnlimited);
  std::unique_ptr<LeastSets> least_sets_;  // they come first; then null
  bool least_done_ = false;
  uint32_t least_ = 0;  // no set is smaller
  uint32_t size_ = 0;
  bool size_open_ = false;
  std::priority_queue<Waiting> waiting_;
  std::map<uint32_t, CatchUp> catch_up_;  // by size

  std::unique_ptr<Parents> parents_;  // made when something is learned
  std::unordered_map<Child, std::vector<uint32_t>> instances_of_root_;
  std::unordered_map<Child, std::vector<Child>> goals_of_premise_;
};

}  // namespace cutset::solver
