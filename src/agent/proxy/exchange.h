// One request and its answer, between a caller's connection and a callee's.
//
//   request read -> (identity, fault) -> callee contacted -> answer -> delivered ->
//   finished
//
// The caller's connection reports the request, the callee's connection reports the
// answer, and a planned fault (faults/) decides where the answer's bytes go. Bytes are
// passed as they come; what waits is bounded: 256 KiB unsent to either side, 1 MiB of a
// held answer, 64 KiB of a request that may be sent again.
//
// Invariants:
// 1. Finished at most once; afterwards it touches neither connection, and its call is
// ended.
// 2. A request is sent a second time only while no byte of an answer has come, on a
// connection that was used
//    before, and where the callee cannot have begun on it (see may_retry()).
// 3. What the caller saw is recorded once, when the last byte has left or the connection
// broke.
//
// Thread rule: the loop's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/proxy/faults/request_fault.h"
#include "agent/proxy/head.h"
#include "agent/proxy/http_framer.h"
#include "agent/proxy/loop.h"
#include "agent/proxy/marked_call.h"
#include "agent/proxy/service.h"
#include "agent/proxy/upstream.h"
#include "identity/digest.h"

namespace cutset::agent::proxy {

class ClientConnection;

class Exchange final : public Disposable,
                       private AnswerListener,
                       private FaultedCall,
                       private OpenCall {
 public:
  Exchange(ProxyContext& context, Service& service, ClientConnection& client);
  ~Exchange() override;

  // From the caller's connection (exchange.cpp).
  void on_request_head(HttpFramer& request, bool entry);
  void on_request_content(std::string_view content);
  void on_request_body(std::string_view raw);
  void on_request_end();
  void on_request_garbage(const std::string& reason);
  void on_caller_gone();
  void on_caller_drained();
  void on_caller_tunnel_bytes(std::string_view bytes);
  void on_caller_tunnel_end();
  /// The callee does not take more for now.
  bool callee_full() const {
    return request_hold_ != nullptr ? undecided_.size() >= kMostHeldRequest
                                    : upstream_ != nullptr && upstream_->full();
  }
  bool finished() const { return finished_; }

 private:
  // More of a request that is held is not read.
  static constexpr size_t kMostHeldRequest = 256 * 1024;

  // The request side (exchange.cpp).
  void decide();
  /// The request, as far as it was read, meets its fault or goes to the callee.
  void go_on();
  /// How it is to fail, if it is; counts it.
  void choose_fault();
  void settle_request();
  void contact(std::string_view request, bool fresh);
  void send_to_callee(std::string_view bytes);
  std::optional<uint64_t> body_key() const;
  bool may_retry(const Breakage& breakage) const;

  // What waits for the call (exchange_hold.cpp).
  void note_arrival();
  bool is_request_held();
  void on_request_released();
  void forget_request_hold();
  /// Comes before whatever shows the caller how the call has ended.
  void before_answer();

  // The answer side (exchange_answer.cpp).
  void on_request_taken(uint64_t bytes) override;
  void on_callee_drained() override;
  void on_interim(std::string_view raw) override;
  void on_answer_head(int status, std::string_view raw) override;
  void on_answer_body(std::string_view raw, bool last) override;
  void on_answer_content(std::string_view content) override;
  void on_switched() override;
  void on_answer_end(bool keep_alive) override;
  void on_tunnel_bytes(std::string_view bytes) override;
  void on_tunnel_end() override;
  void on_callee_refused() override;
  void on_answer_broken(const Breakage& breakage) override;
  void on_callee_left() override;
  void take_answer(std::string_view raw, bool is_head);
  void settle_callee();
  void start_tunnel();
  void end_tunnel_if_both();
  void fail_caller(v1::Observed::Kind kind);
  void answer_bad_gateway(const std::string& reason);
  void deliver_own(int status, std::string_view type, std::string_view body,
                   bool keep_alive);
  void try_finish();
  void record_seen();
  /// Ends the call and lets go of the callee; the caller's connection is the caller's of
  /// this.
  void finish();

  // What a fault may do (exchange_fault.cpp).
  const identity::FaultMode& mode() const override { return *mode_; }
  bool answer_begun() const override { return answer_begun_; }
  void fired() override;
  void answer_caller(int status) override;
  void pass_to_caller(std::string_view bytes) override;
  void release() override;
  void release_after(int milliseconds) override;
  void refuse_caller() override { fail_caller(v1::Observed::REFUSED); }
  void reset_caller() override;
  void hang_up() override;
  void on_lifted() override;
  void on_pattern_lifted();

  ProxyContext& context_;
  Service& service_;
  ClientConnection& client_;
  UpstreamConnection* upstream_ = nullptr;
  MarkedCall call_;
  const PlannedFault* planned_ = nullptr;
  std::optional<identity::FaultMode> mode_;  // of its fault, by identity or by pattern
  uint64_t pattern_hit_ = 0;                 // 0: by no pattern
  const RequestFault* fault_ = nullptr;      // null again once it has nothing more to do
  AnswerRoute route_ = AnswerRoute::kPass;
  Nanos arrival_ = 0;
  TimerQueue::Id release_timer_;
  std::unique_ptr<ArrivedCall> arrived_;  // until go_on(); null: nobody counts calls
  std::shared_ptr<Hold> request_hold_;    // null: not held
  std::vector<uint64_t> awaited_by_;      // watches that wait for its answer

  // The request.
  std::unique_ptr<RequestHead> head_;  // until decide()
  std::string undecided_;              // body read before decide(); all that is held
  std::string replay_;  // what was sent, while it may have to be sent again
  size_t head_size_ = 0;
  Fnv64 body_hash_;
  size_t hashed_ = 0;
  bool waits_for_body_ = false;
  bool is_head_ = false;
  bool is_connect_ = false;
  bool is_safe_method_ = false;
  bool caller_keeps_alive_ = false;
  bool said_continue_ = false;
  bool asks_first_ = false;  // before it sends its body
  bool request_ended_ = false;
  bool replayable_ = false;
  bool retried_ = false;
  bool executed_ = false;

  // The answer.
  std::string held_;
  std::optional<v1::Observed::Kind> held_failure_;
  std::optional<std::string> held_garbage_;
  identity::BodyDigest digest_;
  v1::Observed seen_;  // as soon as it is known what the caller will have seen
  int status_ = 0;
  bool answer_begun_ = false;
  bool answer_complete_ = false;  // the callee's, seen to its end
  bool answer_ended_ = false;     // and taken note of
  bool passed_ = false;           // a byte of the final answer went to the caller
  bool delivered_ = false;        // all of it did, or all of our own
  bool keep_alive_ = true;        // as far as the answer is concerned
  bool switched_ = false;
  bool tunnel_ = false;
  bool caller_tunnel_ended_ = false;
  bool callee_tunnel_ended_ = false;
  bool seen_recorded_ = false;
  bool finished_ = false;
};

}  // namespace cutset::agent::proxy
