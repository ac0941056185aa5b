#include "lineage/request_classes.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/hash.h"

namespace cutset::lineage {

namespace {

/// A run is compared with so many classes of its entry, the commonest.
constexpr size_t kMostCompared = 200;
/// Runs with failures found a class together if they have half of their calls in common.
constexpr Similarity kAlike{1, 2};

/// FNV-1a leaves the last bytes in the low bits; samples and thresholds need all of them.
uint64_t spread(std::string_view text) {
  uint64_t hash = fnv64(text);
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdULL;
  hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  return hash ^ (hash >> 33);
}

constexpr size_t kLongestReason = 200;  // bytes
constexpr std::string_view kOtherReasons = "other reasons";

/// A problem of an execution without its numbers: one and many are the same.
std::string reason_of(const std::string& problem) {
  const auto says = [&](std::string_view words) {
    return problem.find(words) != std::string::npos;
  };
  if (says("parent is not in the trace") || says("parents are not in the trace"))
    return "a parent span is missing";
  if (says("of parents was cut") || says("of parents were cut"))
    return "spans are their own ancestors";
  if (says("left out: nested deeper"))
    return "calls nested too deep, or a trace that is too large";
  std::string reason;
  for (const char c : problem) {
    if (c >= '0' && c <= '9') continue;
    if (c == ' ' && (reason.empty() || reason.back() == ' ')) continue;
    reason += c;
  }
  return reason;
}

std::string reason_of(const std::vector<std::string>& problems) {
  std::string reasons;
  for (const std::string& problem : problems) {
    if (reasons.size() >= kLongestReason) break;
    reasons += (reasons.empty() ? "" : "; ") + reason_of(problem);
  }
  size_t end = std::min(reasons.size(), kLongestReason);
  // Not in the middle of a character of UTF-8.
  while (end > 0 && end < reasons.size() && (reasons[end] & 0xC0) == 0x80) --end;
  reasons.resize(end);
  return reasons;
}

/// The first by name are kept, so that it does not matter which came first.
void add_reason(IncompleteReasons& reasons, std::string why,
                const IncompleteReason& added) {
  const auto add = [&](std::string to, const IncompleteReason& more) {
    IncompleteReason& reason = reasons[std::move(to)];
    if (reason.count == 0 || more.example < reason.example) reason.example = more.example;
    reason.count += more.count;
  };
  add(std::move(why), added);
  const std::string other(kOtherReasons);
  if (reasons.size() - reasons.count(other) <= RequestClasses::kMostReasons) return;
  auto last = --reasons.end();
  if (last->first == other) --last;
  const IncompleteReason left_out = last->second;
  reasons.erase(last);
  add(other, left_out);
}

}  // namespace

/// A class before its samples are worked out.
struct RequestClasses::Draft {
  const Group* first = nullptr;  // whose shape it has
  std::string entry;
  uint64_t shape = 0;
  std::vector<std::pair<Sort, const Group*>> groups;
  int64_t runs = 0;
  int64_t failed = 0;
  int64_t incomplete = 0;
  std::string name;

  void add(Sort sort, const Group& group) {
    groups.emplace_back(sort, &group);
    (sort == Sort::kFailed       ? failed
     : sort == Sort::kIncomplete ? incomplete
                                 : runs) += group.count;
  }
  int64_t all() const { return runs + failed; }
};

void RequestClasses::add(const Execution& execution) {
  ++executions_;
  if (!execution.problems.empty()) ++incomplete_;
  const std::string reason = reason_of(execution.problems);
  for (Request& request : requests_of(execution)) add_request(std::move(request), reason);
}

size_t RequestClasses::most_samples(Sort sort) const {
  if (sort == Sort::kIncomplete) return 0;
  const size_t most = sort == Sort::kFailed ? limits_.most_failed : limits_.most_runs;
  return std::max<size_t>(most >> halvings_, 1);
}

/// Grows with every request and with nothing else, so that the moment of halving does not
/// depend on which came first.
size_t RequestClasses::cost(const GroupKey& key, const Group& group) const {
  const size_t samples =
      std::min<size_t>(static_cast<size_t>(group.count), most_samples(key.sort));
  return samples * group.largest + group.shape.size() / 8 + 1;
}

void RequestClasses::add_request(Request request, const std::string& reason) {
  ++requests_;
  Shape shape = shape_of(request);
  GroupKey key;
  key.entry = request.entry();
  key.shape = digest_of(shape);
  key.sort = !request.complete      ? Sort::kIncomplete
             : request.failed()     ? Sort::kFailed
             : request.any_failed() ? Sort::kAbsorbed
                                    : Sort::kClean;
  key.hash = spread(
      fmt::format("{} {} {}", hex16(key.shape), static_cast<int>(key.sort), key.entry));
  if (full_ && key.hash >= threshold_) {
    ++left_out_;
    return;
  }
  Group& group = groups_[key];
  if (group.count > 0) cost_ -= cost(key, group);
  if (group.count == 0) group.shape = std::move(shape);
  ++group.count;
  if (!request.complete) add_reason(group.reasons, reason, {1, request.run});
  group.largest = std::max(group.largest, request.calls.size());
  cost_ += cost(key, group);
  const SampleKey sample{spread(request.run), request.run, request.root};
  const size_t most = most_samples(key.sort);
  if (group.samples.size() < most ||
      (most > 0 && sample < group.samples.rbegin()->first)) {
    group.samples.emplace(sample, std::move(request));
    if (group.samples.size() > most) group.samples.erase(--group.samples.end());
  }
  if (cost_ > limits_.most_calls) shrink();
}

void RequestClasses::shrink() {
  while (cost_ > limits_.most_calls && most_samples(Sort::kClean) > 1) {
    ++halvings_;
    cost_ = 0;
    for (auto& [key, group] : groups_) {
      while (group.samples.size() > most_samples(key.sort))
        group.samples.erase(--group.samples.end());
      cost_ += cost(key, group);
    }
  }
  while (cost_ > limits_.most_calls && groups_.size() > 1) {
    const auto last = --groups_.end();
    full_ = true;
    threshold_ = last->first.hash;
    cost_ -= cost(last->first, last->second);
    left_out_ += last->second.count;
    groups_.erase(last);
  }
}

std::vector<RequestClasses::Draft> RequestClasses::drafts() const {
  // In an order that tells nothing of the hashes: by entry, sort, most first, digest.
  std::vector<const GroupMap::value_type*> groups;
  for (const auto& group : groups_) groups.push_back(&group);
  std::sort(groups.begin(), groups.end(), [](const auto* a, const auto* b) {
    const auto rank = [](const auto* group) {
      return std::tuple(std::string_view(group->first.entry), group->first.sort,
                        -group->second.count, group->first.shape);
    };
    return rank(a) < rank(b);
  });
  std::vector<Draft> drafts;
  size_t first_of_entry = 0;
  size_t clean = 0;  // of this entry
  for (size_t i = 0; i < groups.size(); ++i) {
    const auto& [key, group] = *groups[i];
    if (i == 0 || groups[i - 1]->first.entry != key.entry) {
      first_of_entry = drafts.size();
      clean = 0;
    }
    if (key.sort == Sort::kClean) ++clean;
    Draft* best = nullptr;
    Similarity best_similarity{0, 1};
    const size_t end = std::min(drafts.size(), first_of_entry + kMostCompared);
    for (size_t at = first_of_entry; at < end && key.sort != Sort::kClean; ++at) {
      const Similarity here = similarity(drafts[at].first->shape, group.shape);
      if (best == nullptr || best_similarity < here) {
        best = &drafts[at];
        best_similarity = here;
      }
    }
    const bool joins = best != nullptr && (clean > 0 || key.sort == Sort::kIncomplete ||
                                           !(best_similarity < kAlike));
    if (!joins) {
      Draft draft;
      draft.first = &group;
      draft.entry = key.entry;
      draft.shape = key.shape;
      drafts.push_back(std::move(draft));
      best = &drafts.back();
    }
    best->add(key.sort, group);
  }
  return drafts;
}

RequestClass RequestClasses::finished(const Draft& draft, const Limits& limits) {
  std::map<SampleKey, const Request*> clean;
  std::map<SampleKey, const Request*> absorbed;
  std::map<SampleKey, const Request*> failed;
  for (const auto& [sort, group] : draft.groups) {
    auto& samples = sort == Sort::kClean    ? clean
                    : sort == Sort::kFailed ? failed
                                            : absorbed;
    for (const auto& [key, request] : group->samples) samples.emplace(key, &request);
  }
  RequestClass result;
  const auto* examples = !clean.empty()      ? &clean
                         : !absorbed.empty() ? &absorbed
                                             : &failed;
  result.example = examples->begin()->second->run;
  std::vector<Request> sample;
  const auto take = [&](const auto& from, size_t most) {
    for (const auto& [key, request] : from) {
      if (most-- == 0) break;
      sample.push_back(*request);
    }
  };
  take(clean, limits.most_runs);
  take(absorbed, limits.most_runs);
  take(failed, limits.most_failed);
  result.identities = identities_of(std::move(sample));
  result.name = draft.name;
  result.entry = result.identities.id(0);
  result.shape = draft.shape;
  result.runs = draft.runs;
  result.failed = draft.failed;
  result.incomplete = draft.incomplete;
  return result;
}

RequestClasses::Found RequestClasses::classes(size_t most) const {
  std::vector<Draft> all = drafts();
  Found found;
  found.left_out = left_out_;
  const auto only_incomplete = [](const Draft& draft) { return draft.all() == 0; };
  for (const Draft& draft : all) {
    if (!only_incomplete(draft)) continue;
    found.incomplete += draft.incomplete;
    for (const auto& [sort, group] : draft.groups) {
      for (const auto& [why, reason] : group->reasons)
        add_reason(found.reasons, why, reason);
    }
  }
  all.erase(std::remove_if(all.begin(), all.end(), only_incomplete), all.end());
  std::sort(all.begin(), all.end(), [](const Draft& a, const Draft& b) {
    if (a.all() != b.all()) return a.all() > b.all();
    return std::tie(a.entry, a.shape) < std::tie(b.entry, b.shape);
  });
  std::set<std::string> names;
  for (size_t i = 0; i < all.size(); ++i) {
    Draft& draft = all[i];
    if (i >= most) {
      found.left_out += draft.all() + draft.incomplete;
      ++found.left_out_kinds;
      continue;
    }
    const RequestCall& entry = draft.first->samples.begin()->second.calls.front();
    const std::string base = entry.callee + " " + entry.signature;
    draft.name = base;
    for (int number = 2; !names.insert(draft.name).second; ++number)
      draft.name = fmt::format("{} ({})", base, number);
    found.classes.push_back(finished(draft, limits_));
  }
  return found;
}

}  // namespace cutset::lineage
