// What a fault does to the one call that it meets: one implementation for each action of
// identity/fault_mode.h, a file each. They hold no state; what a call needs is in the
// call.
//
// Thread rule: the loop's thread.
#pragma once

#include <string_view>

#include "identity/fault_mode.h"

namespace cutset::agent::proxy {

/// The call as a fault sees it. A function that ends the call (answer_caller,
/// reset_caller, refuse_caller, hang_up) is the last that a fault may use.
class FaultedCall {
 public:
  virtual ~FaultedCall() = default;

  virtual const identity::FaultMode& mode() const = 0;
  /// A byte of the callee's final answer has come.
  virtual bool answer_begun() const = 0;

  /// The fault has taken effect on this call.
  virtual void fired() = 0;
  /// Our own answer instead of the callee's.
  virtual void answer_caller(int status) = 0;
  virtual void pass_to_caller(std::string_view bytes) = 0;
  /// The callee's answer is passed on from here, what was held first.
  virtual void release() = 0;
  /// release() so many milliseconds after the request arrived.
  virtual void release_after(int milliseconds) = 0;
  /// A reset, after what was passed has left; the caller has seen REFUSED or RESET.
  virtual void refuse_caller() = 0;
  virtual void reset_caller() = 0;
  /// An orderly close without an answer.
  virtual void hang_up() = 0;
};

/// Where the bytes of the callee's final answer go.
enum class AnswerRoute {
  kPass,     // to the caller, as they come
  kHold,     // kept (bounded) until release()
  kDiscard,  // digested, then forgotten
  kFault,    // to the fault's on_answer_head() and on_answer_body()
};

class RequestFault {
 public:
  virtual ~RequestFault() = default;

  virtual bool contacts_callee() const { return true; }
  virtual AnswerRoute route() const = 0;

  /// The identity has matched; nothing was sent anywhere.
  virtual void on_matched(FaultedCall& /*call*/) const {}
  /// The request was read to its end.
  virtual void on_request_read(FaultedCall& /*call*/) const {}
  virtual void on_answer_head(FaultedCall& /*call*/, std::string_view /*raw*/) const {}
  virtual void on_answer_body(FaultedCall& /*call*/, std::string_view /*raw*/) const {}
  /// The callee's answer is complete.
  virtual void on_answer_end(FaultedCall& /*call*/) const {}
  /// The callee refused or broke the connection. False: the caller is to see just that.
  virtual bool on_callee_failed(FaultedCall& /*call*/) const { return false; }
  /// The fault is lifted while the call is open.
  virtual void on_lifted(FaultedCall& call) const = 0;
};

/// The implementation of an action; lives for ever.
const RequestFault& fault_for(identity::FaultAction action);

const RequestFault& error_fault();
const RequestFault& error_after_fault();
const RequestFault& refuse_fault();
const RequestFault& timeout_fault();
const RequestFault& delay_fault();
const RequestFault& reset_fault();

}  // namespace cutset::agent::proxy
