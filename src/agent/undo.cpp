#include "agent/undo.h"

#include <algorithm>

#include <fmt/format.h>
#include <unistd.h>

#include "agent/data_folders.h"
#include "agent/faults/undo_table.h"
#include "agent/unix_socket.h"
#include "base/log.h"

namespace cutset::agent {

namespace {

constexpr unsigned kUndoAlarmSeconds = 6;

bool in_recorded_session(const ProcessInfo& info, const Intent& intent,
                         Evidence evidence) {
  if (evidence == Evidence::kLate && info.id.start > intent.alive_until) return false;
  return std::any_of(
      intent.running.begin(), intent.running.end(), [&](const RunningService& service) {
        return info.session == service.id.pid && info.id.start >= service.id.start;
      });
}

bool is_recorded(const ProcessInfo& info, const Intent& intent) {
  return std::any_of(
      intent.running.begin(), intent.running.end(),
      [&](const RunningService& service) { return info.id == service.id; });
}

}  // namespace

std::vector<ProcessInfo> find_ours(const Intent& intent, Evidence evidence) {
  if (intent.world != world()) return {};
  const std::string mark = fmt::format("{}={}.", kMarkVariable, intent.mark);
  std::vector<ProcessInfo> ours;
  for (const ProcessInfo& info : all_processes()) {
    // What is older than the keeper cannot be its work; this also spares reading most
    // environments.
    if (info.dead() || info.id.pid == ::getpid() || info.id.start < intent.keeper.start)
      continue;
    if (is_recorded(info, intent) || in_recorded_session(info, intent, evidence) ||
        environment_holds(info.id.pid, mark, true)) {
      ours.push_back(info);
    }
  }
  return ours;
}

Undone undo(const Intent& intent, Evidence evidence) {
  const bool same_world = intent.world == world();
  const RecordsUndone faults = undo_records(intent.open, UndoStage::kFault, same_world);
  Undone result;
  result.processes = end_processes([&] { return find_ours(intent, evidence); });
  const RecordsUndone places = undo_records(intent.open, UndoStage::kPlace, same_world);
  remove_stale_socket(intent.socket, intent.own_folder);
  for (const OpenRecord& open : intent.open) {
    const std::map<uint64_t, std::string>& problems =
        faults.problems.contains(open.number) ? faults.problems : places.problems;
    const auto problem = problems.find(open.number);
    if (problem == problems.end()) {
      result.records.push_back(open.number);
    } else {
      result.left.push_back(open);
      result.problems.push_back(problem->second);
    }
  }
  return result;
}

void undo_for_lost_keeper(const std::string& state_folder, const std::string& socket_path,
                          bool own_folder) {
  ::alarm(kUndoAlarmSeconds);  // whatever hangs below, this process does not stay
  const auto intent = read_intent(state_folder);
  if (intent.ok() && intent->has_value() && (*intent)->closed) return;
  log_error("the keeper is gone: ending everything");
  remove_socket(socket_path, own_folder);
  if (!intent.ok() || !intent->has_value()) {
    log_error("the intent log of {} cannot be used; processes of services may be left",
              state_folder);
    return;
  }
  const Undone undone = undo(**intent, Evidence::kFresh);
  log_info("ended {} processes, undid {} records", undone.processes.ended,
           undone.records.size());
  for (const std::string& problem : undone.problems) log_error("{}", problem);
  bool clean = undone.processes.left.empty() && undone.left.empty();
  if (undone.processes.left.empty()) {
    const Status removed = remove_data_folders(state_folder);
    if (!removed.ok()) log_warning("{}", removed.error().text());
    clean = clean && removed.ok();
  }
  const Status closed = IntentLog::close_after_crash(state_folder, undone.records, clean);
  if (!closed.ok()) log_warning("{}", closed.error().text());
}

Result<Undone> undo_earlier_agent(const std::string& state_folder) {
  CUTSET_ASSIGN(const std::optional<Intent> intent, read_intent(state_folder));
  if (!intent || intent->closed) return Undone{};
  Undone undone = undo(*intent, Evidence::kLate);
  if (!undone.processes.left.empty()) {
    const ProcessInfo& process = undone.processes.left.front();
    return Error::internal(
        fmt::format("process {} of an earlier agent does not end (state {}): end it by "
                    "hand, then start again",
                    process.id.pid, process.state));
  }
  if (undone.processes.ended > 0) {
    log_info("ended {} processes that an earlier agent left behind",
             undone.processes.ended);
  }
  if (!undone.records.empty())
    log_info("undid {} things that an earlier agent left behind", undone.records.size());
  CUTSET_TRY(remove_data_folders(state_folder));
  CUTSET_TRY(
      IntentLog::close_after_crash(state_folder, undone.records, undone.left.empty()));
  return undone;
}

}  // namespace cutset::agent
