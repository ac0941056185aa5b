#include "lineage/execution_difference.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "lineage/request.h"
#include "lineage/request_identities.h"

namespace cutset::lineage {

namespace {

/// More good runs than that add nothing but time.
constexpr size_t kMostGood = 200;

std::string answer_text(Answer::Kind kind, int status, bool failed) {
  switch (kind) {
    case Answer::Kind::kRefused:
      return "connection refused";
    case Answer::Kind::kTimeout:
      return "no answer in time";
    case Answer::Kind::kReset:
      return "connection broken";
    case Answer::Kind::kError:
      return "an error";
    case Answer::Kind::kStatus:
      break;
  }
  if (status != 0) return std::to_string(status);
  return failed ? "an error" : "an answer";
}

/// One bad request beside good ones of its kind, by identity.
class Comparison {
 public:
  Comparison(const RequestIdentities& identities, std::string_view bad_run)
      : identities_(identities),
        changes_(identities.calls.size()),
        bad_call_(identities.calls.size()) {
    for (const ClassRun& run : identities_.runs) {
      if (run.run == bad_run) {
        bad_ = &run;
      } else {
        ++good_runs_;
      }
    }
    for (const ClassRun& run : identities_.runs) note(run);
    children_.resize(identities_.calls.size());
    for (size_t call = 1; call < identities_.calls.size(); ++call)
      children_[parent(call)].push_back(call);
  }

  std::vector<ChangeGroup> groups() {
    for (size_t call = 0; call < identities_.calls.size(); ++call) find_change(call);
    std::map<size_t, ChangeGroup> groups;  // by the frontier, in pre-order
    for (size_t call = 0; call < identities_.calls.size(); ++call) {
      if (!changes_[call]) continue;
      const size_t frontier = cause(call);
      ChangeGroup& group = groups[frontier];
      if (frontier == call) {
        group.frontier = *changes_[call];
      } else {
        group.consequences.push_back(*changes_[call]);
      }
    }
    std::vector<ChangeGroup> result;
    for (auto& [frontier, group] : groups) result.push_back(std::move(group));
    return result;
  }

 private:
  using Kind = CallChange::Kind;

  struct Seen {
    int64_t runs = 0;
    std::set<std::string> answers;
    std::set<std::pair<Answer::Kind, int>> statuses;
  };

  size_t parent(size_t call) const {
    return static_cast<size_t>(identities_.calls[call].parent);
  }

  void note(const ClassRun& run) {
    for (const RunCall& call : run.calls) {
      if (&run == bad_) {
        bad_call_[call.call] = &call;
        continue;
      }
      Seen& seen = good_[call.call];
      ++seen.runs;
      seen.answers.insert(answer_text(call.answer, call.status, call.failed));
      seen.statuses.insert(std::pair(call.answer, call.status));
      if (call.failed) failed_in_good_.insert(call.call);
    }
  }

  void find_change(size_t call) {
    const auto good = good_.find(static_cast<uint32_t>(call));
    const RunCall* bad = bad_call_[call];
    CallChange change;
    if (good == good_.end()) {
      change.kind = Kind::kAdditional;
    } else if (bad == nullptr) {
      if (good->second.runs < good_runs_) return;
      change.kind = Kind::kMissing;
    } else if (bad->failed) {
      if (failed_in_good_.count(static_cast<uint32_t>(call)) > 0) return;
      change.kind = Kind::kFailed;
    } else if (good->second.statuses.count(std::pair(bad->answer, bad->status)) == 0) {
      change.kind = Kind::kOtherAnswer;
    } else {
      return;
    }
    change.id = identities_.id(call);
    change.words = identities_.words(call);
    if (good != good_.end()) {
      for (const std::string& answer : good->second.answers)
        change.good += (change.good.empty() ? "" : " or ") + answer;
    }
    if (bad != nullptr) change.bad = answer_text(bad->answer, bad->status, bad->failed);
    changes_[call] = std::move(change);
  }

  bool is(size_t call, Kind kind) const {
    return changes_[call] && changes_[call]->kind == kind;
  }
  /// There, and not as it should be. An additional call that failed is the reaction to
  /// something else, unless nothing else is there.
  bool is_wrong(size_t call) const {
    return is(call, Kind::kFailed) || is(call, Kind::kOtherAnswer);
  }

  std::optional<size_t> first_wrong_child(size_t call) const {
    for (const size_t child : children_[call]) {
      if (is_wrong(child)) return child;
    }
    return std::nullopt;
  }
  std::optional<size_t> first_missing_child(size_t call) const {
    for (const size_t child : children_[call]) {
      if (is(child, Kind::kMissing)) return child;
    }
    return std::nullopt;
  }

  /// The change from which this one follows; itself: the frontier.
  size_t cause(size_t call) const {
    if (is_wrong(call)) {
      // Down to the deepest.
      std::optional<size_t> deeper = first_wrong_child(call);
      while (deeper) {
        call = *deeper;
        deeper = first_wrong_child(call);
      }
      return call;
    }
    // A call that is missing or additional: up to a caller that is there in all runs,
    // then to what went wrong below it, or with it.
    size_t top = call;
    while (top != 0 && changes_[parent(top)] && !is_wrong(parent(top))) top = parent(top);
    if (top == 0) return top;
    const size_t caller = parent(top);
    if (const auto wrong = first_wrong_child(caller)) return cause(*wrong);
    if (is_wrong(caller)) return caller;
    if (is(call, Kind::kAdditional)) {
      if (const auto missing = first_missing_child(caller)) return *missing;
    }
    return top;
  }

  const RequestIdentities& identities_;
  const ClassRun* bad_ = nullptr;
  int64_t good_runs_ = 0;
  std::map<uint32_t, Seen> good_;
  std::set<uint32_t> failed_in_good_;
  std::vector<std::optional<CallChange>> changes_;
  std::vector<const RunCall*> bad_call_;
  std::vector<std::vector<size_t>> children_;
};

/// Good requests by entry, then by shape.
class GoodRequests {
 public:
  struct Group {
    Shape shape;
    std::vector<Request> requests;
  };

  explicit GoodRequests(const std::vector<Execution>& executions) {
    for (const Execution& execution : executions) {
      for (Request& request : requests_of(execution)) {
        if (!request.complete || request.failed()) {
          ++unused_[request.entry()];
          continue;
        }
        Shape shape = shape_of(request);
        Group& group = groups_[request.entry()][digest_of(shape)];
        group.shape = std::move(shape);
        group.requests.push_back(std::move(request));
      }
    }
  }

  int64_t unused(const std::string& entry) const {
    const auto found = unused_.find(entry);
    return found == unused_.end() ? 0 : found->second;
  }

  const Group* most_similar(const Request& bad) const {
    const auto groups = groups_.find(bad.entry());
    if (groups == groups_.end()) return nullptr;
    const Shape shape = shape_of(bad);
    const Group* best = nullptr;
    Similarity best_similarity{0, 1};
    for (const auto& [digest, group] : groups->second) {
      const Similarity here = similarity(shape, group.shape);
      const bool is_better =
          best == nullptr || best_similarity < here ||
          (!(here < best_similarity) && group.requests.size() > best->requests.size());
      if (!is_better) continue;
      best = &group;
      best_similarity = here;
    }
    return best;
  }

 private:
  std::map<std::string, std::map<uint64_t, Group>> groups_;
  std::map<std::string, int64_t> unused_;
};

ExecutionDifference difference(const GoodRequests& good, Request bad) {
  // Runs are told apart by name, and a bad trace may be among the good ones.
  static const std::string kBad = "\x01";
  ExecutionDifference result;
  const RequestCall& entry = bad.calls.front();
  result.name = entry.callee + " " + entry.signature;
  result.bad_run = bad.run;
  result.bad_failed = bad.failed();
  result.bad_incomplete = !bad.complete;
  if (const int64_t unused = good.unused(bad.entry()); unused > 0) {
    result.notes.push_back(
        fmt::format("{} of the good requests to this entry {} not used: failed, or parts "
                    "of the trace are missing.",
                    unused, unused == 1 ? "was" : "were"));
  }
  if (result.bad_incomplete) {
    result.notes.push_back(
        "Parts of the bad trace are missing: a call that seems to be missing may have "
        "been made.");
  }
  const GoodRequests::Group* group = good.most_similar(bad);
  if (group == nullptr) {
    result.notes.push_back("There is no good request to this entry to compare it with.");
    return result;
  }
  std::vector<Request> requests = group->requests;
  std::sort(requests.begin(), requests.end(), [](const Request& a, const Request& b) {
    return std::tie(a.run, a.root) < std::tie(b.run, b.root);
  });
  if (requests.size() > kMostGood) requests.resize(kMostGood);
  result.good_runs = static_cast<int64_t>(requests.size());
  result.good_example = requests.front().run;
  bad.run = kBad;
  requests.push_back(std::move(bad));
  const RequestIdentities identities = identities_of(std::move(requests));
  result.groups = Comparison(identities, kBad).groups();
  return result;
}

}  // namespace

std::vector<ExecutionDifference> differences(const std::vector<Execution>& good,
                                             const std::vector<Execution>& bad) {
  const GoodRequests requests(good);
  std::vector<ExecutionDifference> result;
  for (const Execution& execution : bad) {
    for (Request& request : requests_of(execution))
      result.push_back(difference(requests, std::move(request)));
  }
  return result;
}

std::string_view change_name(CallChange::Kind kind) {
  switch (kind) {
    case CallChange::Kind::kMissing:
      return "missing";
    case CallChange::Kind::kFailed:
      return "failed";
    case CallChange::Kind::kOtherAnswer:
      return "other answer";
    case CallChange::Kind::kAdditional:
      return "additional";
  }
  return "";
}

}  // namespace cutset::lineage
