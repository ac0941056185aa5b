// What requests may hold: names, commands, bounds. Each error says what was found and
// what is expected.
//
// Thread rule: pure functions.
#pragma once

#include "cutset/agent/v1/agent.pb.h"

#include "base/result.h"

namespace cutset::agent {

inline constexpr uint32_t kMostServices = 1000;
inline constexpr int kMostHosts = 250;
inline constexpr uint32_t kLongestGraceMs = 60'000;
inline constexpr uint32_t kLongestCollectMs = 600'000;
inline constexpr uint32_t kLongestLogPiece = 1 << 20;

/// [A-Za-z0-9._-]{1,64}, not "." or "..".
Status check_name(const char* what, const std::string& name);

Status check_request(const v1::HelloRequest& request);
Status check_request(const v1::OpenProxiesRequest& request);
Status check_request(const v1::StartServiceRequest& request);
Status check_request(const v1::StopServiceRequest& request);
Status check_request(const v1::ReadLogRequest& request);
Status check_request(const v1::ArmRunRequest& request);
Status check_request(const v1::CollectRunRequest& request);
Status check_request(const v1::MakeNetworkRequest& request);
Status check_request(const v1::RemoveNetworkRequest& request);
Status check_request(const v1::ClaimEngineRequest& request);

}  // namespace cutset::agent
