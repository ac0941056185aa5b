// A running engine with one service behind its proxy.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "peer.h"
#include <gtest/gtest.h>

#include "agent/proxy/proxy_engine.h"
#include "identity/call_id.h"

namespace cutset::testing {

namespace v1 = agent::v1;

class ProxyTest : public ::testing::Test {
 protected:
  ProxyTest();

  /// Starts the callee "stock" of the proxy.
  void serve(RequestHandler handler) { serve_wire(answering(std::move(handler))); }
  /// The same, keeping the requests for received().
  void serve_recording(RequestHandler handler);
  void serve_wire(WireHandler handler);
  std::vector<Message> received();

  Wire dial_proxy() { return dial(opened_.proxy()); }
  Wire dial_entry() { return dial(opened_.entry()); }

  /// Arms "r1"; each fault is {call, action, status, milliseconds}.
  struct Fault {
    std::string call;
    std::string action;
    int status = 0;
    int milliseconds = 0;
  };
  void arm(const std::vector<Fault>& faults = {},
           const std::vector<std::string>& keyed = {});
  v1::CollectRunReply collect(uint32_t quiet_ms = 0, uint32_t limit_ms = 5000);

  /// `tracestate: cutset=r1.<parent>`.
  static std::string mark(uint64_t parent = 0x77);
  /// The identity of "stock:<point>" directly below the entry call.
  static std::string call(const std::string& point) { return "stock:" + point; }

  std::unique_ptr<agent::ProxyEngine> engine_;
  v1::OpenedProxy opened_;
  std::mutex mutex_;
  std::vector<Message> received_;
  std::unique_ptr<Callee> callee_;
};

}  // namespace cutset::testing
