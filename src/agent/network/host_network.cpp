#include "agent/network/host_network.h"

#include <algorithm>

#include <fcntl.h>
#include <fmt/format.h>
#include <net/if.h>
#include <sys/file.h>
#include <unistd.h>

#include "agent/faults/undo_table.h"
#include "agent/network/network_namespace.h"
#include "agent/network/subnet.h"
#include "agent/random_word.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/subprocess.h"
#include "base/text.h"

namespace cutset::agent {

namespace {

constexpr std::chrono::milliseconds kMakePatience{5000};
constexpr std::chrono::milliseconds kUndoPatience{900};
constexpr size_t kRoutesLimit = size_t{16} << 20;
constexpr size_t kLinkWord = 8;  // a link's name has 15 characters at most

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string link_name(const std::string& word) {
  return "cs" + word.substr(0, kLinkWord);
}

/// "cs<32 hex digits>-switch" or "cs<32 hex digits>-<number>".
bool is_our_namespace(const std::string& name) {
  constexpr size_t kHead = 2 + 32 + 1;
  if (!name.starts_with("cs") || name.size() <= kHead || name.size() > kHead + 6 ||
      name[kHead - 1] != '-' || !is_hex(name.substr(2, 32)))
    return false;
  const std::string end = name.substr(kHead);
  return end == "switch" || end.find_first_not_of("0123456789") == std::string::npos;
}

Result<CommandOutcome> run(std::vector<std::string> arguments,
                           std::chrono::milliseconds deadline) {
  CommandSpec spec;
  spec.arguments = std::move(arguments);
  spec.environment = {{"LC_ALL", "C"}};
  spec.deadline = deadline;
  return run_command(spec);
}

/// Two agents that look for a free subnet at once must not find the same. Nobody else
/// has a use for a lock of this folder; it goes with the descriptor.
Result<Fd> lock_networks() {
  Fd folder(::open("/run", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid() || ::flock(folder.get(), LOCK_EX) != 0)
    return Error::system("cannot lock /run");
  return folder;
}

std::string switch_commands(const std::string& word, int hosts) {
  std::string commands = "link add bridge type bridge stp_state 0 mcast_snooping 0\n";
  commands += fmt::format("link add machine type veth peer name {} netns {}\n",
                          link_name(word), ::getpid());
  commands += "link set machine master bridge up\n";
  for (int i = 0; i < hosts; ++i) {
    commands +=
        fmt::format("link add h{0} type veth peer name eth0 netns cs{1}-{0}\n", i, word);
    commands += fmt::format("link set h{} master bridge up\n", i);
  }
  return commands + "link set bridge up\nlink set lo up\n";
}

}  // namespace

Status undo_network_link(const std::vector<std::string>& words) {
  if (words.size() != 1 || words[0].size() != 32 || !is_hex(words[0]))
    return Error::internal("a damaged record of a network link");
  const std::string name = link_name(words[0]);
  if (::if_nametoindex(name.c_str()) == 0) return {};
  CUTSET_ASSIGN(
      const CommandOutcome outcome,
      run({"ip", "link", "delete", "dev", name, "type", "veth"}, kUndoPatience));
  if (outcome.exit_code == 0 || ::if_nametoindex(name.c_str()) == 0) return {};
  return Error::internal(fmt::format("cannot remove the network link {}: {}", name,
                                     trim(outcome.error_output)));
}

Status undo_network_namespace(const std::vector<std::string>& words) {
  if (words.size() != 1 || !is_our_namespace(words[0]))
    return Error::internal("a damaged record of a network namespace");
  return remove_namespace(words[0]);
}

Result<v1::MakeNetworkReply> HostNetwork::make(const v1::MakeNetworkRequest& request) {
  const std::lock_guard lock(mutex_);
  if (!made_.empty())
    return Error::unavailable(
        "this agent has made a network already: RemoveNetwork comes first");
  Result<v1::MakeNetworkReply> made = build(request);
  if (!made.ok()) CUTSET_TRY(remove_locked());
  return made;
}

Status HostNetwork::remove() {
  const std::lock_guard lock(mutex_);
  return remove_locked();
}

Status HostNetwork::remove_locked() {
  Status result;
  for (auto entry = made_.rbegin(); entry != made_.rend(); ++entry) {
    Status undone = undo_record(entry->record);
    if (undone.ok()) undone = intents_.strike(entry->number);
    if (!undone.ok() && result.ok()) result = undone;
  }
  made_.clear();
  return result;
}

Status HostNetwork::note(const UndoRecord& record) {
  CUTSET_ASSIGN(const uint64_t number, intents_.write(record));
  made_.push_back({number, record});
  return {};
}

Status HostNetwork::run_ip(const std::string& name_space, const std::string& commands) {
  const std::string file = state_folder_ + "/network.commands";
  CUTSET_TRY(write_file(file, commands));
  std::vector<std::string> arguments = {"ip"};
  if (!name_space.empty()) arguments.insert(arguments.end(), {"-n", name_space});
  arguments.insert(arguments.end(), {"-batch", file});
  const Result<CommandOutcome> outcome = run(arguments, kMakePatience);
  ::unlink(file.c_str());
  if (!outcome.ok()) return outcome.error();
  if (outcome->exit_code == 0) return {};
  return Error::unavailable(fmt::format(
      "cannot set up the network{}: {}", name_space.empty() ? "" : " in " + name_space,
      outcome->timed_out ? "ip does not end" : trim(outcome->error_output)));
}

Result<v1::MakeNetworkReply> HostNetwork::build(const v1::MakeNetworkRequest& request) {
  CUTSET_ASSIGN(const Fd lock, lock_networks());
  CUTSET_ASSIGN(const std::string routes,
                read_file("/proc/self/net/route", kRoutesLimit));
  CUTSET_ASSIGN(const Subnet subnet,
                free_subnet(request.subnet(), routed_subnets(routes)));
  const int hosts = request.hosts_size();
  if (subnet.hosts() < static_cast<uint32_t>(hosts) + 1) {
    return Error::bad_input(
        fmt::format("subnet {} has no room for {} hosts", subnet.text(), hosts));
  }
  CUTSET_ASSIGN(const std::string word, random_word());
  const std::string switch_name = fmt::format("cs{}-switch", word);
  std::vector<std::string> names = {switch_name};
  for (int i = 0; i < hosts; ++i) names.push_back(fmt::format("cs{}-{}", word, i));
  for (const std::string& name : names) {
    CUTSET_TRY(note({kNetworkNamespaceRecord, {name}}));
    CUTSET_TRY(make_namespace(name));
  }
  CUTSET_TRY(note({kNetworkLinkRecord, {word}}));
  CUTSET_TRY(run_ip(switch_name, switch_commands(word, hosts)));
  const auto with_prefix = [&](uint32_t number) {
    return fmt::format("{}/{}", subnet.address(number), subnet.prefix);
  };
  CUTSET_TRY(run_ip("", fmt::format("address add {0} dev {1}\nlink set {1} up\n",
                                    with_prefix(1), link_name(word))));
  v1::MakeNetworkReply reply;
  reply.set_bridge(switch_name);
  reply.set_bridge_address(subnet.address(1));
  for (int i = 0; i < hosts; ++i) {
    const auto number = static_cast<uint32_t>(i) + 2;
    const std::string& name = names[static_cast<size_t>(i) + 1];
    CUTSET_TRY(run_ip(name, fmt::format("address add {} dev eth0\nlink set eth0 up\n"
                                        "link set lo up\n",
                                        with_prefix(number))));
    v1::MadeNamespace& made = *reply.add_namespaces();
    made.set_host(request.hosts(i));
    made.set_namespace_(name);
    made.set_address(subnet.address(number));
  }
  return reply;
}

}  // namespace cutset::agent
