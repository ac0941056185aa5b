#include "injector/campaign_schedule.h"

#include <algorithm>

#include <fmt/format.h>

namespace cutset::injector {

namespace {

void sort_faults(std::vector<RequestFault>& faults) {
  std::sort(faults.begin(), faults.end(),
            [](const RequestFault& a, const RequestFault& b) {
              return a.call.text() < b.call.text();
            });
}

Error not_carried_out(const std::string& what, const std::string& file,
                      fdsl::Place place) {
  return Error::bad_input(
      fmt::format(
          "{}: cutset run and replay carry out request faults on a whole identity "
          "(call: ..) that are armed at time 0; nothing is left out silently",
          what),
      file, place.line, place.column);
}

Result<RequestFault> request_fault(const fdsl::ServiceEvent& event,
                                   const std::string& file) {
  const auto* inject = std::get_if<fdsl::Inject>(&event.action);
  if (inject == nullptr) {
    return not_carried_out(fmt::format("\"{}\"", fdsl::action_key(event.action)), file,
                           event.place);
  }
  const auto* request = std::get_if<fdsl::Request>(&inject->fault);
  if (request == nullptr) {
    return not_carried_out(
        fmt::format("the fault \"{}\"", fdsl::fault_key(inject->fault)), file,
        event.place);
  }
  if (!request->call.call) {
    return not_carried_out("the short form of a request fault", file, event.place);
  }
  if (request->effect.corrupt || !request->effect.grpc_status.empty()) {
    return not_carried_out(request->effect.corrupt ? "the action corrupt" : "grpc_status",
                           file, event.place);
  }
  const fdsl::Target& target = inject->target;
  const bool hits_nobody =
      target.kind == fdsl::Target::Kind::kSpecific && target.slots.size() != 1;
  if (hits_nobody) {
    return not_carried_out("a target that is not [0]", file, event.place);
  }
  return RequestFault{*request->call.call, request->effect.mode};
}

}  // namespace

Schedule make_schedule(const std::vector<std::string>& services,
                       std::vector<RequestFault> faults, std::string run,
                       std::string goal, int64_t end_seconds) {
  Schedule schedule;
  schedule.version = 2;
  schedule.end_seconds = end_seconds;
  for (const std::string& service : services) schedule.services.emplace_back(service, 1);
  fdsl::Lineage& lineage = schedule.lineage.emplace();
  lineage.run = std::move(run);
  lineage.goal = std::move(goal);
  sort_faults(faults);
  fdsl::Moment moment;
  moment.time = fdsl::Milliseconds(0);
  for (RequestFault& fault : faults) {
    lineage.faults.push_back(fault.mode.text() + " on " + fault.call.text());
    fdsl::Request request;
    std::string callee = fault.call.points.back().callee;
    request.call.call = std::move(fault.call);
    request.effect.mode = fault.mode;
    moment.events.push_back(
        {std::move(callee),
         fdsl::Inject{fdsl::Target::specific({0}), std::move(request)},
         {}});
  }
  if (!moment.events.empty()) schedule.moments.push_back(std::move(moment));
  put_in_order(schedule);
  return schedule;
}

Result<std::vector<RequestFault>> request_faults(const Schedule& schedule,
                                                 const std::string& file) {
  for (const auto& [service, count] : schedule.services) {
    if (count == 1) continue;
    return Error::bad_input(
        fmt::format("beginning.{}: cutset run and replay start one instance of each "
                    "service, found {}",
                    service, count),
        file);
  }
  std::vector<RequestFault> faults;
  for (const fdsl::Moment& moment : schedule.moments) {
    if (!moment.time || moment.time->count() != 0) {
      if (moment.events.empty()) continue;
      const std::string when =
          moment.time ? "a moment at " + fdsl::seconds_text(*moment.time) + " s"
                      : "a moment with \"when\"";
      return not_carried_out(when, file, moment.place);
    }
    for (const fdsl::ServiceEvent& event : moment.events) {
      CUTSET_ASSIGN(RequestFault fault, request_fault(event, file));
      faults.push_back(std::move(fault));
    }
  }
  sort_faults(faults);
  const auto same = std::adjacent_find(
      faults.begin(), faults.end(),
      [](const RequestFault& a, const RequestFault& b) { return a.call == b.call; });
  if (same != faults.end()) {
    return Error::bad_input(
        fmt::format("two faults on the same call: {}", same->call.text()), file);
  }
  return faults;
}

}  // namespace cutset::injector
