#include "report/analysis_tree.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <queue>
#include <string>
#include <string_view>
#include <utility>

#include "identity/call_id.h"
#include "report/analysis_words.h"

namespace cutset::report {

namespace {

/// Fewer siblings than this are never cut off for the sake of other callers' calls.
constexpr size_t kLeastSiblings = 12;

/// What makes siblings look the same, but for what is below them.
std::string own_look(const AnalysedCall& call) {
  std::string look;
  const auto point = identity::parse_point(last_point(call.id));
  look = point.ok() ? point->callee + "\n" + point->signature : call.words;
  look += '\n';
  for (const bool mark : {call.errors > 0, call.stable, call.awaited, call.retry,
                          call.redundant, call.single_point, call.unordered}) {
    look += mark ? '1' : '0';
  }
  return look;
}

/// One of a caller's rows before the bounds are applied.
struct Item {
  size_t call = 0;
  std::vector<size_t> alike;  // not empty: a row for these siblings, not for `call`
};

class Folder {
 public:
  Folder(const std::vector<AnalysedCall>& calls, const TreeLimits& limits)
      : limits_(limits), parents_(parents_of(calls)), looks_(looks_of(calls, parents_)) {
    sizes_.assign(calls.size(), 1);
    children_.resize(calls.size() + 1);
    for (size_t i = calls.size(); i-- > 0;) {
      if (parents_[i] >= 0) sizes_[static_cast<size_t>(parents_[i])] += sizes_[i];
    }
    for (size_t i = 0; i < calls.size(); ++i) children_[slot(parents_[i])].push_back(i);
    view_.row_of.assign(calls.size(), 0);
  }

  TreeView fold() {
    choose();
    emit();
    for (const TreeRow& row : view_.rows) {
      if (row.kind != TreeRow::Kind::kCall) view_.folded += row.folded + row.below;
    }
    return std::move(view_);
  }

 private:
  struct Chosen {
    std::vector<Item> items;
    std::vector<size_t> more;  // calls that are left out with all below them
  };

  /// Entries hang below slot 0.
  static size_t slot(int call) { return static_cast<size_t>(call) + 1; }

  std::vector<Item> items_of(const std::vector<size_t>& siblings) const {
    std::map<uint32_t, std::vector<size_t>> groups;
    for (const size_t call : siblings) groups[looks_[call]].push_back(call);
    std::vector<Item> items;
    std::map<uint32_t, size_t> seen;
    for (const size_t call : siblings) {
      const std::vector<size_t>& group = groups[looks_[call]];
      const size_t rank = seen[looks_[call]]++;
      const bool folds = group.size() > limits_.most_alike;
      // One with all that is below it says more than two of them.
      const size_t examples = sizes_[call] > 1 ? 1 : 2;
      if (folds && rank >= examples) continue;
      items.push_back({call, {}});
      if (folds && rank + 1 == examples) {
        items.push_back({call, std::vector<size_t>(
                                   group.begin() + static_cast<std::ptrdiff_t>(examples),
                                   group.end())});
      }
    }
    return items;
  }

  /// Which rows there are: callers before what they call, so that the bound cuts the
  /// leaves off and not the last branches.
  void choose() {
    chosen_.resize(children_.size());
    size_t rows_left = limits_.most_rows;
    const size_t most_siblings = std::max(kLeastSiblings, limits_.most_rows / 3);
    std::queue<std::pair<size_t, size_t>> callers;  // slot, depth of its rows
    callers.emplace(0, 0);
    while (!callers.empty()) {
      const size_t caller = callers.front().first;
      const size_t depth = callers.front().second;
      callers.pop();
      std::vector<Item> items = items_of(children_[caller]);
      size_t fitting = std::min({items.size(), rows_left, most_siblings});
      if (depth >= limits_.most_depth) fitting = 0;
      if (fitting + 1 == items.size() && items[fitting].alike.empty() &&
          sizes_[items[fitting].call] == 1) {
        ++fitting;  // the row that says so would not be shorter
      }
      Chosen& chosen = chosen_[caller];
      for (size_t i = 0; i < items.size(); ++i) {
        if (i >= fitting) {
          if (items[i].alike.empty()) chosen.more.push_back(items[i].call);
          chosen.more.insert(chosen.more.end(), items[i].alike.begin(),
                             items[i].alike.end());
          continue;
        }
        if (items[i].alike.empty() && !children_[items[i].call + 1].empty())
          callers.emplace(items[i].call + 1, depth + 1);
        chosen.items.push_back(std::move(items[i]));
      }
      rows_left -= std::min(rows_left, fitting);
    }
  }

  void hide(size_t call, size_t row) {
    // What is below a call follows it directly.
    const auto first = view_.row_of.begin() + static_cast<std::ptrdiff_t>(call);
    std::fill(first, first + static_cast<std::ptrdiff_t>(sizes_[call]),
              static_cast<uint32_t>(row));
  }

  void emit() {
    struct Open {
      size_t slot = 0;
      size_t next = 0;
      int row = -1;
      int depth = 0;
    };
    std::vector<Open> open;
    open.push_back(Open{});
    while (!open.empty()) {
      Open& top = open.back();
      const Chosen& chosen = chosen_[top.slot];
      const size_t items = chosen.items.size();
      if (top.next == items + (chosen.more.empty() ? 0 : 1)) {
        open.pop_back();
        continue;
      }
      TreeRow row;
      row.parent = top.row;
      row.depth = top.depth;
      const size_t index = view_.rows.size();
      const size_t at = top.next++;
      row.last = at + 1 == items + (chosen.more.empty() ? 0 : 1);
      if (at == items) {
        row.kind = TreeRow::Kind::kMore;
        for (const size_t call : chosen.more) {
          row.folded += sizes_[call];
          hide(call, index);
        }
        view_.rows.push_back(row);
        continue;
      }
      const Item& item = chosen.items[at];
      row.call = item.call;
      if (!item.alike.empty()) {
        row.kind = TreeRow::Kind::kAlike;
        row.folded = static_cast<int64_t>(item.alike.size());
        for (const size_t call : item.alike) {
          row.below += sizes_[call] - 1;
          hide(call, index);
        }
        view_.rows.push_back(row);
        continue;
      }
      view_.row_of[item.call] = static_cast<uint32_t>(index);
      const int depth = top.depth + 1;
      view_.rows.push_back(row);
      open.push_back(Open{item.call + 1, 0, static_cast<int>(index), depth});
    }
  }

  TreeLimits limits_;
  std::vector<int> parents_;
  std::vector<uint32_t> looks_;
  std::vector<int64_t> sizes_;                 // by call: with all below it
  std::vector<std::vector<size_t>> children_;  // by slot
  std::vector<Chosen> chosen_;                 // by slot
  TreeView view_;
};

}  // namespace

std::vector<int> parents_of(const std::vector<AnalysedCall>& calls) {
  std::vector<int> parents;
  std::vector<int> path;  // by depth
  parents.reserve(calls.size());
  for (size_t i = 0; i < calls.size(); ++i) {
    const size_t depth =
        std::min(static_cast<size_t>(std::max(calls[i].depth, 0)), path.size());
    parents.push_back(depth == 0 ? -1 : path[depth - 1]);
    path.resize(depth);
    path.push_back(static_cast<int>(i));
  }
  return parents;
}

std::vector<uint32_t> looks_of(const std::vector<AnalysedCall>& calls,
                               const std::vector<int>& parents) {
  std::vector<std::vector<uint32_t>> below(calls.size());
  std::vector<uint32_t> looks(calls.size());
  std::map<std::pair<std::string, std::vector<uint32_t>>, uint32_t> numbers;
  for (size_t i = calls.size(); i-- > 0;) {
    std::sort(below[i].begin(), below[i].end());
    below[i].erase(std::unique(below[i].begin(), below[i].end()), below[i].end());
    const auto number = static_cast<uint32_t>(numbers.size());
    looks[i] = numbers.emplace(std::pair(own_look(calls[i]), std::move(below[i])), number)
                   .first->second;
    if (parents[i] >= 0) below[static_cast<size_t>(parents[i])].push_back(looks[i]);
  }
  return looks;
}

TreeView tree_view(const std::vector<AnalysedCall>& calls, const TreeLimits& limits) {
  return Folder(calls, limits).fold();
}

}  // namespace cutset::report
