// What cutset.yaml says (docs/cutset-yaml.md is the reference of the format).
//
// Reading has no side effects. Invariants of a Config that load_config() returned:
// 1. Every service that is named anywhere exists.
// 2. Placeholders stand only where they are allowed and name something that exists.
// 3. Folders are absolute or relative to the current folder, never to the file.
// 4. names of services and of outcomes are different; services are in the order of the
// file.
//
// Thread rule: values.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "identity/fault_mode.h"
#include "injector/history_config.h"
#include "injector/hosts/hosts_config.h"
#include "injector/json_path.h"
#include "injector/nodes/nodes_config.h"
#include "injector/pattern.h"
#include "injector/template_text.h"

namespace cutset::injector {

struct YamlNode;  // injector/yaml_tree.h

using Milliseconds = std::chrono::milliseconds;

struct Readiness {
  enum class Kind { kHttp, kTcp, kLog };
  Kind kind = Kind::kTcp;
  std::string path;                // kHttp
  std::optional<Pattern> pattern;  // kLog
  Milliseconds within{10'000};
};

struct ServiceConfig {
  std::string name;
  std::vector<TemplateText> command;
  std::string folder;
  std::vector<std::pair<std::string, TemplateText>> environment;
  std::string listen = "127.0.0.1:0";
  bool listen_given = false;    // else the host's address, and a free port
  bool proxied = true;          // calls to it pass the agent's proxy
  int slots = 1;                // how many instances
  std::string image;            // of its containers; "": that of `hosts`
  std::vector<std::string> on;  // slot i is on on[i % size]; empty: the hosts in turn
  Readiness ready;
  std::vector<std::string> effectful;  // signatures
  std::vector<std::string> pure;       // signatures
};

struct HttpConfig {
  std::string service;
  std::string method = "GET";
  std::string path = "/";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct CommandConfig {
  std::vector<TemplateText> arguments;
  std::string folder;
};

struct WorkloadConfig {
  std::optional<HttpConfig> http;  // exactly one of http, command, history
  std::optional<CommandConfig> command;
  std::optional<HistoryWorkload> history;
  Milliseconds within{10'000};
  std::string on;  // the host it runs on; "": where cutset runs
};

/// All that are given must hold.
struct Expectation {
  std::vector<int> status;              // any of these; empty: not asked
  std::optional<JsonPath> json;         // and one of the next five
  std::optional<std::string> equals;    // JSON text
  std::optional<Pattern> json_matches;  // of a text or of the JSON form of another value
  std::optional<bool> exists;
  std::optional<double> at_least;
  std::optional<double> at_most;
  std::optional<Pattern> body_matches;
  std::optional<int> exit_code;
  std::optional<Pattern> output_matches;
  std::optional<Pattern> log_matches;
  std::optional<Pattern> absent;

  /// "status 200 and $.total = 42", for people.
  std::string text() const;
};

/// One source and what is expected of it.
struct CheckConfig {
  enum class Source { kAnswer, kHttp, kCommand, kLog, kHistory };
  Source source = Source::kAnswer;
  HttpConfig http;
  CommandConfig command;
  std::string log_service;
  HistoryCheck history;
  Expectation expect;  // unless kHistory
  Milliseconds within{1000};
};

struct OutcomeConfig {
  std::string name;
  CheckConfig check;
};

struct DegradationConfig {
  std::string name;
  std::vector<CheckConfig> all;
};

struct ResetStep {
  std::optional<HttpConfig> http;  // exactly one
  std::optional<CommandConfig> command;
};

/// One entry of `faults.modes`. `delay` without a time is chosen from the time-outs
/// observed.
struct ModeConfig {
  bool automatic_delay = false;
  identity::FaultMode mode;  // unless automatic_delay
  std::string text() const;
  friend bool operator==(const ModeConfig&, const ModeConfig&) = default;
};

struct Config {
  std::string path;    // as given
  std::string folder;  // of the file
  std::string name;
  uint64_t digest = 0;  // of the file's bytes
  HostsConfig hosts;
  bool hosts_given = false;  // by the file
  std::vector<ServiceConfig> services;
  WorkloadConfig workload;
  std::optional<NodesConfig> nodes;  // the campaign is one on nodes and links
  std::vector<OutcomeConfig> outcomes;
  std::vector<DegradationConfig> degradations;
  std::vector<std::string>
      single_points_of_failure;  // "service" or "service:METHOD /route"
  std::vector<ModeConfig> modes;
  std::vector<std::string> exclude;  // likewise; never faulted
  int budget_faults = 2;
  std::optional<int> budget_experiments;
  std::optional<Milliseconds> budget_time;
  std::vector<ResetStep> reset;
  int fault_free_runs = 3;
  Milliseconds settle_quiet{5};
  Milliseconds settle_quiet_abandoned{150};
  Milliseconds settle_within{10'000};
  Milliseconds await_traces{2000};

  const ServiceConfig* service(std::string_view service_name) const;
  /// The hosts that `on:` names, in the order of the file.
  std::vector<std::string> placed_on() const;
  /// Whether executing `signature` at `callee` may change state.
  bool is_effectful(std::string_view callee, std::string_view method,
                    std::string_view signature) const;
};

/// The default of `faults.modes`.
std::vector<ModeConfig> default_modes();

/// Whether `selector` ("service" or "service:METHOD /route") names this call.
bool selects(std::string_view selector, std::string_view callee,
             std::string_view signature);

/// What a file is read for. A schedule that is played brings what happens with it: the
/// file need not have a workload or outcomes then.
enum class ConfigPurpose {
  kCampaign,
  kPlay,
  kUnknown,  // nobody has said: kPlay if it has neither, so is_only_played()
};

/// Whether a file with this root can be of use for nothing else.
bool is_only_played(const YamlNode& root);

/// Error: the first problem, with file, line and column.
Result<Config> load_config(const std::string& path,
                           ConfigPurpose purpose = ConfigPurpose::kCampaign);
/// Every problem that can be found, in the order of the file; empty: the file is good.
std::vector<Error> lint_config(const std::string& path);

/// The same for text that has been read already (tests, fuzzing); `variables` stands for
/// the environment.
struct ParsedConfig {
  Config config;
  std::vector<Error> problems;
};
ParsedConfig parse_config(std::string_view text, const std::string& path,
                          const TemplateText::Lookup& variables,
                          ConfigPurpose purpose = ConfigPurpose::kCampaign);

}  // namespace cutset::injector
