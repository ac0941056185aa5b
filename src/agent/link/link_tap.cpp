#include "agent/link/link_tap.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>
#include <net/if.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "agent/link/packet_marks.h"
#include "agent/link/route_rules.h"
#include "agent/link/taken_packets.h"
#include "base/text.h"

namespace cutset::agent::link {

namespace {

constexpr int kRawPriority = -300;
constexpr std::string_view kDevicePrefix = "cs";
// Packets that are taken in one turn, before timers are looked at again.
constexpr int kMostAtOnce = 64;

Nanos now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<Nanos>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

// The devices on which packets of others arrive.
std::vector<std::string> devices_of(const NetworkNamespace& place) {
  std::vector<std::string> names;
  const Status listed = place.run([&]() -> Status {
    struct if_nameindex* all = ::if_nameindex();
    if (all == nullptr) return {};
    for (const struct if_nameindex* one = all; one->if_index != 0; ++one) {
      const std::string_view name = one->if_name;
      if (name != "lo" && !name.starts_with(kDevicePrefix) &&
          name.find('"') == std::string_view::npos)
        names.push_back(fmt::format("\"{}\"", name));
    }
    ::if_freenameindex(all);
    return {};
  });
  return listed ? names : std::vector<std::string>();
}

}  // namespace

Result<std::unique_ptr<LinkTap>> LinkTap::prepare(const LinkEnds& ends, TapMatch match,
                                                  const std::string& mark,
                                                  PacketStage& stage) {
  CUTSET_ASSIGN(NftTransaction transaction, NftTransaction::prepare(ends.place));
  CUTSET_ASSIGN(TableSwitch tables, TableSwitch::open(ends.place));
  std::vector<std::string> addresses;
  for (const End& peer : ends.ends.peers)
    addresses.insert(addresses.end(), peer.addresses.begin(), peer.addresses.end());
  CUTSET_ASSIGN(MarkNumber number, MarkNumber::take());
  std::unique_ptr<LinkTap> tap(new LinkTap(ends.place.copy(), ends.leader,
                                           std::move(number), stage,
                                           std::move(transaction), std::move(tables)));
  tap->mtu_ = mtu_towards(ends.place, addresses);
  tap->table_ = next_table_name(mark);
  tap->name_.device =
      fmt::format("{}{}t{}", kDevicePrefix, mark.substr(0, 8), tap->number_.value());
  tap->name_.taken = taken_mark(match.sender, tap->number_.value());
  tap->name_.forwarded = forwarded_mark(match.sender, tap->number_.value());
  tap->match_ = std::move(match);
  return tap;
}

Result<std::unique_ptr<LinkTap>> LinkTap::prepare_sent(const LinkEnds& ends,
                                                       const std::string& mark,
                                                       PacketStage& stage) {
  const PlannedEnds& planned = ends.ends;
  TapMatch match;
  match.sender = planned.target.number;
  CUTSET_ASSIGN(match.sent, match_outgoing(planned.target, planned.peers, planned.all));
  return prepare(ends, std::move(match), mark, stage);
}

LinkTap::LinkTap(NetworkNamespace place, ProcessId leader, MarkNumber number,
                 PacketStage& stage, NftTransaction transaction, TableSwitch tables)
    : place_(std::move(place)),
      leader_(leader),
      number_(std::move(number)),
      stage_(stage),
      transaction_(std::move(transaction)),
      tables_(std::move(tables)) {}

LinkTap::~LinkTap() {
  // Who cares for what is left has called close() before, or has the record.
  [[maybe_unused]] const Status closed = close();
}

UndoRecord LinkTap::record() const {
  return {kTapRecord, taken_words(place_, leader_.pid, table_, name_.taken)};
}

std::string LinkTap::rules_for_sent() const {
  const OutgoingMatch& match = match_.sent;
  std::string text = fmt::format("add table inet {} {{ flags dormant; }}\n", table_);
  for (const std::string& set : match.sets)
    text += fmt::format("add set inet {} {}\n", table_, set);
  text += fmt::format(
      "add chain inet {} take {{ type route hook output priority {}; policy accept; }}\n",
      table_, kRawPriority + static_cast<int>(number_.value()));
  const auto add = [&](const std::string& rule) {
    text += fmt::format("add rule inet {} take {}\n", table_, rule);
  };
  for (const std::string& learner : match.learners) add(learner);
  // What another tap has taken comes back; what has passed this one does not.
  add(fmt::format("meta mark & {:#x} == {:#x} return", kMagicMask | kTakenBit,
                  kMagic | kTakenBit));
  add(fmt::format("meta mark & {:#x} == {:#x} meta mark & {:#x} > {} return", kMagicMask,
                  kMagic, kTapMask, number_.value()));
  for (const Condition& condition : match.out) {
    for (const std::string& packets :
         {condition.own_text(), condition.forwarded_text()}) {
      if (packets.empty()) continue;
      add(fmt::format("{} counter meta mark set {:#x}", packets, name_.taken));
    }
  }
  text += fmt::format(
      "add table netdev {0} {{ flags dormant; }}\n"
      "add chain netdev {0} take {{ type filter hook ingress device \"lo\" priority 0; "
      "policy accept; }}\n"
      "add rule netdev {0} take meta mark {1:#x} counter fwd to \"{2}\"\n",
      table_, name_.taken, name_.device);
  return text;
}

// What we send on comes in by loopback, which is none of these devices. Priorities put
// the taps in order, but the first to take a packet is the only one.
std::string LinkTap::rules_for_arriving(const std::vector<std::string>& devices) const {
  if (match_.arriving.empty() || devices.empty()) return "";
  std::string text = fmt::format(
      "add chain netdev {0} arrive {{ type filter hook ingress devices = {{ {1} }} "
      "priority {2}; policy accept; }}\n",
      table_, join(devices, ", "), static_cast<int>(number_.value()));
  for (const std::string& packets : match_.arriving) {
    text += fmt::format("add rule netdev {} arrive {} counter fwd to \"{}\"\n", table_,
                        packets, name_.device);
  }
  return text;
}

Status LinkTap::make() {
  begun_ = true;
  alarm_.reset(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  wake_.reset(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!alarm_.valid() || !wake_.valid()) return Error::system("cannot make a timer");
  CUTSET_ASSIGN(TapDevice device, TapDevice::open(place_, name_, mtu_));
  device_ = std::make_unique<TapDevice>(std::move(device));
  stage_.set_forward([this](const Packet& packet) { device_->forward(packet); });
  {
    const std::lock_guard lock(mutex_);
    running_ = true;
  }
  thread_ = std::thread([this] { run(); });
  return transaction_.commit(rules_for_sent() + rules_for_arriving(devices_of(place_)));
}

Status LinkTap::open() {
  CUTSET_TRY(still_there(place_, leader_));
  return tables_.wake({"inet " + table_, "netdev " + table_});
}

Result<std::string> LinkTap::verify() const {
  CUTSET_ASSIGN(const std::string listed, list_table(place_, "inet " + table_));
  if (listed.find("chain take") == std::string::npos)
    return Error::unavailable("the rules that lead packets to the agent are gone");
  CUTSET_TRY(in_force(listed));
  return fmt::format("device {} is up, packets are led to it", name_.device);
}

void LinkTap::call_in_tap(std::function<void()> function) {
  std::unique_lock lock(mutex_);
  if (!running_) {
    lock.unlock();
    function();
    return;
  }
  posted_.push_back(std::move(function));
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

void LinkTap::run_posted() {
  std::vector<std::function<void()>> functions;
  {
    const std::lock_guard lock(mutex_);
    functions.swap(posted_);
  }
  for (const auto& function : functions) function();
}

void LinkTap::set_alarm(Nanos when) {
  itimerspec time{};
  if (when != kNever) {
    const Nanos at = std::max<Nanos>(when, 1);
    time.it_value.tv_sec = at / 1'000'000'000;
    time.it_value.tv_nsec = at % 1'000'000'000;
  }
  ::timerfd_settime(alarm_.get(), TFD_TIMER_ABSTIME, &time, nullptr);
}

void LinkTap::run() {
  Nanos alarm_at = kNever;
  while (true) {
    pollfd polled[3] = {
        {device_->fd(), POLLIN, 0}, {alarm_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
    if (::poll(polled, 3, -1) < 0 && errno != EINTR) break;
    uint64_t ignored = 0;
    for (const Fd* fd : {&alarm_, &wake_}) {
      [[maybe_unused]] const ssize_t size = ::read(fd->get(), &ignored, sizeof ignored);
    }
    bool stop = false;
    {
      const std::lock_guard lock(mutex_);
      stop = stopping_;
    }
    run_posted();
    for (int count = 0; count < kMostAtOnce || stop; ++count) {
      std::optional<Packet> packet = device_->read();
      if (!packet) break;
      stage_.packet(std::move(*packet), now());
    }
    if (stop) break;
    stage_.due(now());
    const Nanos due = stage_.next_due();
    if (due != alarm_at || polled[1].revents != 0) {
      alarm_at = due;
      set_alarm(due);
    }
  }
  stage_.close();
}

Status LinkTap::close() {
  if (!begun_) return {};
  begun_ = false;
  // First nothing new comes, then what came goes on: the other way round some would be
  // lost.
  Status removed = tables_.remove({"inet " + table_, "netdev " + table_});
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  call_in_tap([] {});
  if (thread_.joinable()) thread_.join();
  {
    const std::lock_guard lock(mutex_);
    running_ = false;
  }
  run_posted();
  device_.reset();
  Status forgotten = place_.run([this] { return remove_rule(name_.taken, name_.taken); });
  return removed ? forgotten : removed;
}

Status undo_tap(const std::vector<std::string>& words) {
  return undo_taken(words);
}

}  // namespace cutset::agent::link
