#include "agent/proxy/faults/request_fault.h"

#include "base/check.h"

namespace cutset::agent::proxy {

const RequestFault& fault_for(identity::FaultAction action) {
  using identity::FaultAction;
  switch (action) {
    case FaultAction::kError:
      return error_fault();
    case FaultAction::kErrorAfter:
      return error_after_fault();
    case FaultAction::kRefuse:
      return refuse_fault();
    case FaultAction::kTimeout:
      return timeout_fault();
    case FaultAction::kDelay:
      return delay_fault();
    case FaultAction::kReset:
      return reset_fault();
  }
  CHECK(false);
}

}  // namespace cutset::agent::proxy
