// How each kind of undo record is undone: the one table that the worker, the keeper, the
// next start and `cutset-agent undo-all` use.
//
// Each rule
//   1. takes what it needs from the record alone, whose words are hostile input;
//   2. acts only on what it can show to be ours (start time of a process, label of a
//      container, inode of a file or namespace, mark in a name);
//   3. succeeds, and changes nothing, if there is nothing (any more): the fault was never
//      made, or it is undone already;
//   4. returns within about a second, also when a program it asks hangs.
//
// To add one: write `Status undo_x(const std::vector<std::string>& words)` in the file of
// the fault, and a line in undo_table.cpp (docs/adding-a-fault.md).
//
// Thread rule: free functions; rules may run on any thread, also in the keeper.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "agent/faults/record.h"

namespace cutset::agent {

/// When everything is undone: first the faults (a frozen process cannot end), then all
/// processes are ended, then what processes live in is removed.
enum class UndoStage { kFault, kPlace };

struct UndoRule {
  const char* kind;
  UndoStage stage;
  /// What it describes is still there after a reboot (a file), so that a log of another
  /// boot is undone too.
  bool outlives_boot;
  Status (*undo)(const std::vector<std::string>& words);
};

std::span<const UndoRule> undo_rules();
const UndoRule* find_undo_rule(const std::string& kind);

/// Error: it is there, it is ours, and could not be undone; or no rule knows the kind.
Status undo_record(const UndoRecord& record);

struct RecordsUndone {
  std::vector<uint64_t> undone;              // numbers
  std::map<uint64_t, std::string> problems;  // why the others could not be
};

/// Undoes the records of a stage, newest first. `same_world` false: only those that
/// outlive a boot; the others are gone and count as undone.
RecordsUndone undo_records(const std::vector<OpenRecord>& open, UndoStage stage,
                           bool same_world);

}  // namespace cutset::agent
