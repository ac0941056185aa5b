// One non-blocking TCP connection on the loop: reading with pauses, writing at once what
// the kernel takes and queueing the rest. Its two kinds are the caller's side (client.h)
// and the callee's side (upstream.h).
//
// Invariants:
// 1. No callback is made from within send(): a failed write shows as on_broken() in a
// later turn.
// 2. After close() no callback is made.
//
// Thread rule: the loop's thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/proxy/byte_queue.h"
#include "agent/proxy/loop.h"
#include "base/fd.h"

namespace cutset::agent::proxy {

/// More than this unsent: whoever produces the bytes is to pause.
constexpr size_t kFullQueue = 256 * 1024;

class Connection : public EventHandler {
 public:
  ~Connection() override;

  bool open() const { return fd_.valid(); }
  /// Bytes that the kernel has not taken yet.
  size_t unsent() const { return out_.size(); }
  /// When the kernel was last given bytes, by a clock reading before they could arrive:
  /// whatever the peer does because of them is later on every clock of this machine.
  Nanos last_sent() const { return last_sent_; }
  bool full() const { return out_.size() > kFullQueue; }
  void send(std::string_view bytes);
  void pause_reading(bool paused);
  /// Sends the end of the stream after what is queued.
  void finish_sending();
  /// A close that the peer sees as a reset, after what is queued has left.
  void reset_when_sent();
  bool corked() const { return corked_; }

  void on_events(uint32_t events) final;

 protected:
  Connection(Loop& loop, Fd fd, bool connecting);

  /// False: the loop cannot watch it.
  bool start();
  void close();
  void close_with_reset();
  /// Nothing is written, nor is the end of the stream or a reset, until uncork().
  void cork();
  void uncork();
  bool write_failed() const { return write_error_ != 0; }
  /// Bytes that the kernel took since the last restart of the count.
  uint64_t taken() const { return taken_; }
  void restart_taken() { taken_ = 0; }
  int fd() const { return fd_.get(); }
  Loop& loop() { return loop_; }

  virtual void on_connected() {}
  virtual void on_connect_failed(int /*error*/) {}
  virtual void on_bytes(std::string_view bytes) = 0;
  /// The peer sent its end of stream.
  virtual void on_eof() = 0;
  virtual void on_broken(int error) = 0;
  /// The queue has become empty, or has fallen well below full.
  virtual void on_drained() = 0;
  /// close() has been called (by itself after reset_when_sent(), too): the owner may drop
  /// the object.
  virtual void on_closed() = 0;

 private:
  void flush();
  ssize_t give(std::string_view bytes);
  void write_some();
  void read_some(bool peer_gone);
  void finish_connecting();
  void update_interest();

  Loop& loop_;
  Fd fd_;
  ByteQueue out_;
  uint64_t taken_ = 0;
  Nanos last_sent_ = 0;
  uint32_t interest_ = 0;
  int write_error_ = 0;
  bool connecting_;
  bool watched_ = false;
  bool paused_ = false;
  bool corked_ = false;
  bool eof_seen_ = false;
  bool finish_when_sent_ = false;
  bool reset_when_sent_ = false;
};

}  // namespace cutset::agent::proxy
