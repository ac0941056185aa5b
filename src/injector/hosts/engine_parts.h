// What the hosts of containers and of Swarm services have in common; private to hosts/.
//
// Thread rule: free functions.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "injector/config.h"
#include "injector/hosts/engine_client.h"
#include "injector/hosts/instance_book.h"

namespace cutset::injector {

/// Where `${self.data}` is in a container: a volume of its own.
inline constexpr const char* kContainerData = "/data";
/// Where a service listens that asks for no port: nobody else is at its address.
inline constexpr int kContainerPort = 8080;

/// What the agent knows before anything is made: a random word.
Result<std::string> random_mark();
std::string name_of_network(const std::string& mark);
/// Of what belongs to no instance, and of what belongs to a service.
Labels mark_labels(const std::string& mark);
Labels service_labels(const std::string& mark, const std::string& service);

/// The port on which the service listens in its container.
int container_port(const ServiceConfig& service);

/// Ids of the images, by service. Error: a service without an image, an image that is not
/// there.
Result<std::map<std::string, std::string>> find_images(const Config& config,
                                                       const std::string& usual_image,
                                                       EngineClient& engine);

}  // namespace cutset::injector
