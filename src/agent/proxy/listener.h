// A listening socket of one service: its proxy, or its entry (where unmarked requests of
// an armed run become entry calls).
//
// Thread rule: the loop's thread.
#pragma once

#include <memory>

#include "agent/proxy/loop.h"
#include "agent/proxy/service.h"
#include "base/fd.h"

namespace cutset::agent::proxy {

class Listener final : public EventHandler {
 public:
  Listener(ProxyContext& context, std::shared_ptr<Service> service, Fd fd, bool entry);
  ~Listener() override;

  /// False: the loop cannot watch it.
  bool start();
  void on_events(uint32_t events) override;

 private:
  void adopt(Fd fd);
  void rest();

  ProxyContext& context_;
  std::shared_ptr<Service> service_;
  Fd fd_;
  TimerQueue::Id timer_;
  bool entry_;
};

}  // namespace cutset::agent::proxy
