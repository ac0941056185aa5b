#include "agent/faults/partition.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "agent/link/filter_table.h"
#include "agent/link/link_ends.h"
#include "agent/link/taken_packets.h"

namespace cutset::agent {

namespace {

std::vector<link::Condition> conditions_of(const link::LinkMatch& match,
                                           v1::Direction direction) {
  std::vector<link::Condition> conditions;
  if (direction != v1::DIRECTION_IN) conditions = match.out;
  if (direction != v1::DIRECTION_OUT)
    conditions.insert(conditions.end(), match.in.begin(), match.in.end());
  return conditions;
}

class Partition final : public Fault {
 public:
  Partition(const v1::Step& step, const FaultHost& host) : step_(step), host_(host) {}

  Result<std::vector<UndoRecord>> prepare() override {
    const v1::PartitionAction& action = step_.partition();
    CUTSET_ASSIGN(const link::LinkEnds found,
                  link::find_ends(step_.target(), action.peers(), *host_.instances));
    const link::PlannedEnds& ends = found.ends;
    CUTSET_ASSIGN(const link::LinkMatch match,
                  link::match_link(ends.target, ends.peers, ends.all));
    conditions_ = conditions_of(match, action.direction());
    table_.reset();
    made_ = false;
    CUTSET_ASSIGN(link::FilterTable table, link::FilterTable::prepare(found, host_.mark));
    table_.emplace(std::move(table));
    return std::vector<UndoRecord>{{kPartitionRecord, table_->record_words()}};
  }

  Status make_ready() override {
    return std::exchange(made_, true) ? Status() : table_->make(conditions_);
  }

  Result<std::string> apply() override {
    CUTSET_TRY(table_->wake());
    return fmt::format("{} peers", step_.partition().peers_size());
  }

  Result<std::string> verify() override { return table_->verify(); }

 private:
  const v1::Step& step_;
  const FaultHost& host_;
  std::vector<link::Condition> conditions_;
  std::optional<link::FilterTable> table_;
  bool made_ = false;
};

}  // namespace

Result<std::string> check_partition(const v1::Step& step, const FaultHost& host) {
  CUTSET_ASSIGN(
      const link::PlannedEnds ends,
      link::planned_ends(step.target(), step.partition().peers(), *host.instances));
  CUTSET_TRY(link::match_link(ends.target, ends.peers, ends.all));
  return std::string();
}

std::unique_ptr<Fault> make_partition(const v1::Step& step, const FaultHost& host) {
  return std::make_unique<Partition>(step, host);
}

Status undo_partition(const std::vector<std::string>& words) {
  return link::undo_taken(words);
}

}  // namespace cutset::agent
