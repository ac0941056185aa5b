#include "agent/link/filter_table.h"

#include <optional>

#include <fmt/format.h>

#include "base/text.h"

namespace cutset::agent::link {

namespace {

// Before connection tracking (-200), so that it never sees what is lost.
constexpr int kPriority = -300;

std::optional<uint64_t> number_of(const std::string& word) {
  if (word.empty() || word.size() > 18 ||
      word.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  return std::stoull(word);
}

// The number behind a word, of every place where it stands.
std::vector<uint64_t> numbers_behind(const std::string& text, std::string_view word) {
  std::vector<uint64_t> numbers;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at)) {
    at += word.size();
    const size_t end = text.find_first_not_of("0123456789", at);
    numbers.push_back(number_of(text.substr(at, end - at)).value_or(0));
  }
  return numbers;
}

}  // namespace

Result<FilterTable> FilterTable::prepare(const LinkEnds& ends, const std::string& mark) {
  CUTSET_ASSIGN(NftTransaction transaction, NftTransaction::prepare(ends.place));
  return FilterTable(ends.place.copy(), ends.leader, "inet " + next_table_name(mark),
                     std::move(transaction));
}

std::vector<std::string> FilterTable::record_words() const {
  return {std::to_string(place_.inode()), std::to_string(leader_), table_};
}

Status FilterTable::fill(const std::vector<Condition>& conditions,
                         const std::string& verdict) {
  std::string text = fmt::format("add table {}\n", table_);
  for (const char* hook : {"output", "input"}) {
    text += fmt::format(
        "add chain {} {} {{ type filter hook {} priority {}; policy accept; }}\n", table_,
        hook, hook, kPriority);
  }
  for (const Condition& condition : conditions) {
    const char* chain = condition.hook == Hook::kOutput ? "output" : "input";
    for (const std::string& packets :
         {condition.own_text(), condition.forwarded_text()}) {
      if (packets.empty()) continue;
      text += fmt::format("add rule {} {} {} {}\n", table_, chain, packets, verdict);
      ++rules_;
    }
  }
  return transaction_.commit(text);
}

Result<std::string> FilterTable::verify() const {
  CUTSET_ASSIGN(const std::string listed, list_table(place_, table_));
  const std::vector<uint64_t> met = numbers_behind(listed, "counter packets ");
  if (met.size() != rules_) {
    return Error::unavailable(
        fmt::format("{} of {} rules are there: somebody else changed the tables of ours",
                    met.size(), rules_));
  }
  uint64_t packets = 0;
  for (const uint64_t count : met) packets += count;
  return fmt::format("{} rules are there, they met {} packets so far", rules_, packets);
}

Status undo_filter_table(const std::vector<std::string>& words) {
  const std::optional<uint64_t> inode =
      words.size() == 3 ? number_of(words[0]) : std::nullopt;
  const std::optional<uint64_t> leader = inode ? number_of(words[1]) : std::nullopt;
  if (!leader || !is_our_table(words[2]))
    return Error::internal("a damaged record of a table of nftables");
  const std::optional<NetworkNamespace> place =
      NetworkNamespace::find(*inode, static_cast<pid_t>(*leader));
  return place ? undo_tables(*place, {words[2]}) : Status();
}

}  // namespace cutset::agent::link
