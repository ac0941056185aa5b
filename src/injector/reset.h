// The steps before every run that give the system a known state (`reset` of cutset.yaml).
// Thread rule: one owner thread.
#pragma once

#include <vector>

#include "base/result.h"
#include "injector/address_book.h"
#include "injector/config.h"
#include "injector/http_client.h"
#include "injector/stop_signal.h"

namespace cutset::injector {

/// In order, straight to the services. Error: unavailable: which step and what came of
/// it; interrupted.
Status reset_system(const std::vector<ResetStep>& steps, const AddressBook& addresses,
                    HttpClient& client, const StopSignal& stop);

}  // namespace cutset::injector
