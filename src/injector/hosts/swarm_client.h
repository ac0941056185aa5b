// What an engine that manages a Docker Swarm is asked for: an overlay network, services,
// and where their tasks run.
//
// Thread rule: one owner thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "injector/hosts/engine_client.h"

namespace cutset::injector {

/// The bridge by which the machine and the tasks on it reach each other: an overlay
/// network does not contain the machine.
struct SwarmBridge {
  std::string machine;                          // its address
  std::map<std::string, std::string> of_tasks;  // addresses by id of container
};

struct SwarmServiceSpec {
  std::string name;
  std::string alias;     // on the network: the addresses of all its tasks
  std::string image;     // an id: what has none is looked for in registries
  std::string hostname;  // may have {{.Task.Slot}}
  std::string node;      // id: all its tasks are there
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
  std::string folder;
  std::string mounted_folder;
  std::string volume;
  Labels labels;        // of the service and of its containers
  std::string network;  // id
  int replicas = 0;
};

struct SwarmTask {
  std::string container;
  bool running = false;
  std::string address;  // on the overlay network; "" before it runs
};

class SwarmClient {
 public:
  /// The engine must outlive the client.
  explicit SwarmClient(EngineClient& engine) : engine_(engine) {}

  /// Id of the engine's own node. Error: it manages no Swarm.
  Result<std::string> node();
  /// Returns its id. `subnet` "": one that the Swarm finds free.
  Result<std::string> make_network(const std::string& name, const std::string& subnet,
                                   const Labels& labels);
  Result<SwarmBridge> bridge();
  /// Names resolve to the addresses of tasks (endpoint_mode dnsrr), which needs no IPVS
  /// and leaves no third party between two tasks. Ended tasks are not replaced. Returns
  /// its id.
  Result<std::string> make_service(const SwarmServiceSpec& spec);
  /// The tasks that have a container on this engine, by the Swarm's slot (from 1).
  Result<std::map<int, SwarmTask>> tasks(const std::string& service);
  /// Why a task of the service has failed; "" where none has.
  Result<std::string> failure(const std::string& service);

 private:
  EngineClient& engine_;
};

/// "name.3.id" -> 3; 0: no name of a task.
int slot_of_task(const std::string& task_name);

/// Where the Swarm expands templates, this stands for the text itself.
std::string without_templates(const std::string& text);

}  // namespace cutset::injector
