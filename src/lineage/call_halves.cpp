#include "lineage/call_halves.h"

#include <algorithm>
#include <array>

#include "lineage/call_noise.h"

namespace cutset::lineage {

namespace {

bool is_caller(SpanKind kind) {
  return kind == SpanKind::kClient || kind == SpanKind::kProducer;
}

class Finder {
 public:
  Finder(const SpanTable& table, const TraceTree& tree)
      : table_(table), tree_(tree), marks_(tree.spans.size()) {}

  FoundCalls find() {
    for (size_t at = 0; at < marks_.size(); ++at) mark(at);
    for (size_t at = 0; at < marks_.size(); ++at) find_maker(at);
    // Children before their parents.
    for (size_t at = marks_.size(); at-- > 0;) decide(at);
    FoundCalls found;
    for (size_t at = 0; at < marks_.size(); ++at) list(at, found);
    return found;
  }

 private:
  struct Mark {
    NameId service = NameTable::kEmpty;  // of the parent, where the span has none
    bool callee = false;                 // the callee's half of a call
    bool candidate = false;              // could be a caller's half...
    bool needs_callee = false;           // ...if it has a callee...
    bool caller = false;                 // ...and is one
    bool makes_calls = false;  // other caller's halves below it, in the same service
    int handler = -1;          // nearest callee's half at or above it
    int maker = -1;            // nearest candidate at or above it, in the same service
    int callees = 0;           // callee's halves that belong to it
    int call = -1;             // whose callee's half it is
    bool detached = false;     // its service does not wait for it, by its word or that
                               // of a span above it in the same service
  };

  const StoredSpan& stored(size_t at) const {
    return table_.spans()[tree_.spans[at].span];
  }
  std::string_view operation(size_t at) const {
    return table_.name(stored(at).operation);
  }

  void mark(size_t at) {
    Mark& mark = marks_[at];
    const StoredSpan& span = stored(at);
    const int parent = tree_.spans[at].parent;
    mark.service = span.service;
    if (parent < 0) {
      mark.callee = !is_caller(span.kind);
      mark.candidate = is_caller(span.kind) && !is_plumbing(operation(at));
      mark.handler = mark.callee ? static_cast<int>(at) : -1;
      return;
    }
    Mark& above = marks_[static_cast<size_t>(parent)];
    if (span.service == NameTable::kEmpty && span.kind != SpanKind::kServer) {
      mark.service = above.service;
    }
    mark.callee = enters(at, static_cast<size_t>(parent));
    if (mark.callee && stored(static_cast<size_t>(parent)).id == span.id) {
      // The half with the same id is the caller's, although it does not say so.
      above.candidate |= !above.callee;
    }
    mark.handler = mark.callee ? static_cast<int>(at) : above.handler;
    mark_candidate(at);
  }

  bool enters(size_t at, size_t parent) const {
    if (marks_[at].service != marks_[parent].service) return true;
    const StoredSpan& span = stored(at);
    const StoredSpan& above = stored(parent);
    if (span.id == above.id) return true;
    if (span.kind == SpanKind::kConsumer) return above.kind == SpanKind::kProducer;
    return span.kind == SpanKind::kServer &&
           (above.kind == SpanKind::kClient || marks_[parent].candidate);
  }

  /// Sets what is known of the span alone.
  void mark_candidate(size_t at) {
    Mark& mark = marks_[at];
    const SpanKind kind = stored(at).kind;
    if (is_plumbing(operation(at))) return;
    if (is_caller(kind)) {
      mark.candidate = true;
    } else if (kind == SpanKind::kUnspecified && !mark.callee) {
      const Hint hint = hint_of(operation(at));
      mark.candidate = hint != Hint::kNothing;
      mark.needs_callee = hint == Hint::kMethod;
    }
  }

  void find_maker(size_t at) {
    Mark& mark = marks_[at];
    const int parent = tree_.spans[at].parent;
    const int above = parent < 0 ? -1 : marks_[static_cast<size_t>(parent)].maker;
    if (mark.callee && above >= 0) ++marks_[static_cast<size_t>(above)].callees;
    if (mark.candidate) {
      mark.maker = static_cast<int>(at);
    } else if (!mark.callee) {
      mark.maker = above;
    }
  }

  void decide(size_t at) {
    Mark& mark = marks_[at];
    const int parent = tree_.spans[at].parent;
    mark.caller =
        mark.candidate && (mark.callees > 0 || (!mark.makes_calls && !mark.needs_callee &&
                                                (!mark.callee || has_other_peer(at))));
    if (parent >= 0) {
      if (!mark.callee && (mark.caller || mark.makes_calls)) {
        marks_[static_cast<size_t>(parent)].makes_calls = true;
      }
    } else if (mark.makes_calls) {
      mark.callee = true;  // a job
    }
  }

  bool has_other_peer(size_t at) const {
    const StoredSpan& span = stored(at);
    if (span.peer != NameTable::kEmpty) return span.peer != marks_[at].service;
    const std::string_view peer = table_.attribute(span, "peer.service");
    return !peer.empty() && peer != table_.name(marks_[at].service);
  }

  void list(size_t at, FoundCalls& found) {
    Mark& mark = marks_[at];
    const int parent = tree_.spans[at].parent;
    const int above = parent < 0 ? -1 : marks_[static_cast<size_t>(parent)].handler;
    mark.handler = mark.callee ? static_cast<int>(at) : above;
    const bool follows_from =
        stored(at).follows_from || tree_.spans[at].by_link ||
        (parent >= 0 && marks_[static_cast<size_t>(parent)].detached);
    mark.detached = follows_from && !mark.callee;
    if (mark.callee) {
      CallHalves call;
      call.server = static_cast<int>(at);
      call.handler = above;
      call.follows_from = follows_from;
      const int maker = parent < 0 ? -1 : marks_[static_cast<size_t>(parent)].maker;
      if (maker >= 0) {
        // A candidate with a callee is a caller's half.
        call.client = maker;
        call.handler = marks_[static_cast<size_t>(maker)].handler;
      }
      mark.call = add(call, found);
    }
    if (mark.caller && mark.callees == 0) {
      CallHalves call;
      call.client = static_cast<int>(at);
      call.handler = mark.handler;
      call.follows_from = mark.detached;
      add(call, found);
    }
    if (!mark.callee && !mark.caller) ++found.collapsed;
  }

  int add(CallHalves call, FoundCalls& found) const {
    if (call.handler >= 0) call.parent = marks_[static_cast<size_t>(call.handler)].call;
    found.calls.push_back(call);
    return static_cast<int>(found.calls.size()) - 1;
  }

  const SpanTable& table_;
  const TraceTree& tree_;
  std::vector<Mark> marks_;
};

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '.';
  });
}

}  // namespace

std::string_view grpc_method(std::string_view operation) {
  if (!operation.empty() && operation.front() == '/') operation.remove_prefix(1);
  // Of older instrumentations: both sides of a call must come out equal.
  constexpr std::array<std::string_view, 3> kPrefixes{"grpc.", "Sent.", "Recv."};
  for (const std::string_view prefix : kPrefixes) {
    if (operation.substr(0, prefix.size()) == prefix) {
      operation.remove_prefix(prefix.size());
      break;
    }
  }
  const size_t slash = operation.find('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view service = operation.substr(0, slash);
  // A package tells a gRPC service from the segment of a path.
  const size_t dot = service.rfind('.');
  const bool packaged =
      dot != std::string_view::npos && dot > 0 && dot + 1 < service.size();
  return packaged && is_name(service) && is_name(operation.substr(slash + 1))
             ? operation
             : std::string_view();
}

Hint hint_of(std::string_view operation) {
  if (operation.size() > kClientSuffix.size() &&
      operation.substr(operation.size() - kClientSuffix.size()) == kClientSuffix) {
    return Hint::kCall;
  }
  return grpc_method(operation).empty() ? Hint::kNothing : Hint::kMethod;
}

FoundCalls find_calls(const SpanTable& table, const TraceTree& tree) {
  return Finder(table, tree).find();
}

}  // namespace cutset::lineage
