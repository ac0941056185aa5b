#include "agent/plan/local_instances.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "agent/faults/undo_table.h"
#include "agent/intent_log.h"

namespace cutset::agent {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kEndPatience{2000};

Error elsewhere(const v1::InstanceName& name) {
  return Error::unavailable(fmt::format("{} is not on this host", text_of(name)));
}

}  // namespace

LocalInstances::LocalInstances(const v1::LoadPlanRequest& plan, Setting setting)
    : plan_(plan), setting_(std::move(setting)) {
  for (const v1::Instance& instance : plan.instances()) {
    instances_[text_of(instance.name())] = &instance;
    if (instance.has_process()) services_[service_name(instance.name())] = &instance;
    if (instance.has_container())
      containers_[text_of(instance.name())] = std::make_unique<ContainerBody>(instance);
  }
}

Status LocalInstances::open() {
  const std::optional<GroupRoot> root = find_group_root();
  for (const auto& [service, instance] : services_) {
    const Group group =
        root ? group_for(*root, setting_.mark, setting_.run + "-" + service) : Group();
    if (group.exists()) CUTSET_TRY(open_group(group));
    processes_[text_of(instance->name())] = std::make_unique<ProcessBody>(
        *instance, *setting_.supervisor, group, setting_.mark, setting_.state_folder,
        std::vector<std::string>());
  }
  return {};
}

Status LocalInstances::open_group(const Group& group) {
  UndoRecord record{kGroupRecord, {group.folder}};
  CUTSET_ASSIGN(const uint64_t number, setting_.supervisor->write(record));
  groups_[number] = std::move(record);
  return make_group(group);
}

std::vector<std::string> LocalInstances::close() {
  std::vector<std::string> problems;
  for (const auto& [name, body] : processes_) {
    if (body->runs()) (void)body->kill();
  }
  for (const auto& [name, body] : processes_) {
    if (!body->await_end(kEndPatience))
      problems.push_back(fmt::format("processes of {} do not end", name));
  }
  for (auto entry = groups_.rbegin(); entry != groups_.rend(); ++entry) {
    const Status undone = undo_record(entry->second);
    const Status struck =
        undone.ok() ? setting_.supervisor->strike(entry->first) : undone;
    if (!struck.ok()) problems.push_back(struck.error().text());
  }
  groups_.clear();
  return problems;
}

const v1::Instance* LocalInstances::find(const v1::InstanceName& name) const {
  const auto found = instances_.find(text_of(name));
  return found == instances_.end() ? nullptr : found->second;
}

std::vector<const v1::Instance*> LocalInstances::all() const {
  std::vector<const v1::Instance*> found;
  for (const v1::Instance& instance : plan_.instances()) found.push_back(&instance);
  return found;
}

const v1::Instance* LocalInstances::of_service(const std::string& service) const {
  const auto found = services_.find(service);
  return found == services_.end() ? nullptr : found->second;
}

ProcessBody* LocalInstances::process_body(const v1::InstanceName& name) const {
  const auto found = processes_.find(text_of(name));
  return found == processes_.end() ? nullptr : found->second.get();
}

Result<Body*> LocalInstances::body(const v1::InstanceName& name) const {
  if (ProcessBody* process = process_body(name)) return process;
  const auto container = containers_.find(text_of(name));
  if (container != containers_.end()) return container->second.get();
  return elsewhere(name);
}

Result<ProcessId> LocalInstances::leader(const v1::InstanceName& name) const {
  CUTSET_ASSIGN(Body * it, body(name));
  return it->leader();
}

Result<std::vector<ProcessInfo>> LocalInstances::processes(
    const v1::InstanceName& name) const {
  CUTSET_ASSIGN(Body * it, body(name));
  return it->processes();
}

Result<Fd> LocalInstances::network_namespace(const v1::InstanceName& name) const {
  std::string path = "/proc/self/ns/net";
  if (process_body(name) == nullptr) {
    CUTSET_ASSIGN(const ProcessId id, leader(name));
    path = fmt::format("/proc/{}/ns/net", id.pid);
  }
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return Error::system("cannot open " + path);
  return file;
}

std::string LocalInstances::unified_group(const v1::InstanceName& name) const {
  const ProcessBody* process = process_body(name);
  return process == nullptr ? "" : process->group().unified_below;
}

}  // namespace cutset::agent
