#include "injector/nodes/node_fdsl.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/check.h"

namespace cutset::injector {

namespace {

using campaign::nodes::Element;
using campaign::nodes::Mode;
using campaign::nodes::NodeFault;
using campaign::nodes::NodeSchedule;
using campaign::nodes::Place;
using campaign::nodes::Relation;
using fdsl::Milliseconds;

// What the workload writes when an operation that writes was acknowledged.
constexpr const char* kAcknowledged =
    R"re("type":"ok","f":"(write|add|enqueue|increment|cas|delete)")re";
constexpr Milliseconds kAfterWindow{300};  // the windows of a step have surely ended
constexpr Milliseconds kDiskIsFree{50};    // a killed process has let go of its files

class Builder {
 public:
  Builder(const NodeSystem& system, fdsl::Schedule& schedule)
      : system_(system), schedule_(schedule) {}

  void begin() {
    schedule_.version = 2;
    std::map<std::string, int> slots;
    for (const fdsl::Instance& one : system_.instances) ++slots[one.service];
    schedule_.services.assign(slots.begin(), slots.end());
    schedule_.services.emplace_back(kClientsService, 0);
    schedule_.end_seconds = (system_.end.count() + 999) / 1000;
    fdsl::Moment workload;
    workload.name = kWorkloadMoment;
    workload.time = Milliseconds(0);
    fdsl::Target one;
    one.kind = fdsl::Target::Kind::kAmount;
    one.number = 1;
    workload.events.push_back({kClientsService, fdsl::Start{one}, {}});
    schedule_.moments.push_back(std::move(workload));
  }

  Status add_steps(const NodeSchedule& schedule) {
    size_t fault = 0;
    for (size_t step = 0; step < schedule.steps.size(); ++step) {
      const fdsl::When when = when_of(schedule, step, fault);
      for (const NodeFault& one : schedule.steps[step].faults) {
        CUTSET_TRY(add_fault(one, fault_moment(fault++), when));
      }
    }
    return {};
  }

 private:
  fdsl::When when_of(const NodeSchedule& schedule, size_t step, size_t fault) {
    fdsl::When when;
    when.timeout = system_.end;
    if (step > 0 && (schedule.steps[step].relation == Relation::kAfter || !counting_)) {
      Milliseconds longest{0};
      if (schedule.steps[step].relation == Relation::kAfter) {
        for (size_t i = 0; i < step; ++i) {
          for (const NodeFault& one : schedule.steps[i].faults)
            longest = std::max(longest, one.duration);
        }
      }
      when.trigger = fdsl::AfterMoment{fault_moment(fault - 1), longest + kAfterWindow};
      counting_ = false;  // how many writes were acknowledged by then nobody knows
      return when;
    }
    // Of `clients` operations that were under way one more has to be acknowledged.
    const auto nth =
        system_.nodes.after + static_cast<int64_t>(step) * (system_.clients + 1);
    when.trigger = fdsl::LogTrigger{{kClientsService, {0}}, kAcknowledged, nth};
    return when;
  }

  Status add_fault(const NodeFault& fault, const std::string& name,
                   const fdsl::When& when) {
    fdsl::Moment moment;
    moment.name = name;
    moment.when = when;
    const Mode mode = fault.element.mode;
    if (campaign::nodes::is_of_links(mode)) {
      const fdsl::Fault partition = partition_of(fault);
      for (const auto& [service, slots] : instances_at(fault.element.at))
        inject(moment, service, slots, partition);
    } else if (mode == Mode::kPause) {
      for (const auto& [service, slots] : instances_at(fault.element.at))
        inject(moment, service, slots, fdsl::Pause{{fault.duration, ""}});
    } else {
      fdsl::Crash crash;
      if (mode == Mode::kRestart) crash.restart_after = fault.duration;
      for (const auto& [service, slots] : instances_at(fault.element.at))
        inject(moment, service, slots, crash);
    }
    schedule_.moments.push_back(std::move(moment));
    if (mode == Mode::kDiskLoss) return add_disk_loss(fault, name, when.timeout);
    return {};
  }

  Status add_disk_loss(const NodeFault& fault, const std::string& name,
                       Milliseconds timeout) {
    fdsl::Moment wipe;
    wipe.name = name + "-wipe";
    wipe.when = fdsl::When{fdsl::AfterMoment{name, kDiskIsFree}, timeout, {}};
    fdsl::Moment restart;
    restart.name = name + "-restart";
    restart.when = fdsl::When{
        fdsl::AfterMoment{name, std::max(fault.duration, 2 * kDiskIsFree)}, timeout, {}};
    for (const auto& [service, slots] : instances_at(fault.element.at)) {
      for (const int slot : slots) {
        const std::string data = system_.data_of({service, slot, "", true});
        if (!data.empty()) inject(wipe, service, {slot}, fdsl::DiskWipe{data});
      }
      restart.events.push_back({service, fdsl::Restart{slots}, {}});
    }
    if (wipe.events.empty()) {
      return Error::bad_input(fmt::format(
          "{} has no disk to lose: no service on it uses ${{self.data}}; leave "
          "disk-loss out of nodes.modes",
          fault.element.at.text()));
    }
    schedule_.moments.push_back(std::move(wipe));
    schedule_.moments.push_back(std::move(restart));
    return {};
  }

  fdsl::Fault partition_of(const NodeFault& fault) const {
    fdsl::Partition partition;
    const Element& element = fault.element;
    if (element.mode == Mode::kIsolateOut || element.mode == Mode::kCutOneWay)
      partition.direction = fdsl::Direction::kOut;
    if (element.mode == Mode::kIsolateIn) partition.direction = fdsl::Direction::kIn;
    if (campaign::nodes::is_cut(element.mode)) {
      add_peers(element.other, partition.to);
    } else {
      for (const auto& [role, hosts] : system_.nodes.roles) {
        for (uint32_t member = 0; member < hosts.size(); ++member) {
          const Place place{role, member, ""};
          if (place.role == element.at.role && place.member == element.at.member)
            continue;
          add_peers(place, partition.to);
        }
      }
      if (element.mode == Mode::kIsolateWithClients)
        add_peers({std::string(campaign::nodes::kClients), 0, ""}, partition.to);
    }
    partition.lasting.duration = fault.duration;
    return partition;
  }

  void add_peers(const Place& place, std::vector<fdsl::Endpoint>& peers) const {
    for (const auto& [service, slots] : instances_at(place)) {
      const auto known = std::find_if(peers.begin(), peers.end(), [&](const auto& one) {
        return one.service == service;
      });
      if (known == peers.end()) {
        peers.push_back({service, slots});
      } else {
        known->slots.insert(known->slots.end(), slots.begin(), slots.end());
        std::sort(known->slots.begin(), known->slots.end());
      }
    }
  }

  std::map<std::string, std::vector<int>> instances_at(const Place& place) const {
    if (place.is_client()) return {{kClientsService, {0}}};
    const std::string& host = system_.nodes.host_of(place);
    std::map<std::string, std::vector<int>> found;
    for (const fdsl::Instance& one : system_.instances) {
      if (one.host != host) continue;
      if (!place.process.empty() && place.process != one.service) continue;
      found[one.service].push_back(one.slot);
    }
    return found;
  }

  static void inject(fdsl::Moment& moment, const std::string& service,
                     const std::vector<int>& slots, const fdsl::Fault& fault) {
    moment.events.push_back(
        {service, fdsl::Inject{fdsl::Target::specific(slots), fault}, {}});
  }

  const NodeSystem& system_;
  fdsl::Schedule& schedule_;
  bool counting_ = true;  // the steps so far count acknowledgements
};

}  // namespace

std::string fault_moment(size_t fault) {
  return fmt::format("fault-{}", fault + 1);
}

Result<fdsl::Schedule> node_schedule_fdsl(const NodeSchedule& schedule,
                                          const NodeSystem& system, std::string goal) {
  fdsl::Schedule made;
  Builder builder(system, made);
  builder.begin();
  CUTSET_TRY(builder.add_steps(schedule));
  fdsl::Lineage lineage;
  lineage.goal = std::move(goal);
  for (const NodeFault& fault : schedule.faults()) lineage.faults.push_back(fault.text());
  made.lineage = std::move(lineage);
  fdsl::put_in_order(made);
  return made;
}

}  // namespace cutset::injector
