// Network namespaces, sockets in them and a plan about them, for tests of network faults.
//
// Everything is made by the test that uses it and gone afterwards, also when it fails:
// namespaces have the test's pid in their name, cgroups too.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "agent/faults/fault_table.h"
#include "agent/faults/undo_table.h"
#include "agent/plan/instances.h"
#include "base/fd.h"

namespace cutset::agent::test {

using namespace std::chrono_literals;
namespace v1 = cutset::agent::v1;

/// Why this machine cannot run such tests, or "".
std::string why_no_networks();
#define SKIP_WITHOUT_NETWORKS()                                        \
  if (const std::string reason = why_no_networks(); !reason.empty()) { \
    GTEST_SKIP() << "not run: " << reason;                             \
  }

/// Runs a command of the system; its output. Fails the test if the command fails.
std::string shell(const std::string& command);

/// Hosts on one bridge, host i with the addresses 10.77.0.<i+1> and fd77::<i+1>. With no
/// bridge: one host with only its loopback.
class TestNetwork {
 public:
  explicit TestNetwork(int hosts);
  ~TestNetwork();
  TestNetwork(const TestNetwork&) = delete;
  TestNetwork& operator=(const TestNetwork&) = delete;

  std::string path(int host) const;
  void run(int host, const std::function<void()>& function) const;
  /// Rules, routes, queues and devices of a host, without counters.
  std::string state(int host) const;

  static std::string address(int host, bool six = false);

 private:
  std::string name(int host) const;

  const int hosts_;
  const std::string prefix_;
};

/// A cgroup v2 of its own; sockets that are opened in within() are its sockets.
class TestGroup {
 public:
  explicit TestGroup(const std::string& name);
  ~TestGroup();
  TestGroup(const TestGroup&) = delete;
  TestGroup& operator=(const TestGroup&) = delete;

  const std::string& path() const { return path_; }  // below the mount point
  void within(const std::function<void()>& function) const;

 private:
  std::string mount_;
  std::string path_;
};

/// A plan as faults see it.
class TestInstances final : public Instances {
 public:
  /// Alone in the namespace of a host, as a container is.
  void add_container(const TestNetwork& network, int host, const std::string& service,
                     std::vector<uint32_t> ports);
  /// One process of several in a namespace.
  void add_process(const TestNetwork& network, int host, const std::string& service,
                   const std::string& address, std::vector<uint32_t> ports,
                   const TestGroup& group);
  /// On another host, of which only the address is known.
  void add_elsewhere(const std::string& service, const std::string& address,
                     std::vector<uint32_t> ports);

  Result<Body*> body(const v1::InstanceName& name) const override {
    return Error::unavailable(text_of(name) + " has no body in this test");
  }
  const v1::Instance* find(const v1::InstanceName& name) const override;
  std::vector<const v1::Instance*> all() const override;
  Result<ProcessId> leader(const v1::InstanceName& name) const override;
  Result<std::vector<ProcessInfo>> processes(const v1::InstanceName& name) const override;
  Result<Fd> network_namespace(const v1::InstanceName& name) const override;
  std::string unified_group(const v1::InstanceName& name) const override;

 private:
  v1::Instance& add(const std::string& service, const std::string& address,
                    const std::vector<uint32_t>& ports);

  std::vector<std::unique_ptr<v1::Instance>> instances_;
  std::map<std::string, std::string> paths_;   // namespaces by instance
  std::map<std::string, std::string> groups_;  // by instance
};

v1::InstanceName instance(const std::string& service);

/// Written records, as a keeper would keep them.
class TestIntents final : public Intents {
 public:
  Result<uint64_t> write(const UndoRecord& record) override;
  Status strike(uint64_t number) override;
  const std::map<uint64_t, UndoRecord>& open() const { return open_; }

 private:
  uint64_t next_ = 1;
  std::map<uint64_t, UndoRecord> open_;
};

/// A fault that is made ready, made at once and undone at the end, as the executor does
/// it.
class MadeFault {
 public:
  enum class Until { kReady, kMade };
  MadeFault(v1::Step step, TestInstances& instances, Until until = Until::kMade);
  ~MadeFault();
  MadeFault(const MadeFault&) = delete;
  MadeFault& operator=(const MadeFault&) = delete;

  /// Of one that is only ready.
  void make();
  void undo();
  std::string seen() { return fault_->verify().value(); }
  const std::vector<UndoRecord>& records() const { return records_; }
  /// When it was decided, in nanoseconds of the steady clock.
  int64_t applied_at() const { return applied_at_; }

 private:
  v1::Step step_;
  FaultHost host_;
  std::unique_ptr<Fault> fault_;
  std::vector<UndoRecord> records_;
  int64_t applied_at_ = 0;
};

v1::Step partition(const std::string& target, const std::vector<std::string>& peers,
                   v1::Direction direction = v1::DIRECTION_BOTH);

/// Sockets. Times that pass are results, all else fails the test.
Fd listener(const std::string& address, uint16_t port);
Fd try_connect(const std::string& address, uint16_t port,
               std::chrono::milliseconds limit = 1000ms);
Fd accepted(const Fd& listener, std::chrono::milliseconds limit = 1000ms);
void send_text(const Fd& socket, const std::string& text);
/// What arrives within the limit, at most `most` bytes; returns as soon as it has `most`.
std::string receive(const Fd& socket, size_t most, std::chrono::milliseconds limit);
Fd datagram_socket(const std::string& address, uint16_t port);
void send_datagram(const Fd& socket, const std::string& address, uint16_t port,
                   const std::string& text);

/// A connection from one host to another.
struct Connection {
  Fd client;
  Fd server;
};
Connection connected(const TestNetwork& network, int from, int to, uint16_t port,
                     bool six = false);

}  // namespace cutset::agent::test
