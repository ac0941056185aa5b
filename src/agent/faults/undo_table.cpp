#include "agent/faults/undo_table.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "agent/faults/disk_fill.h"
#include "agent/faults/partition.h"
#include "agent/groups/group.h"
#include "agent/link/link_tap.h"
#include "agent/network/engine_objects.h"
#include "agent/network/host_network.h"
#include "agent/plan/container_body.h"

namespace cutset::agent {

namespace {

constexpr std::array kRules{
    UndoRule{kGroupRecord, UndoStage::kPlace, false, undo_group},
    UndoRule{kFrozenRecord, UndoStage::kFault, false, undo_frozen},
    UndoRule{kEngineObjectsRecord, UndoStage::kPlace, true, undo_engine_objects},
    UndoRule{kNetworkLinkRecord, UndoStage::kPlace, false, undo_network_link},
    UndoRule{kNetworkNamespaceRecord, UndoStage::kPlace, false, undo_network_namespace},
    UndoRule{kPausedContainerRecord, UndoStage::kFault, false, undo_paused_container},
    UndoRule{kDiskFillRecord, UndoStage::kFault, true, undo_disk_fill},
    UndoRule{kPartitionRecord, UndoStage::kFault, false, undo_partition},
    UndoRule{link::kTapRecord, UndoStage::kFault, false, link::undo_tap},
};

}  // namespace

std::span<const UndoRule> undo_rules() {
  return kRules;
}

const UndoRule* find_undo_rule(const std::string& kind) {
  const auto* found =
      std::find_if(kRules.begin(), kRules.end(),
                   [&](const UndoRule& rule) { return rule.kind == kind; });
  return found == kRules.end() ? nullptr : &*found;
}

Status undo_record(const UndoRecord& record) {
  const UndoRule* rule = find_undo_rule(record.kind);
  if (rule == nullptr) {
    return Error::internal(fmt::format(
        "an undo record of the unknown kind \"{}\": it was written by another "
        "version of cutset-agent; undo it with that one",
        record.kind));
  }
  return rule->undo(record.words);
}

RecordsUndone undo_records(const std::vector<OpenRecord>& open, UndoStage stage,
                           bool same_world) {
  RecordsUndone result;
  for (auto entry = open.rbegin(); entry != open.rend(); ++entry) {
    const UndoRule* rule = find_undo_rule(entry->record.kind);
    const UndoStage its_stage = rule == nullptr ? UndoStage::kFault : rule->stage;
    if (its_stage != stage) continue;
    const bool gone = rule != nullptr && !same_world && !rule->outlives_boot;
    const Status undone = gone ? Status() : undo_record(entry->record);
    if (undone.ok()) {
      result.undone.push_back(entry->number);
    } else {
      result.problems[entry->number] = undone.error().text();
    }
  }
  return result;
}

}  // namespace cutset::agent
