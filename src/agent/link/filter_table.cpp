#include "agent/link/filter_table.h"

#include <cstdlib>

#include <fmt/format.h>

#include "agent/link/packet_marks.h"
#include "agent/link/route_rules.h"
#include "agent/link/taken_packets.h"

namespace cutset::agent::link {

namespace {

// Before connection tracking (-200), so that it never sees what is lost.
constexpr int kPriority = -300;

// The number behind a word, of every place where it stands.
std::vector<uint64_t> numbers_behind(const std::string& text, std::string_view word) {
  std::vector<uint64_t> numbers;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at)) {
    at += word.size();
    numbers.push_back(std::strtoull(text.c_str() + at, nullptr, 10));
  }
  return numbers;
}

}  // namespace

FilterTable::FilterTable(NetworkNamespace place, ProcessId leader, std::string table,
                         MarkNumber number, NftTransaction transaction,
                         TableSwitch tables)
    : place_(std::move(place)),
      leader_(leader),
      table_(std::move(table)),
      number_(std::move(number)),
      taken_(taken_mark(0, number_.value())),
      transaction_(std::move(transaction)),
      tables_(std::move(tables)) {}

Result<FilterTable> FilterTable::prepare(const LinkEnds& ends, const std::string& mark) {
  CUTSET_ASSIGN(NftTransaction transaction, NftTransaction::prepare(ends.place));
  CUTSET_ASSIGN(TableSwitch tables, TableSwitch::open(ends.place));
  CUTSET_ASSIGN(MarkNumber number, MarkNumber::take());
  return FilterTable(ends.place.copy(), ends.leader, next_table_name(mark),
                     std::move(number), std::move(transaction), std::move(tables));
}

std::vector<std::string> FilterTable::record_words() const {
  return taken_words(place_, leader_.pid, table_, taken_);
}

Status FilterTable::make(const std::vector<Condition>& conditions) {
  std::string text = fmt::format(
      "add table inet {0} {{ flags dormant; }}\n"
      "add chain inet {0} output {{ type route hook output priority {1}; policy accept; "
      "}}\n"
      "add chain inet {0} input {{ type filter hook input priority {1}; policy accept; "
      "}}\n"
      "add table netdev {0} {{ flags dormant; }}\n"
      "add chain netdev {0} lost {{ type filter hook ingress device \"lo\" priority {1}; "
      "policy accept; }}\n"
      "add rule netdev {0} lost meta mark {2:#x} drop\n",
      table_, kPriority, taken_);
  const std::string take = fmt::format("meta mark set {:#x}", taken_);
  for (const Condition& condition : conditions) {
    const bool sent = condition.hook == Hook::kOutput;
    for (const std::string& packets :
         {condition.own_text(), condition.forwarded_text()}) {
      if (packets.empty()) continue;
      text += fmt::format("add rule inet {} {} {} counter {}\n", table_,
                          sent ? "output" : "input", packets, sent ? take : "drop");
      ++rules_;
    }
  }
  const Status routed = place_.run([this]() -> Status {
    CUTSET_TRY(add_void_route(taken_));
    return add_rule(taken_, taken_);
  });
  if (!routed) return routed;
  return transaction_.commit(text);
}

Status FilterTable::wake() {
  CUTSET_TRY(still_there(place_, leader_));
  return tables_.wake({"inet " + table_, "netdev " + table_});
}

Result<std::string> FilterTable::verify() const {
  CUTSET_ASSIGN(const std::string listed, list_table(place_, "inet " + table_));
  const std::vector<uint64_t> met = numbers_behind(listed, "counter packets ");
  if (met.size() != rules_) {
    return Error::unavailable(
        fmt::format("{} of {} rules are there: somebody else changed the tables of ours",
                    met.size(), rules_));
  }
  CUTSET_TRY(in_force(listed));
  uint64_t packets = 0;
  for (const uint64_t count : met) packets += count;
  return fmt::format("{} rules are there, they met {} packets so far", rules_, packets);
}

}  // namespace cutset::agent::link
