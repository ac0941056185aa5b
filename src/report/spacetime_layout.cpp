#include "report/spacetime_layout.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/check.h"

namespace cutset::report {

namespace {

using lineage::Call;
using lineage::Execution;

constexpr size_t kMostCalls = 400;

struct Event {
  size_t call = 0;  // index into the execution
  bool is_end = false;
  int64_t time_ns = 0;
};

size_t drawn_calls(const Execution& execution) {
  return std::min(execution.calls.size(), kMostCalls);
}

/// Starts and ends in order of time. Clocks are not trusted over cause: a call starts no
/// earlier than its parent and ends no earlier than it starts. At equal times what ends
/// is before what starts.
std::vector<Event> events_of(const Execution& execution) {
  const size_t count = drawn_calls(execution);
  std::vector<int64_t> starts(count);
  std::vector<std::tuple<int64_t, int, int64_t, int, Event>> keyed;
  for (size_t i = 0; i < count; ++i) {
    const Call& call = execution.calls[i];
    const auto index = static_cast<int64_t>(i);
    starts[i] = call.start_ns;
    if (call.parent >= 0)
      starts[i] = std::max(starts[i], starts[static_cast<size_t>(call.parent)]);
    keyed.emplace_back(starts[i], 1, index, 0, Event{i, false, starts[i]});
    if (call.unfinished) continue;
    const int64_t end = std::max(call.end_ns, starts[i]);
    const bool instant = end == starts[i];
    keyed.emplace_back(end, instant ? 1 : 0, instant ? index : -index, 1,
                       Event{i, true, end});
  }
  std::sort(keyed.begin(), keyed.end(), [](const auto& left, const auto& right) {
    return std::tie(std::get<0>(left), std::get<1>(left), std::get<2>(left),
                    std::get<3>(left)) < std::tie(std::get<0>(right), std::get<1>(right),
                                                  std::get<2>(right), std::get<3>(right));
  });
  std::vector<Event> events;
  for (const auto& entry : keyed) events.push_back(std::get<4>(entry));
  return events;
}

std::map<std::string, const Call*> calls_by_id(const Execution& execution) {
  std::map<std::string, const Call*> calls;
  for (size_t i = 0; i < drawn_calls(execution); ++i) {
    calls.emplace(execution.calls[i].id.text(), &execution.calls[i]);
  }
  return calls;
}

/// An event of either execution on its way into the diagram.
struct Slot {
  const Call* call = nullptr;
  std::string id;
  bool is_end = false;
  bool missing = false;
  int64_t time_ns = -1;
};

std::vector<Slot> slots_of(const Execution& shown) {
  std::vector<Slot> slots;
  const std::vector<Event> events = events_of(shown);
  for (const Event& event : events) {
    // Unsigned: hostile times may be further apart than an int64_t reaches.
    const uint64_t since = static_cast<uint64_t>(event.time_ns) -
                           static_cast<uint64_t>(events.front().time_ns);
    const auto most = static_cast<uint64_t>(INT64_MAX);
    const Call& call = shown.calls[event.call];
    slots.push_back({&call, call.id.text(), event.is_end, false,
                     static_cast<int64_t>(std::min(since, most))});
  }
  return slots;
}

size_t position_of(const std::vector<Slot>& slots, const std::string& id, bool is_end) {
  for (size_t i = 0; i < slots.size(); ++i) {
    if (slots[i].is_end == is_end && slots[i].id == id) return i;
  }
  return slots.size();
}

/// Puts each call that only the good run has before what followed it there (so behind
/// retries and fallbacks that took its place), inside its parent's time.
void insert_missing(std::vector<Slot>& slots, const Execution& good,
                    const std::map<std::string, const Call*>& shown) {
  const std::vector<Event> events = events_of(good);
  // For each event the next one that the diagram has, too.
  std::vector<const Event*> next(events.size(), nullptr);
  const Event* following = nullptr;
  for (size_t i = events.size(); i-- > 0;) {
    next[i] = following;
    if (shown.count(good.calls[events[i].call].id.text()) > 0) following = &events[i];
  }
  for (size_t i = 0; i < events.size(); ++i) {
    const Call& call = good.calls[events[i].call];
    const std::string id = call.id.text();
    if (events[i].is_end || shown.count(id) > 0) continue;
    size_t place = slots.size();
    if (next[i] != nullptr) {
      place = position_of(slots, good.calls[next[i]->call].id.text(), next[i]->is_end);
    }
    if (call.parent >= 0) {
      const std::string parent = call.id.parent().text();
      place = std::min(place, position_of(slots, parent, true));
      place = std::max(place, position_of(slots, parent, false) + 1);
    }
    slots.insert(slots.begin() + static_cast<long>(place),
                 Slot{&call, id, false, true, -1});
  }
}

bool is_in_cut(const std::string& id, const std::set<std::string>& cut) {
  return cut.count(id) > 0 || cut.count(id.substr(0, id.rfind('#')) + "#*") > 0;
}

void assign_lanes(Diagram& diagram) {
  std::vector<std::vector<int>> busy_until(diagram.rows.size());
  for (DiagramCall& call : diagram.calls) {
    if (call.role == CallRole::kMissing || !call.call->executed) continue;
    std::vector<int>& lanes = busy_until[static_cast<size_t>(call.row)];
    const auto free = std::find_if(lanes.begin(), lanes.end(), [&call](int until) {
      return until < call.start_column;
    });
    call.lane = static_cast<int>(free - lanes.begin());
    if (free == lanes.end()) lanes.push_back(0);
    lanes[static_cast<size_t>(call.lane)] = diagram.end_of(call);
  }
  for (size_t row = 0; row < diagram.rows.size(); ++row) {
    diagram.rows[row].lanes = std::max(1, static_cast<int>(busy_until[row].size()));
  }
}

}  // namespace

Diagram lay_out(const Execution& shown, const Execution* good,
                const campaign::FaultSet& cut) {
  Diagram diagram;
  diagram.rows.push_back({"client", 1});
  std::map<std::string, int> rows;
  diagram.left_out = shown.calls.size() - drawn_calls(shown);

  const auto shown_calls = calls_by_id(shown);
  const auto good_calls =
      good != nullptr ? calls_by_id(*good) : std::map<std::string, const Call*>();
  std::vector<Slot> slots = slots_of(shown);
  // Of a cut-off diagram nobody knows what is missing.
  if (good != nullptr && diagram.left_out == 0) insert_missing(slots, *good, shown_calls);

  std::set<std::string> cut_events;
  for (const campaign::Fault& fault : cut) cut_events.insert(fault.event);
  std::map<std::string, int> indices;
  for (const Slot& slot : slots) {
    const std::string& id = slot.id;
    const auto column = static_cast<int>(diagram.columns.size());
    if (slot.is_end) {
      const int index = indices.at(id);
      diagram.calls[static_cast<size_t>(index)].end_column = column;
      diagram.columns.push_back({index, true, slot.time_ns});
      continue;
    }
    DiagramCall call;
    call.call = slot.call;
    const auto same = good_calls.find(id);
    if (same != good_calls.end()) call.good = same->second;
    if (slot.missing) call.role = CallRole::kMissing;
    if (!slot.missing && good != nullptr && call.good == nullptr)
      call.role = CallRole::kExtra;
    if (slot.call->id.points.size() > 1) {
      const auto parent = indices.find(slot.call->id.parent().text());
      CHECK(parent != indices.end());
      call.parent = parent->second;
    }
    const std::string& service = slot.call->id.points.back().callee;
    const auto [row, is_new] =
        rows.emplace(service, static_cast<int>(diagram.rows.size()));
    if (is_new) diagram.rows.push_back({service, 1});
    call.row = row->second;
    call.start_column = column;
    call.in_cut = is_in_cut(id, cut_events);
    const auto index = static_cast<int>(diagram.calls.size());
    indices.emplace(id, index);
    diagram.columns.push_back({index, false, slot.time_ns});
    diagram.calls.push_back(call);
  }
  assign_lanes(diagram);
  for (size_t i = 0; i < diagram.calls.size(); ++i) {
    const DiagramCall& call = diagram.calls[i];
    if (call.in_cut && call.role != CallRole::kMissing && call.call->fault)
      diagram.fatal = static_cast<int>(i);
  }
  return diagram;
}

}  // namespace cutset::report
