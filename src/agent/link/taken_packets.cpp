#include "agent/link/taken_packets.h"

#include <optional>

#include "agent/link/nft.h"
#include "agent/link/packet_marks.h"
#include "agent/link/route_rules.h"
#include "agent/link/table_switch.h"

namespace cutset::agent::link {

namespace {

std::optional<uint64_t> read_number(const std::string& word) {
  if (word.empty() || word.size() > 18 ||
      word.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  return std::stoull(word);
}

bool is_our_mark(uint64_t mark) {
  return mark <= UINT32_MAX && (mark & kMagicMask) == kMagic && (mark & kTakenBit) != 0;
}

}  // namespace

std::vector<std::string> taken_words(const NetworkNamespace& place, pid_t leader,
                                     const std::string& table, uint32_t mark) {
  return {std::to_string(place.inode()), std::to_string(leader), "inet " + table,
          "netdev " + table, std::to_string(mark)};
}

Status undo_taken(const std::vector<std::string>& words) {
  const std::optional<uint64_t> inode =
      words.size() == 5 ? read_number(words[0]) : std::nullopt;
  const std::optional<uint64_t> leader = inode ? read_number(words[1]) : std::nullopt;
  const std::optional<uint64_t> mark = leader ? read_number(words[4]) : std::nullopt;
  if (!mark || !is_our_mark(*mark) || !is_our_table(words[2]) || !is_our_table(words[3]))
    return Error::internal("a damaged record of a network fault");
  const std::optional<NetworkNamespace> place =
      NetworkNamespace::find(*inode, static_cast<pid_t>(*leader));
  if (!place) return {};
  CUTSET_TRY(remove_tables(*place, {words[2], words[3]}));
  const auto number = static_cast<uint32_t>(*mark);
  return place->run([number] { return remove_rule(number, number); });
}

}  // namespace cutset::agent::link
