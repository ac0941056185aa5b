#include "network_fixture.h"

#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/random_word.h"
#include "base/file.h"
#include "base/subprocess.h"
#include "base/text.h"

namespace cutset::agent::test {

namespace {

std::string unified_mount() {
  const std::string text = read_file("/proc/self/mountinfo").value();
  for (const std::string& line : split(text, "\n"))
    if (line.find(" - cgroup2 ") != std::string::npos) return split(line, " ")[4];
  return "";
}

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  int family = AF_INET;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SocketAddress socket_address(const std::string& address, uint16_t port) {
  SocketAddress result;
  if (address.find(':') != std::string::npos) {
    auto* six = reinterpret_cast<sockaddr_in6*>(&result.storage);
    result.family = six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    EXPECT_EQ(1, ::inet_pton(AF_INET6, address.c_str(), &six->sin6_addr));
    result.size = sizeof *six;
  } else {
    auto* four = reinterpret_cast<sockaddr_in*>(&result.storage);
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    EXPECT_EQ(1, ::inet_pton(AF_INET, address.c_str(), &four->sin_addr));
    result.size = sizeof *four;
  }
  return result;
}

Result<CommandOutcome> run(std::vector<std::string> arguments) {
  CommandSpec spec;
  spec.arguments = std::move(arguments);
  spec.deadline = 20s;
  return run_command(spec);
}

bool ready(const Fd& socket, short events, std::chrono::milliseconds limit) {
  pollfd polled{socket.get(), events, 0};
  return ::poll(&polled, 1, static_cast<int>(std::max<long>(limit.count(), 0))) > 0;
}

}  // namespace

std::string why_no_networks() {
  if (::geteuid() != 0) return "only root may make network namespaces";
  if (!run({"nft", "--version"})) return "nft is not installed";
  if (!run({"ip", "-V"})) return "iproute2 is not installed";
  if (::access("/dev/net/tun", R_OK | W_OK) != 0) return "there is no /dev/net/tun";
  const Result<CommandOutcome> made =
      run({"unshare", "--net", "nft", "add table inet t"});
  if (!made || made->exit_code != 0) return "nftables cannot be used in a namespace here";
  return "";
}

std::string shell(const std::string& command) {
  const Result<CommandOutcome> outcome = run({"sh", "-c", command});
  EXPECT_TRUE(outcome.ok()) << command;
  if (!outcome) return "";
  EXPECT_EQ(0, outcome->exit_code) << command << "\n" << outcome->error_output;
  return outcome->output;
}

TestNetwork::TestNetwork(int hosts)
    : hosts_(hosts), prefix_(fmt::format("cutset-test-{}-", ::getpid())) {
  std::string script = "set -e\n";
  const bool bridged = hosts > 1;
  if (bridged) {
    script += fmt::format("ip netns add {0}b; ip -n {0}b link add bridge0 type bridge; ",
                          prefix_);
    script += fmt::format("ip -n {}b link set bridge0 up\n", prefix_);
  }
  for (int host = 0; host < hosts; ++host) {
    // No link-local addresses: they come when they like, and states are compared.
    script += fmt::format(
        "ip netns add {0}; nsenter --net=/run/netns/{0} sh -c "
        "'echo 1 >/proc/sys/net/ipv6/conf/default/addr_gen_mode'\n"
        "ip -n {0} link set lo up\n",
        name(host));
    if (!bridged) continue;
    script += fmt::format(
        "ip -n {0} link add eth0 type veth peer name v{1} netns {2}b\n"
        "ip -n {2}b link set v{1} master bridge0 up; ip -n {0} link set eth0 up\n"
        "ip -n {0} addr add {3}/24 dev eth0; ip -n {0} addr add {4}/64 dev eth0 nodad\n",
        name(host), host, prefix_, address(host), address(host, true));
  }
  shell(script);
}

TestNetwork::~TestNetwork() {
  for (int host = 0; host < hosts_; ++host) shell("ip netns del " + name(host));
  if (hosts_ > 1) shell(fmt::format("ip netns del {}b", prefix_));
}

std::string TestNetwork::name(int host) const {
  return fmt::format("{}{}", prefix_, host);
}

std::string TestNetwork::path(int host) const {
  return "/run/netns/" + name(host);
}

std::string TestNetwork::address(int host, bool six) {
  return fmt::format("{}{}", six ? "fd77::" : "10.77.0.", host + 1);
}

void TestNetwork::run(int host, const std::function<void()>& function) const {
  std::thread([&] {
    const Fd file(::open(path(host).c_str(), O_RDONLY | O_CLOEXEC));
    ASSERT_EQ(0, ::setns(file.get(), CLONE_NEWNET));
    function();
  }).join();
}

std::string TestNetwork::state(int host) const {
  return shell(fmt::format(
      "nsenter --net={} sh -c 'nft -s list ruleset; ip rule; ip -6 rule; ip route show "
      "table all; ip -6 route show table all; tc qdisc; ip -o link | cut -d\" \" -f2'",
      path(host)));
}

TestGroup::TestGroup(const std::string& name)
    : mount_(unified_mount()), path_(fmt::format("cutset-test-{}-{}", ::getpid(), name)) {
  EXPECT_EQ(0, ::mkdir((mount_ + "/" + path_).c_str(), 0755));
}

TestGroup::~TestGroup() {
  EXPECT_EQ(0, ::rmdir((mount_ + "/" + path_).c_str()));
}

// A socket belongs to the cgroup in which its process was when it was opened.
void TestGroup::within(const std::function<void()>& function) const {
  const std::string before = [] {
    for (const std::string& line : split(read_file("/proc/self/cgroup").value(), "\n"))
      if (line.starts_with("0::")) return line.substr(3);
    return std::string("/");
  }();
  const auto enter = [](const std::string& folder) {
    const Fd file(::open((folder + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
    const std::string pid = std::to_string(::getpid());
    EXPECT_EQ(static_cast<ssize_t>(pid.size()),
              ::write(file.get(), pid.data(), pid.size()));
  };
  enter(mount_ + "/" + path_);
  function();
  enter(mount_ + before);
}

v1::InstanceName instance(const std::string& service) {
  v1::InstanceName name;
  name.set_service(service);
  return name;
}

v1::Instance& TestInstances::add(const std::string& service, const std::string& address,
                                 const std::vector<uint32_t>& ports) {
  auto added = std::make_unique<v1::Instance>();
  *added->mutable_name() = instance(service);
  if (!address.empty()) added->add_addresses(address);
  for (const uint32_t port : ports) added->add_ports(port);
  instances_.push_back(std::move(added));
  return *instances_.back();
}

void TestInstances::add_container(const TestNetwork& network, int host,
                                  const std::string& service,
                                  std::vector<uint32_t> ports) {
  v1::Instance& added = add(service, TestNetwork::address(host), ports);
  added.add_addresses(TestNetwork::address(host, true));
  added.mutable_container();
  paths_[service + "/0"] = network.path(host);
}

void TestInstances::add_process(const TestNetwork& network, int host,
                                const std::string& service, const std::string& address,
                                std::vector<uint32_t> ports, const TestGroup& group) {
  add(service, address, ports).mutable_process();
  paths_[service + "/0"] = network.path(host);
  groups_[service + "/0"] = group.path();
}

void TestInstances::add_elsewhere(const std::string& service, const std::string& address,
                                  std::vector<uint32_t> ports) {
  add(service, address, ports);
}

const v1::Instance* TestInstances::find(const v1::InstanceName& name) const {
  for (const auto& known : instances_)
    if (text_of(known->name()) == text_of(name)) return known.get();
  return nullptr;
}

std::vector<const v1::Instance*> TestInstances::all() const {
  std::vector<const v1::Instance*> result;
  for (const auto& known : instances_) result.push_back(known.get());
  return result;
}

Result<ProcessId> TestInstances::leader(const v1::InstanceName&) const {
  return read_process(::getpid())->id;
}

Result<std::vector<ProcessInfo>> TestInstances::processes(const v1::InstanceName&) const {
  return std::vector<ProcessInfo>();
}

Result<Fd> TestInstances::network_namespace(const v1::InstanceName& name) const {
  return Fd(::open(paths_.at(text_of(name)).c_str(), O_RDONLY | O_CLOEXEC));
}

std::string TestInstances::unified_group(const v1::InstanceName& name) const {
  const auto found = groups_.find(text_of(name));
  return found == groups_.end() ? "" : found->second;
}

Result<uint64_t> TestIntents::write(const UndoRecord& record) {
  open_[next_] = record;
  return next_++;
}

Status TestIntents::strike(uint64_t number) {
  EXPECT_EQ(1U, open_.erase(number));
  return {};
}

MadeFault::MadeFault(v1::Step step, TestInstances& instances, Until until)
    : step_(std::move(step)) {
  host_.instances = &instances;
  host_.mark = random_word().value();
  step_.set_id("test");
  const FaultRule* rule = find_fault_rule(step_.action_case());
  const Result<std::string> checked = rule->check(step_, host_);
  EXPECT_TRUE(checked.ok()) << checked.error().text();
  fault_ = rule->make(step_, host_);
  const Result<std::vector<UndoRecord>> prepared = fault_->prepare();
  EXPECT_TRUE(prepared.ok()) << prepared.error().text();
  records_ = *prepared;
  const Status ready = fault_->make_ready();
  EXPECT_TRUE(ready.ok()) << ready.error().text();
  if (until == Until::kMade) make();
}

void MadeFault::make() {
  applied_at_ = std::chrono::steady_clock::now().time_since_epoch().count();
  const Result<std::string> applied = fault_->apply();
  EXPECT_TRUE(applied.ok()) << applied.error().text();
}

MadeFault::~MadeFault() {
  undo();
}

void MadeFault::undo() {
  if (fault_ == nullptr) return;
  const Status released = fault_->release();
  EXPECT_TRUE(released.ok()) << released.error().text();
  for (const UndoRecord& record : records_) {
    const Status undone = undo_record(record);
    EXPECT_TRUE(undone.ok()) << undone.error().text();
  }
  fault_.reset();
}

v1::Step partition(const std::string& target, const std::vector<std::string>& peers,
                   v1::Direction direction) {
  v1::Step step;
  *step.mutable_target() = instance(target);
  step.mutable_partition()->set_direction(direction);
  for (const std::string& peer : peers)
    *step.mutable_partition()->add_peers() = instance(peer);
  return step;
}

Fd listener(const std::string& address, uint16_t port) {
  const SocketAddress at = socket_address(address, port);
  Fd socket(::socket(at.family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  EXPECT_EQ(0, ::bind(socket.get(), at.get(), at.size)) << address << " " << port;
  EXPECT_EQ(0, ::listen(socket.get(), 16));
  return socket;
}

Fd try_connect(const std::string& address, uint16_t port,
               std::chrono::milliseconds limit) {
  const SocketAddress to = socket_address(address, port);
  Fd socket(::socket(to.family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  ::connect(socket.get(), to.get(), to.size);
  int error = 0;
  socklen_t size = sizeof error;
  if (!ready(socket, POLLOUT, limit)) return {};
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return {};
  ::fcntl(socket.get(), F_SETFL, 0);
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

Fd accepted(const Fd& listener, std::chrono::milliseconds limit) {
  if (!ready(listener, POLLIN, limit)) return {};
  return Fd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
}

void send_text(const Fd& socket, const std::string& text) {
  ASSERT_EQ(static_cast<ssize_t>(text.size()),
            ::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL));
}

std::string receive(const Fd& socket, size_t most, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::string text;
  while (text.size() < most) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (!ready(socket, POLLIN, left)) break;
    char buffer[65536];
    const ssize_t size =
        ::recv(socket.get(), buffer, std::min(most - text.size(), sizeof buffer), 0);
    if (size <= 0) break;
    text.append(buffer, static_cast<size_t>(size));
  }
  return text;
}

Fd datagram_socket(const std::string& address, uint16_t port) {
  const SocketAddress at = socket_address(address, port);
  Fd socket(::socket(at.family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(0, ::bind(socket.get(), at.get(), at.size)) << address << " " << port;
  return socket;
}

void send_datagram(const Fd& socket, const std::string& address, uint16_t port,
                   const std::string& text) {
  const SocketAddress to = socket_address(address, port);
  ASSERT_EQ(static_cast<ssize_t>(text.size()),
            ::sendto(socket.get(), text.data(), text.size(), 0, to.get(), to.size));
}

Connection connected(const TestNetwork& network, int from, int to, uint16_t port,
                     bool six) {
  Connection result;
  Fd listening;
  const std::string address = TestNetwork::address(to, six);
  network.run(to, [&] { listening = listener(address, port); });
  network.run(from, [&] { result.client = try_connect(address, port); });
  result.server = accepted(listening);
  EXPECT_TRUE(result.client.valid());
  EXPECT_TRUE(result.server.valid());
  return result;
}

}  // namespace cutset::agent::test
