#include "lineage/trace_tree.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "base/check.h"

namespace cutset::lineage {

namespace {

struct Record {
  SpanId id = 0;
  uint32_t span = 0;  // index into the table
};

/// A span after its repeats are gone. Nodes stand in order of (id, callee_half, service,
/// shared, kind), so that a node's number depends on content only.
struct Node {
  SpanId parent_id = 0;
  uint32_t span = 0;
  int parent = -1;
  bool by_link = false;
  SpanStatus status = SpanStatus::kUnset;
  bool orphan = false;
  bool callee_half = false;  // has the id of its caller's half
};

struct Start {
  int64_t start_ns = 0;
  int node = 0;
};

/// Kept from trace to trace: most traces are small, and allocation would cost more than
/// the linking.
struct Scratch {
  std::vector<Record> records;
  std::vector<SpanId> ids;  // of nodes, in their order
  std::vector<Node> nodes;
  std::vector<Start> starts;
  std::vector<int> first_child;  // by node + 1 (0: the roots), into `children`
  std::vector<int> children;
  std::vector<int> stack;
  std::vector<int> place;  // of a node in the tree
};

constexpr size_t kMostKept = size_t{1} << 16;  // spans that Scratch stays ready for

class Linker {
 public:
  Linker(const SpanTable& table, Scratch& scratch, TraceTree& tree)
      : table_(table), scratch_(scratch), tree_(tree) {}

  void link(std::span<const uint32_t> spans) {
    sort_records(spans);
    make_nodes();
    find_parents();
    cut_cycles();
    put_in_order();
  }

 private:
  const StoredSpan& stored(uint32_t span) const { return table_.spans()[span]; }

  /// Three-way, and no work for equal names, which are equal numbers.
  int compare_names(NameId a, NameId b) const {
    return a == b ? 0 : table_.name(a).compare(table_.name(b));
  }

  static int compare_values(auto a, auto b) { return a < b ? -1 : (b < a ? 1 : 0); }

  /// By (service, shared, kind), for records of one id.
  int compare_keys(const StoredSpan& a, const StoredSpan& b) const {
    if (const int order = compare_names(a.service, b.service); order != 0) return order;
    if (a.shared != b.shared) return a.shared ? 1 : -1;
    return compare_values(a.kind, b.kind);
  }

  /// Of spans with equal keys: 0 if nothing tells them apart. The one that says most
  /// comes first: it stands for the others.
  int compare_contents(const StoredSpan& a, const StoredSpan& b) const {
    if (const int order = compare_values(b.attributes, a.attributes); order != 0)
      return order;
    if (const int order = compare_values(b.links, a.links); order != 0) return order;
    const auto times = [](const StoredSpan& span) {
      return std::tuple(span.start_ns == 0, span.start_ns, span.end_ns, span.parent == 0,
                        span.parent, span.status, span.follows_from);
    };
    if (const int order = compare_values(times(a), times(b)); order != 0) return order;
    if (const int order = compare_names(a.operation, b.operation); order != 0)
      return order;
    if (const int order = compare_names(a.peer, b.peer); order != 0) return order;
    return compare_lists(a, b);
  }

  int compare_lists(const StoredSpan& a, const StoredSpan& b) const {
    const auto first = table_.attributes(a);
    const auto second = table_.attributes(b);
    for (size_t at = 0; at < first.size(); ++at) {
      if (const int order = compare_names(first[at].key, second[at].key); order != 0)
        return order;
      const int order = table_.value(first[at]).compare(table_.value(second[at]));
      if (order != 0) return order;
    }
    const auto links = table_.links(a);
    const auto other_links = table_.links(b);
    for (size_t at = 0; at < links.size(); ++at) {
      const int order = compare_values(links[at], other_links[at]);
      if (order != 0) return order;
    }
    return 0;
  }

  void sort_records(std::span<const uint32_t> spans) {
    scratch_.records.clear();
    for (const uint32_t span : spans) scratch_.records.push_back({stored(span).id, span});
    std::sort(scratch_.records.begin(), scratch_.records.end(),
              [this](const Record& a, const Record& b) {
                if (a.id != b.id) return a.id < b.id;
                const StoredSpan& first = stored(a.span);
                const StoredSpan& second = stored(b.span);
                const int order = compare_keys(first, second);
                return order != 0 ? order < 0 : compare_contents(first, second) < 0;
              });
  }

  void make_nodes() {
    const std::vector<Record>& records = scratch_.records;
    scratch_.nodes.clear();
    scratch_.ids.clear();
    for (size_t begin = 0; begin < records.size();) {
      size_t end = begin + 1;
      while (end < records.size() && records[end].id == records[begin].id) ++end;
      if (end == begin + 1) {
        add_node(records[begin]);
      } else {
        unite(begin, end);
      }
      begin = end;
    }
  }

  void add_node(const Record& record) {
    const StoredSpan& span = stored(record.span);
    Node node;
    node.parent_id = span.parent;
    node.span = record.span;
    node.status = span.status;
    node.callee_half = span.shared;
    scratch_.nodes.push_back(node);
    scratch_.ids.push_back(record.id);
  }

  /// The records [begin, end) have one id.
  void unite(size_t begin, size_t end) {
    const std::vector<Record>& records = scratch_.records;
    const size_t first_node = scratch_.nodes.size();
    for (size_t at = begin; at < end; ++at) {
      if (at == begin || !same_span(records[at - 1].span, records[at].span)) {
        add_node(records[at]);
        continue;
      }
      const StoredSpan& span = stored(records[at].span);
      const StoredSpan& before = stored(records[at - 1].span);
      const bool same =
          compare_keys(before, span) == 0 && compare_contents(before, span) == 0;
      ++(same ? tree_.repeats : tree_.united);
      const bool clash =
          before.operation != span.operation || before.start_ns != span.start_ns;
      tree_.clashes += !same && clash ? 1 : 0;
      Node& node = scratch_.nodes.back();
      if (node.parent_id == 0) node.parent_id = span.parent;
      node.status = std::max(node.status, span.status);
      // A record without a kind is an early or late part of the one that has it.
      if (stored(node.span).kind == SpanKind::kUnspecified) node.span = records[at].span;
    }
    mark_callee_halves(first_node);
  }

  bool same_span(uint32_t first, uint32_t second) const {
    const StoredSpan& a = stored(first);
    const StoredSpan& b = stored(second);
    return a.service == b.service && a.shared == b.shared &&
           (a.kind == b.kind || a.kind == SpanKind::kUnspecified);
  }

  /// Tracers that share ids do not all say so: a server with the id of a client is its
  /// other half. Callers' halves are put first.
  void mark_callee_halves(size_t first_node) {
    const auto begin = scratch_.nodes.begin() + static_cast<std::ptrdiff_t>(first_node);
    const auto end = scratch_.nodes.end();
    const auto has = [&](SpanKind kind) {
      return std::any_of(begin, end, [&](const Node& node) {
        return !node.callee_half && stored(node.span).kind == kind;
      });
    };
    const bool client = has(SpanKind::kClient);
    const bool producer = has(SpanKind::kProducer);
    for (auto node = begin; node != end; ++node) {
      const SpanKind kind = stored(node->span).kind;
      node->callee_half |= (client && kind == SpanKind::kServer) ||
                           (producer && kind == SpanKind::kConsumer);
    }
    std::stable_partition(begin, end, [](const Node& node) { return !node.callee_half; });
  }

  void find_parents() {
    const std::vector<SpanId>& ids = scratch_.ids;
    for (size_t number = 0; number < ids.size(); ++number) {
      Node& node = scratch_.nodes[number];
      if (node.callee_half) node.parent = parent_among(ids[number], number);
      if (node.parent >= 0 || node.parent_id == ids[number]) continue;
      if (node.parent_id == 0) {
        node.parent = linked(number);
        node.by_link = node.parent >= 0;
        continue;
      }
      node.parent = parent_among(node.parent_id, number);
      node.orphan = node.parent < 0;
      tree_.orphans += node.orphan ? 1 : 0;
    }
  }

  /// The first span of this trace that `child` links to; -1: there is none.
  int linked(size_t child) const {
    for (const SpanLink& link : table_.links(stored(scratch_.nodes[child].span))) {
      if (link.trace != tree_.trace || link.span == scratch_.ids[child]) continue;
      const int node = parent_among(link.span, child);
      if (node >= 0) return node;
    }
    return -1;
  }

  /// The node with the id `wanted` that is the parent of `child`; -1: there is none.
  int parent_among(SpanId wanted, size_t child) const {
    const std::vector<SpanId>& ids = scratch_.ids;
    const auto found = std::lower_bound(ids.begin(), ids.end(), wanted);
    if (found == ids.end() || *found != wanted) return -1;
    const auto begin = static_cast<size_t>(found - ids.begin());
    if (ids[child] != wanted && (found + 1 == ids.end() || found[1] != wanted)) {
      return static_cast<int>(begin);
    }
    const auto end =
        static_cast<size_t>(std::upper_bound(found, ids.end(), wanted) - ids.begin());
    const auto first = scratch_.nodes.begin();
    // The callers' halves come first.
    const auto callees = static_cast<size_t>(
        std::partition_point(first + static_cast<std::ptrdiff_t>(begin),
                             first + static_cast<std::ptrdiff_t>(end),
                             [](const Node& node) { return !node.callee_half; }) -
        first);
    const NameId service = service_of(child);
    if (ids[child] == wanted) return caller_half(begin, callees, service);
    int parent = find_service(callees, end, service);
    if (parent < 0) parent = find_service(begin, callees, service);
    return parent < 0 ? static_cast<int>(begin) : parent;
  }

  NameId service_of(size_t node) const {
    return stored(scratch_.nodes[node].span).service;
  }

  /// Of the nodes [begin, end), which have one id: the first, of another service if there
  /// is one.
  int caller_half(size_t begin, size_t end, NameId service) const {
    size_t at = begin;
    while (at < end && service_of(at) == service) ++at;
    if (at < end) return static_cast<int>(at);
    return begin < end ? static_cast<int>(begin) : -1;
  }

  /// The first of the nodes [begin, end), which stand in order of service.
  int find_service(size_t begin, size_t end, NameId service) const {
    const size_t behind = end;
    while (begin < end) {
      const size_t middle = begin + (end - begin) / 2;
      if (compare_names(service_of(middle), service) < 0) {
        begin = middle + 1;
      } else {
        end = middle;
      }
    }
    return begin < behind && service_of(begin) == service ? static_cast<int>(begin) : -1;
  }

  void cut_cycles() {
    std::vector<int>& walk = scratch_.place;  // by which walk a node was seen first
    std::vector<Node>& nodes = scratch_.nodes;
    walk.assign(nodes.size(), -1);
    for (int start = 0; start < static_cast<int>(nodes.size()); ++start) {
      int at = start;
      while (at >= 0 && walk[static_cast<size_t>(at)] < 0) {
        walk[static_cast<size_t>(at)] = start;
        at = nodes[static_cast<size_t>(at)].parent;
      }
      if (at < 0 || walk[static_cast<size_t>(at)] != start) continue;
      // A span may link to what it caused: such an edge goes first, and is no damage.
      const auto rank = [&nodes](int node) {
        return std::pair(!nodes[static_cast<size_t>(node)].by_link, node);
      };
      int cut = at;
      for (int next = nodes[static_cast<size_t>(at)].parent; next != at;
           next = nodes[static_cast<size_t>(next)].parent) {
        if (rank(next) < rank(cut)) cut = next;
      }
      Node& node = nodes[static_cast<size_t>(cut)];
      if (!node.by_link) ++tree_.cycles;
      node.parent = -1;
      node.by_link = false;
    }
  }

  /// Depth first, parents before children, siblings by start, names and id.
  void put_in_order() {
    sort_starts();
    group_children();
    std::vector<int>& stack = scratch_.stack;
    std::vector<int>& place = scratch_.place;
    place.assign(scratch_.nodes.size(), -1);
    stack.clear();
    push_children(0);
    tree_.spans.reserve(scratch_.nodes.size());
    while (!stack.empty()) {
      const int number = stack.back();
      stack.pop_back();
      const Node& node = scratch_.nodes[static_cast<size_t>(number)];
      place[static_cast<size_t>(number)] = static_cast<int>(tree_.spans.size());
      TreeSpan span;
      span.span = node.span;
      span.parent = node.parent < 0 ? -1 : place[static_cast<size_t>(node.parent)];
      span.orphan = node.orphan;
      span.by_link = node.by_link;
      span.status = node.status;
      tree_.spans.push_back(span);
      push_children(static_cast<size_t>(number) + 1);
    }
    CHECK(tree_.spans.size() == scratch_.nodes.size());
  }

  void sort_starts() {
    std::vector<Start>& starts = scratch_.starts;
    starts.clear();
    for (size_t node = 0; node < scratch_.nodes.size(); ++node) {
      starts.push_back(
          {stored(scratch_.nodes[node].span).start_ns, static_cast<int>(node)});
    }
    std::sort(starts.begin(), starts.end(), [this](const Start& a, const Start& b) {
      if (a.start_ns != b.start_ns) return a.start_ns < b.start_ns;
      const StoredSpan& first = stored(scratch_.nodes[static_cast<size_t>(a.node)].span);
      const StoredSpan& second = stored(scratch_.nodes[static_cast<size_t>(b.node)].span);
      int order = compare_names(first.service, second.service);
      if (order == 0) order = compare_names(first.operation, second.operation);
      return order != 0 ? order < 0 : a.node < b.node;
    });
  }

  void group_children() {
    std::vector<int>& first = scratch_.first_child;
    first.assign(scratch_.nodes.size() + 2, 0);
    for (const Node& node : scratch_.nodes) ++first[static_cast<size_t>(node.parent + 2)];
    std::partial_sum(first.begin(), first.end(), first.begin());
    scratch_.children.resize(scratch_.nodes.size());
    for (const Start& start : scratch_.starts) {
      const int parent = scratch_.nodes[static_cast<size_t>(start.node)].parent;
      int& next = first[static_cast<size_t>(parent + 1)];
      scratch_.children[static_cast<size_t>(next++)] = start.node;
    }
    // Every bound has moved to where the next one began.
    std::copy_backward(first.begin(), first.end() - 1, first.end());
    first.front() = 0;
  }

  void push_children(size_t group) {
    const int begin = scratch_.first_child[group];
    for (int at = scratch_.first_child[group + 1]; at > begin; --at) {
      scratch_.stack.push_back(scratch_.children[static_cast<size_t>(at - 1)]);
    }
  }

  const SpanTable& table_;
  Scratch& scratch_;
  TraceTree& tree_;
};

}  // namespace

TraceTree link_spans(const SpanTable& table, std::span<const uint32_t> spans) {
  static thread_local Scratch scratch;
  TraceTree tree;
  if (spans.empty()) return tree;
  tree.trace = table.spans()[spans.front()].trace;
  Linker(table, scratch, tree).link(spans);
  if (spans.size() > kMostKept) scratch = Scratch();
  return tree;
}

void check_invariants(const TraceTree& tree, const SpanTable& table) {
  int64_t orphans = 0;
  for (size_t at = 0; at < tree.spans.size(); ++at) {
    const TreeSpan& span = tree.spans[at];
    CHECK(span.span < table.spans().size());
    CHECK(table.spans()[span.span].trace == tree.trace);
    CHECK(span.parent >= -1 && span.parent < static_cast<int>(at));
    CHECK(!span.orphan || span.parent == -1);
    orphans += span.orphan ? 1 : 0;
  }
  CHECK(orphans == tree.orphans);
  CHECK(tree.repeats >= 0 && tree.united >= 0 && tree.cycles >= 0);
}

}  // namespace cutset::lineage
