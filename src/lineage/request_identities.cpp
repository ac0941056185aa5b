#include "lineage/request_identities.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/check.h"
#include "base/hash.h"

namespace cutset::lineage {

namespace {

/// A set of equal siblings: the identity of their parent, callee and signature.
struct Siblings {
  uint32_t parent = 0;
  std::string callee;
  std::string signature;
  friend auto operator<=>(const Siblings&, const Siblings&) = default;
};

/// A node of the tree of identities, in the order in which it was found.
struct Found {
  ClassCall call;
  int64_t position_sum = 0;  // of its index among its siblings, over the runs
  std::vector<uint32_t> children;
  int64_t unawaited = 0;
  int64_t retries = 0;
  std::vector<std::pair<uint32_t, size_t>> where;  // (run, index in it), ascending
};

class Builder {
 public:
  explicit Builder(std::vector<Request> requests) : requests_(std::move(requests)) {
    std::sort(requests_.begin(), requests_.end(), [](const Request& a, const Request& b) {
      return std::tie(a.run, a.root) < std::tie(b.run, b.root);
    });
  }

  RequestIdentities build() {
    find_levels();
    name_calls();
    judge_stability();
    return in_pre_order();
  }

 private:
  using Keys = std::map<std::string, size_t>;  // of the siblings of one run -> rank

  void find_levels() {
    depth_of_.resize(requests_.size());
    call_of_.resize(requests_.size());
    int deepest = 0;
    for (size_t run = 0; run < requests_.size(); ++run) {
      const std::vector<RequestCall>& calls = requests_[run].calls;
      depth_of_[run].resize(calls.size(), 0);
      call_of_[run].resize(calls.size(), 0);
      for (size_t i = 1; i < calls.size(); ++i) {
        CHECK(calls[i].parent >= 0 && static_cast<size_t>(calls[i].parent) < i);
        depth_of_[run][i] = depth_of_[run][static_cast<size_t>(calls[i].parent)] + 1;
        deepest = std::max(deepest, depth_of_[run][i]);
      }
    }
    levels_.resize(static_cast<size_t>(deepest) + 1);
    for (uint32_t run = 0; run < requests_.size(); ++run) {
      for (size_t i = 0; i < depth_of_[run].size(); ++i)
        levels_[static_cast<size_t>(depth_of_[run][i])].push_back({run, i});
    }
  }

  void name_calls() {
    Found entry;
    const RequestCall& call = requests_.front().calls.front();
    entry.call.point = {call.callee, call.signature, "", 1};
    found_.push_back(entry);
    for (uint32_t run = 0; run < requests_.size(); ++run) note(0, run, 0, 0);
    for (size_t level = 1; level < levels_.size(); ++level) name_level(levels_[level]);
  }

  /// The keys of the level's siblings are decided over all runs, then its calls are
  /// numbered: what is below needs the numbers of its callers.
  void name_level(const std::vector<std::pair<uint32_t, size_t>>& level) {
    std::map<Siblings, std::map<uint32_t, Keys>> keys;
    for (const auto& [run, index] : level) {
      Keys& seen = keys[siblings_of(run, index)][run];
      const std::string& key = requests_[run].calls[index].key;
      seen.try_emplace(key, seen.size() + 1);
    }
    std::set<Siblings> ranked;
    for (const auto& [siblings, by_run] : keys) {
      if (!recur(by_run)) ranked.insert(siblings);
    }
    ranked_ += static_cast<int64_t>(ranked.size());
    std::map<std::pair<uint32_t, int>, int64_t> position;  // among siblings, in a run
    for (const auto& [run, index] : level) {
      const RequestCall& call = requests_[run].calls[index];
      const Siblings siblings = siblings_of(run, index);
      identity::Point point{call.callee, call.signature, call.key, call.ordinal};
      if (ranked.count(siblings) > 0) {
        point.key = fmt::format("~{}", keys[siblings][run].at(call.key));
      }
      note(number_of(siblings.parent, std::move(point)), run, index,
           position[std::pair(run, call.parent)]++);
    }
  }

  Siblings siblings_of(uint32_t run, size_t index) const {
    const RequestCall& call = requests_[run].calls[index];
    return {call_of_[run][static_cast<size_t>(call.parent)], call.callee, call.signature};
  }

  bool recur(const std::map<uint32_t, Keys>& by_run) const {
    if (by_run.size() < 2) return true;
    const std::set<std::string>* clean = nullptr;
    std::set<std::string> first;
    std::set<std::string> common;
    bool is_first = true;
    for (const auto& [run, keys] : by_run) {
      std::set<std::string> here;
      for (const auto& [key, rank] : keys) here.insert(key);
      if (is_clean(run)) {
        if (clean == nullptr) {
          first = here;
          clean = &first;
        } else if (here != *clean) {
          return false;
        }
      }
      std::set<std::string> both;
      std::set_intersection(common.begin(), common.end(), here.begin(), here.end(),
                            std::inserter(both, both.end()));
      common = is_first ? here : both;
      is_first = false;
    }
    return !common.empty();
  }

  bool is_clean(uint32_t run) const { return !requests_[run].any_failed(); }

  uint32_t number_of(uint32_t parent, identity::Point point) {
    const auto [entry, inserted] = numbers_.try_emplace(
        std::pair(parent, point.text()), static_cast<uint32_t>(found_.size()));
    if (inserted) {
      Found found;
      found.call.point = std::move(point);
      found.call.parent = static_cast<int>(parent);
      found.call.depth = found_[parent].call.depth + 1;
      found_.push_back(std::move(found));
      found_[parent].children.push_back(entry->second);
    }
    return entry->second;
  }

  void note(uint32_t number, uint32_t run, size_t index, int64_t position) {
    call_of_[run][index] = number;
    const RequestCall& call = requests_[run].calls[index];
    Found& found = found_[number];
    ++found.call.present;
    found.call.errors += call.failed ? 1 : 0;
    if (call.parent >= 0 && call.unordered) found.call.unordered = true;
    found.unawaited += call.awaited ? 0 : 1;
    found.retries += call.repeats >= 0 ? 1 : 0;
    found.position_sum += position;
    found.where.push_back({run, index});
  }

  /// Which children failed tells what their caller does next; without that difference
  /// two runs of it should make the same calls.
  void judge_stability() {
    for (uint32_t parent = 0; parent < found_.size(); ++parent) {
      if (!found_[parent].call.stable) {
        for (const uint32_t child : found_[parent].children) {
          found_[child].call.stable = false;
          if (found_[parent].call.unordered) found_[child].call.unordered = true;
        }
        continue;
      }
      judge_children(parent);
    }
  }

  void judge_children(uint32_t parent) {
    const std::vector<uint32_t>& children = found_[parent].children;
    // By run in which the caller answered without error: the sum of hashes of the
    // children that failed. One child can be taken out of a sum.
    std::map<uint32_t, uint64_t> failures;
    for (const auto& [run, index] : found_[parent].where) {
      if (!requests_[run].calls[index].failed) failures[run] = 0;
    }
    for (const uint32_t child : children) {
      for (const auto& [run, index] : found_[child].where) {
        const auto at = failures.find(run);
        if (at != failures.end() && requests_[run].calls[index].failed)
          at->second += mixed(child);
      }
    }
    std::map<uint64_t, int64_t> runs_with;  // these failures
    for (const auto& [run, failed] : failures) ++runs_with[failed];
    for (const uint32_t child : children)
      found_[child].call.stable =
          !found_[child].call.unordered && is_stable(child, failures, runs_with);
  }

  bool is_stable(uint32_t child, const std::map<uint32_t, uint64_t>& failures,
                 const std::map<uint64_t, int64_t>& runs_with) const {
    std::map<uint64_t, int64_t> there;   // other failures -> runs that have the child
    std::map<uint64_t, int64_t> failed;  // of those: it failed
    for (const auto& [run, index] : found_[child].where) {
      const auto at = failures.find(run);
      if (at == failures.end()) continue;
      const bool has_failed = requests_[run].calls[index].failed;
      const uint64_t others = at->second - (has_failed ? mixed(child) : 0);
      ++there[others];
      if (has_failed) ++failed[others];
    }
    for (const auto& [others, count] : there) {
      const auto all = runs_with.find(others);
      const int64_t not_failed = count - failed[others];
      if (all != runs_with.end() && all->second != not_failed) return false;
    }
    return true;
  }

  static uint64_t mixed(uint32_t number) { return fnv64(std::to_string(number)); }

  RequestIdentities in_pre_order() {
    for (Found& found : found_) {
      std::sort(found.children.begin(), found.children.end(),
                [this](uint32_t a, uint32_t b) { return comes_first(a, b); });
    }
    RequestIdentities result;
    result.ranked = ranked_;
    std::vector<uint32_t> new_number(found_.size());
    std::vector<uint32_t> open{0};
    while (!open.empty()) {
      const uint32_t number = open.back();
      open.pop_back();
      Found& found = found_[number];
      new_number[number] = static_cast<uint32_t>(result.calls.size());
      ClassCall call = std::move(found.call);
      if (call.parent >= 0)
        call.parent = static_cast<int>(new_number[static_cast<size_t>(call.parent)]);
      call.awaited = found.unawaited == 0;
      call.retry = found.retries == call.present;
      result.calls.push_back(std::move(call));
      open.insert(open.end(), found.children.rbegin(), found.children.rend());
    }
    for (uint32_t run = 0; run < requests_.size(); ++run)
      add_run(run, new_number, result);
    return result;
  }

  /// By mean position, then by text.
  bool comes_first(uint32_t a, uint32_t b) const {
    const Found& left = found_[a];
    const Found& right = found_[b];
    const int64_t sooner = left.position_sum * right.call.present;
    const int64_t later = right.position_sum * left.call.present;
    if (sooner != later) return sooner < later;
    const auto text = [](const Found& found) {
      const identity::Point& point = found.call.point;
      return std::tie(point.callee, point.signature, point.key, point.ordinal);
    };
    return text(left) < text(right);
  }

  void add_run(uint32_t run, const std::vector<uint32_t>& new_number,
               RequestIdentities& result) {
    const Request& request = requests_[run];
    ClassRun made{request.run, request.failed(), {}};
    for (size_t i = 0; i < request.calls.size(); ++i) {
      const RequestCall& call = request.calls[i];
      made.calls.push_back({new_number[call_of_[run][i]], call.parent, call.repeats,
                            call.failed, call.awaited, call.answer, call.status});
    }
    result.runs.push_back(std::move(made));
  }

  std::vector<Request> requests_;
  std::vector<std::vector<int>> depth_of_;
  std::vector<std::vector<uint32_t>> call_of_;  // number of the identity, by run
  std::vector<std::vector<std::pair<uint32_t, size_t>>> levels_;
  std::vector<Found> found_;
  std::map<std::pair<uint32_t, std::string>, uint32_t> numbers_;
  int64_t ranked_ = 0;
};

}  // namespace

std::string RequestIdentities::id(size_t call) const {
  std::vector<const identity::Point*> points;
  for (int at = static_cast<int>(call); at >= 0;
       at = calls[static_cast<size_t>(at)].parent)
    points.push_back(&calls[static_cast<size_t>(at)].point);
  std::string text;
  for (auto point = points.rbegin(); point != points.rend(); ++point) {
    if (!text.empty()) text += " > ";
    text += (*point)->text();
  }
  return text;
}

std::string RequestIdentities::words(size_t call) const {
  const ClassCall& made = calls[call];
  std::string text;
  if (made.parent >= 0)
    text = calls[static_cast<size_t>(made.parent)].point.callee + " -> ";
  text += made.point.callee + " " + made.point.signature;
  if (!made.point.key.empty()) text += " {" + made.point.key + "}";
  if (made.point.ordinal > 1) text += fmt::format(" #{}", made.point.ordinal);
  return text;
}

RequestIdentities identities_of(std::vector<Request> requests) {
  CHECK(!requests.empty());
  return Builder(std::move(requests)).build();
}

}  // namespace cutset::lineage
