// The caller's side: an accepted connection, framed as requests, one exchange at a time.
// Pipelined requests wait (bounded) and are handled in order.
//
// A caller that ends its stream while an answer is due is taken to have given up: clients
// that half-close and still read are not told apart (Node's http, curl and most others
// close fully).
//
// Thread rule: the loop's thread.
#pragma once

#include <memory>
#include <string>

#include "agent/proxy/byte_queue.h"
#include "agent/proxy/connection.h"
#include "agent/proxy/exchange.h"
#include "agent/proxy/hold.h"
#include "agent/proxy/http_framer.h"
#include "agent/proxy/service.h"

namespace cutset::agent::proxy {

class ClientConnection final : public Connection {
 public:
  ClientConnection(ProxyContext& context, std::shared_ptr<Service> service, Fd fd,
                   bool entry);
  ~ClientConnection() override;

  using Connection::start;
  /// Ends the exchange in progress and closes: the engine goes down.
  void drop();

  // For the exchange. Each of the first three is its last call; it has finished.
  void end_exchange(bool keep_alive);
  void end_with_reset();
  /// Sends the end of the stream behind what is queued.
  void end_orderly();
  void start_tunnel();
  /// Nothing more is shown to the caller until `hold` opens.
  void hold_sending(std::shared_ptr<Hold> hold);
  /// The caller's, without its port; "" if it is not known any more.
  std::string peer_address() const;
  /// The callee takes bytes again.
  void resume();
  /// A write has failed: on_broken() is to come.
  bool lost() const { return write_failed(); }

 private:
  enum class State { kHead, kBody, kAnswer, kTunnel, kEnding };

  void on_bytes(std::string_view bytes) override;
  void on_eof() override;
  void on_broken(int error) override;
  void on_drained() override;
  void on_closed() override;

  void process();
  void take_step();
  void take_head();
  void refuse_garbage(const std::string& reason);
  void caller_gone();
  void bury_exchange();
  void close_later(Nanos delay);
  void on_sending_released();
  void forget_hold();
  void adjust_reading();
  void watch_head();

  ProxyContext& context_;
  std::shared_ptr<Service> service_;
  HttpFramer framer_;
  ByteQueue pending_;
  std::unique_ptr<Exchange> exchange_;
  State state_ = State::kHead;
  TimerQueue::Id timer_;
  std::shared_ptr<Hold> hold_;  // null: nothing is held
  Nanos linger_ = 0;            // begins when the hold opens; 0: none
  bool entry_;
  bool processing_ = false;
};

}  // namespace cutset::agent::proxy
