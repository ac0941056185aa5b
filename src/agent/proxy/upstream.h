// The callee's side of an exchange: a connection to one service, framed as answers, kept
// for the next exchange when both sides allow it.
//
// Invariants:
// 1. It has at most one listener; without one it is idle and in the pool, and a byte or
// an end from
//    the callee closes it.
// 2. A listener may release the connection, or end itself, in any callback.
// on_answer_broken(),
//    on_callee_refused() and on_callee_left() are the last: the connection is closed and
//    detached by then.
//
// Thread rule: the loop's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/proxy/connection.h"
#include "agent/proxy/http_framer.h"
#include "agent/proxy/socket.h"

namespace cutset::agent::proxy {

/// How an exchange with a callee broke.
struct Breakage {
  bool garbage = false;  // what came was not HTTP: `reason`
  std::string reason;
  bool never_taken = false;  // the callee's host took no byte of the request
  bool peer_reset = false;   // reset: most likely nobody has read the request
};

class AnswerListener {
 public:
  virtual ~AnswerListener() = default;
  /// So many bytes of this exchange have been written to the connected callee.
  virtual void on_request_taken(uint64_t bytes) = 0;
  virtual void on_callee_drained() = 0;
  /// A 1xx answer other than 101.
  virtual void on_interim(std::string_view raw) = 0;
  virtual void on_answer_head(int status, std::string_view raw) = 0;
  /// `last`: the answer ends with it, and on_answer_end() follows.
  virtual void on_answer_body(std::string_view raw, bool last) = 0;
  /// The same body without chunk framing; comes before on_answer_body().
  virtual void on_answer_content(std::string_view content) = 0;
  /// The connection goes over to another protocol (101, or CONNECT granted), after
  /// on_answer_head().
  virtual void on_switched() = 0;
  virtual void on_answer_end(bool keep_alive) = 0;
  virtual void on_tunnel_bytes(std::string_view bytes) = 0;
  virtual void on_tunnel_end() = 0;
  virtual void on_callee_refused() = 0;
  virtual void on_answer_broken(const Breakage& breakage) = 0;
  /// The callee closed after its complete answer, while the request still goes on.
  virtual void on_callee_left() = 0;
};

class UpstreamPool;

class UpstreamConnection final : public Connection {
 public:
  UpstreamConnection(Loop& loop, Fd fd, UpstreamPool& pool);

  /// Begins an exchange.
  void attach(AnswerListener* listener, bool head_request, bool connect_request);
  /// Ends it. Reusable: the exchange is complete on both sides and the connection may
  /// carry another.
  void release(bool reusable);
  /// Whether it has carried an exchange before this one.
  bool reused() const { return exchanges_ > 1; }
  /// Closed, or unexpected bytes have come: not fit for use.
  bool stale() const;
  Nanos idle_since() const { return idle_since_; }
  using Connection::start;
  using Connection::taken;
  void drop() { close(); }

 private:
  void on_connected() override;
  void on_connect_failed(int error) override;
  void on_bytes(std::string_view bytes) override;
  void on_eof() override;
  void on_broken(int error) override;
  void on_drained() override;
  void on_closed() override;

  /// False: stop, the exchange is over or has changed hands.
  bool take_step(std::string_view& bytes);
  bool take_head(std::string_view rest);
  void finish_answer(bool more_came);
  void give_up(const Breakage& breakage);

  UpstreamPool& pool_;
  HttpFramer framer_;
  AnswerListener* listener_ = nullptr;
  uint64_t exchanges_ = 0;
  Nanos idle_since_ = 0;
  bool head_request_ = false;
  bool connect_request_ = false;
  bool tunnel_ = false;
  bool connected_ = false;
};

/// The connections to one service: those in use and the idle ones.
class UpstreamPool {
 public:
  UpstreamPool(Loop& loop, const Endpoint& callee) : loop_(loop), callee_(callee) {}
  ~UpstreamPool();

  /// An idle connection that is alive, else (or if `fresh`) a new one. Null: the system
  /// refused.
  UpstreamConnection* get(bool fresh);
  /// Closes what is idle.
  void close_idle();

 private:
  friend class UpstreamConnection;
  void keep(UpstreamConnection* connection);
  void forget(UpstreamConnection* connection);

  Loop& loop_;
  Endpoint callee_;
  std::unordered_map<UpstreamConnection*, std::unique_ptr<UpstreamConnection>> all_;
  std::vector<UpstreamConnection*> idle_;  // the last is the one used last
};

}  // namespace cutset::agent::proxy
