// The ways of running instances; private to hosts/ and live_system.cpp.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "injector/config.h"
#include "injector/hosts/engine_client.h"
#include "injector/hosts/host_set.h"
#include "injector/hosts/instance_runner.h"

namespace cutset::injector {

/// Processes, by the agents of their hosts. Both must outlive the runner.
std::unique_ptr<InstanceRunner> make_process_runner(const Config& config, HostSet& hosts);

/// Containers that were made already, by their ids. Both must outlive the runner.
std::unique_ptr<InstanceRunner> make_container_runner(
    EngineClient& engine, const std::map<InstanceKey, std::string>& containers);

}  // namespace cutset::injector
