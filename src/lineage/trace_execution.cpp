#include "lineage/trace_execution.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "lineage/call_draft.h"
#include "lineage/call_halves.h"
#include "lineage/call_keys.h"
#include "lineage/call_names.h"

namespace cutset::lineage {

namespace {

class Builder {
 public:
  Builder(const SpanTable& table, const TraceTree& tree, const ExecutionOptions& options,
          ModelCounts& counts)
      : table_(table),
        tree_(tree),
        options_(options),
        counts_(counts),
        drafter_(table, tree, options) {}

  Execution build() {
    const FoundCalls found = find_calls(table_, tree_);
    counts_.collapsed += found.collapsed;
    drafts_.reserve(found.calls.size());
    for (const CallHalves& halves : found.calls) {
      drafts_.push_back(drafter_.draft(halves));
    }
    settle_shared_clients();
    put_in_order();
    tell_apart();
    for (Draft& draft : drafts_) bound(draft);
    Execution execution;
    execution.run = tree_.trace.text();
    write(execution);
    execution.problems = problems();
    count(execution);
    return execution;
  }

 private:
  static size_t escaped_size(std::string_view text) {
    size_t size = text.size();
    for (const char c : text) {
      const bool plain = static_cast<unsigned char>(c) >= ' ' && c != '>' && c != '#' &&
                         c != '{' && c != '}' && c != '%' && c != ':' && c != 0x7f;
      size += plain ? 0 : 2;
    }
    return size;
  }

  /// Depth, and the length of identities: both grow with every call below a call.
  void bound(Draft& draft) {
    constexpr size_t kLongestId = size_t{60} << 10;  // parse_call_id refuses 64 KiB
    constexpr size_t kBetween = 20;                  // " > ", ":", "{}", "#", the ordinal
    draft.id_size = kBetween + escaped_size(drafter_.names().text(draft.callee)) +
                    escaped_size(drafter_.names().text(draft.signature)) +
                    escaped_size(draft.key);
    if (draft.halves.parent >= 0) {
      const Draft& parent = drafts_[static_cast<size_t>(draft.halves.parent)];
      draft.depth = parent.depth + 1;
      draft.id_size += parent.id_size;
      draft.left_out = parent.left_out;
    }
    draft.left_out = draft.left_out || draft.depth > kDeepestCall ||
                     draft.id_size > kLongestId || points_ + draft.depth > kMostPoints;
    if (draft.left_out) {
      ++left_out_;
    } else {
      points_ += draft.depth;
    }
  }

  /// One caller's half may stand for several calls (attempts that a library makes by
  /// itself). Where callees' halves failed, each call is judged by its own; where only
  /// the caller's did, nobody knows which it was: then all did.
  void settle_shared_clients() {
    std::vector<int> own(tree_.spans.size(), 0);     // calls, by their caller's half
    std::vector<int> failed(tree_.spans.size(), 0);  // of these, by the callee's half
    for (const Draft& draft : drafts_) {
      if (draft.client == nullptr || draft.server == nullptr) continue;
      ++own[static_cast<size_t>(draft.halves.client)];
      if (draft.callee_failed) ++failed[static_cast<size_t>(draft.halves.client)];
    }
    for (Draft& draft : drafts_) {
      if (draft.client == nullptr || draft.server == nullptr) continue;
      const auto client = static_cast<size_t>(draft.halves.client);
      if (own[client] < 2 || failed[client] == 0) continue;
      draft.call.failed = draft.callee_failed;
      draft.call.seen = *draft.call.answered;
    }
  }

  /// Siblings in the order of their start where that can be compared: caller's halves of
  /// one caller; callee's halves in one service. Otherwise by service.
  void put_in_order() {
    order_.resize(drafts_.size());
    std::iota(order_.begin(), order_.end(), 0);
    const auto key = [this](int at) {
      const Draft& draft = drafts_[static_cast<size_t>(at)];
      const StoredSpan& timed = draft.timed();
      const bool compared = draft.client != nullptr && draft.halves.handler >= 0;
      return std::tuple(draft.halves.parent, !compared,
                        compared ? std::string_view() : table_.name(timed.service),
                        timed.start_ns, timed.end_ns, server_order(draft), at);
    };
    std::sort(order_.begin(), order_.end(),
              [&key](int a, int b) { return key(a) < key(b); });
  }

  /// For calls with one caller's half.
  std::pair<std::string_view, int64_t> server_order(const Draft& draft) const {
    if (draft.server == nullptr) return {};
    return {table_.name(draft.server->service), draft.server->start_ns};
  }

  /// Keys, ordinals and retries, among calls of one parent, callee and signature.
  void tell_apart() {
    KeyFinder finder(table_, options_.key_attributes);
    std::vector<int> group(order_);
    const auto kind = [this](int at) {
      const Draft& draft = drafts_[static_cast<size_t>(at)];
      return std::tuple(draft.halves.parent, draft.callee, draft.signature);
    };
    std::stable_sort(group.begin(), group.end(),
                     [&kind](int a, int b) { return kind(a) < kind(b); });
    for (size_t begin = 0, end = 0; begin < group.size(); begin = end) {
      while (end < group.size() && kind(group[end]) == kind(group[begin])) ++end;
      if (end - begin > 1) tell_group_apart(finder, &group[begin], end - begin);
    }
  }

  void tell_group_apart(KeyFinder& finder, int* group, size_t size) {
    std::vector<Sibling> siblings;
    siblings.reserve(size);
    for (size_t at = 0; at < size; ++at) {
      const Draft& draft = drafts_[static_cast<size_t>(group[at])];
      siblings.push_back({draft.client, draft.server, draft.concrete, draft.call.failed});
    }
    const std::vector<std::string_view> keys = finder.keys(siblings);
    for (size_t at = 0; at < keys.size(); ++at) {
      drafts_[static_cast<size_t>(group[at])].key =
          shortened(in_one_line(keys[at]), kLongestKey);
    }
    std::stable_sort(group, group + size, [this](int a, int b) {
      return drafts_[static_cast<size_t>(a)].key < drafts_[static_cast<size_t>(b)].key;
    });
    mark_unordered(group, size);
    int failed = -1;  // the latest such attempt
    for (size_t at = 1; at < size; ++at) {
      const int before = group[at - 1];
      Draft& draft = drafts_[static_cast<size_t>(group[at])];
      if (drafts_[static_cast<size_t>(before)].key != draft.key) {
        failed = -1;
        continue;
      }
      draft.ordinal = drafts_[static_cast<size_t>(before)].ordinal + 1;
      if (drafts_[static_cast<size_t>(before)].call.failed) failed = before;
      if (failed >= 0 && could_know(drafts_[static_cast<size_t>(failed)], draft)) {
        draft.repeats = failed;
      }
    }
  }

  /// Of one key. Each call is compared with the one before it and with the one that ended
  /// last: if any of the earlier ones was still in flight, that one was.
  void mark_unordered(const int* group, size_t size) {
    if (drafts_[static_cast<size_t>(group[0])].halves.parent < 0) return;
    Draft* last = nullptr;
    for (size_t at = 0; at < size; ++at) {
      Draft& draft = drafts_[static_cast<size_t>(group[at])];
      Draft* const before =
          at > 0 ? &drafts_[static_cast<size_t>(group[at - 1])] : nullptr;
      if (before == nullptr || before->key != draft.key) {
        last = &draft;
        continue;
      }
      for (Draft* const earlier : {before, last}) {
        if (could_know(*earlier, draft)) continue;
        earlier->call.unordered = true;
        draft.call.unordered = true;
      }
      if (draft.timed().end_ns >= last->timed().end_ns ||
          draft.timed().service != last->timed().service) {
        last = &draft;
      }
    }
  }

  /// Pre-order, siblings in their order, without recursion.
  void write(Execution& execution) {
    std::vector<int> first_child(drafts_.size() + 1, -1);  // 0: of the outside
    std::vector<int> next(drafts_.size(), -1);
    for (size_t rank = order_.size(); rank-- > 0;) {
      const auto at = static_cast<size_t>(order_[rank]);
      if (drafts_[at].left_out) continue;
      int& first = first_child[static_cast<size_t>(drafts_[at].halves.parent) + 1];
      next[at] = std::exchange(first, static_cast<int>(at));
    }
    execution.calls.reserve(drafts_.size() - left_out_);
    std::vector<int> stack{first_child[0]};
    const std::string trace = tree_.trace.text();
    while (!stack.empty()) {
      const int at = stack.back();
      if (at < 0) {
        stack.pop_back();
        continue;
      }
      stack.back() = next[static_cast<size_t>(at)];
      Draft& draft = drafts_[static_cast<size_t>(at)];
      draft.place = static_cast<int>(execution.calls.size());
      draft.call.trace_id = trace;
      place(draft, execution);
      stack.push_back(first_child[static_cast<size_t>(at) + 1]);
    }
    // An attempt stands before those that repeat it, whose places are known only now.
    for (const Draft& draft : drafts_) {
      if (draft.place < 0 || draft.repeats < 0) continue;
      execution.calls[static_cast<size_t>(draft.place)].repeats =
          drafts_[static_cast<size_t>(draft.repeats)].place;
    }
  }

  void place(Draft& draft, Execution& execution) {
    Call& call = draft.call;
    if (draft.halves.parent >= 0) {
      call.parent = drafts_[static_cast<size_t>(draft.halves.parent)].place;
      call.id.points.reserve(draft.depth);
      call.id.points = execution.calls[static_cast<size_t>(call.parent)].id.points;
    }
    identity::Point& point = call.id.points.emplace_back();
    point.callee = drafter_.names().text(draft.callee);
    point.signature = drafter_.names().text(draft.signature);
    point.key = std::move(draft.key);
    point.ordinal = draft.ordinal;
    execution.calls.push_back(std::move(call));
  }

  std::vector<std::string> problems() const {
    std::vector<std::string> problems;
    const auto number = [](int64_t count, std::string_view one, std::string_view many) {
      return fmt::format("{} {}", count, count == 1 ? one : many);
    };
    if (tree_.orphans > 0) {
      problems.push_back(number(tree_.orphans, "span whose parent is not in the trace",
                                "spans whose parents are not in the trace"));
    }
    if (tree_.cycles > 0) {
      problems.push_back(
          number(tree_.cycles, "cycle of parents was cut", "cycles of parents were cut"));
    }
    if (left_out_ > 0) {
      problems.push_back(fmt::format(
          "{} left out: nested deeper than {} calls, or the trace is too large",
          number(static_cast<int64_t>(left_out_), "call", "calls"), kDeepestCall));
    }
    return problems;
  }

  void count(const Execution& execution) {
    ++counts_.traces;
    counts_.incomplete += execution.problems.empty() ? 0 : 1;
    counts_.calls += static_cast<int64_t>(execution.calls.size());
    counts_.repeats += tree_.repeats;
    counts_.clashes += tree_.clashes;
    for (const Draft& draft : drafts_) {
      if (draft.place < 0) continue;
      int64_t& halves = draft.client == nullptr   ? counts_.server_only
                        : draft.server == nullptr ? counts_.client_only
                                                  : counts_.joined;
      ++halves;
    }
    for (const Call& call : execution.calls) {
      counts_.errors += call.failed ? 1 : 0;
      const bool absorbed = call.failed && call.parent >= 0 &&
                            !execution.calls[static_cast<size_t>(call.parent)].failed;
      counts_.absorbed += absorbed ? 1 : 0;
      counts_.retries += call.repeats >= 0 ? 1 : 0;
      counts_.not_awaited += call.awaited ? 0 : 1;
    }
    for (const TreeSpan& span : tree_.spans) {
      counts_.links += table_.spans()[span.span].links;
    }
  }

  // Every call has all points of its id: about 100 bytes each.
  static constexpr size_t kMostPoints = size_t{1} << 22;

  const SpanTable& table_;
  const TraceTree& tree_;
  const ExecutionOptions& options_;
  ModelCounts& counts_;
  Drafter drafter_;
  std::vector<Draft> drafts_;
  std::vector<int> order_;  // drafts: siblings together, in their order
  size_t left_out_ = 0;
  size_t points_ = 0;
};

}  // namespace

ModelCounts& ModelCounts::operator+=(const ModelCounts& other) {
  traces += other.traces;
  incomplete += other.incomplete;
  calls += other.calls;
  joined += other.joined;
  client_only += other.client_only;
  server_only += other.server_only;
  collapsed += other.collapsed;
  repeats += other.repeats;
  clashes += other.clashes;
  errors += other.errors;
  absorbed += other.absorbed;
  retries += other.retries;
  not_awaited += other.not_awaited;
  links += other.links;
  return *this;
}

Execution execution_of(const SpanTable& table, const TraceTree& tree,
                       const ExecutionOptions& options, ModelCounts& counts) {
  return Builder(table, tree, options, counts).build();
}

}  // namespace cutset::lineage
