// Plan: what cutset-driver is to do. docs/workloads.md is the reference; cutset.yaml's
// `workload.operations` and what stands beside it becomes one of these.
//
// Thread rule: values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cutset::driver {

using Milliseconds = std::chrono::milliseconds;

/// Which operations, how many, how fast. Either count or duration ends the load.
struct OperationsPlan {
  int clients = 3;
  int keys = 0;                    // 0: each write has a key of its own
  std::string prefix = "cutset-";  // of keys
  std::vector<std::pair<std::string, int>> mix = {{"write", 1}};  // f -> weight
  std::optional<int64_t> count;
  std::optional<Milliseconds> duration;
  double rate =
      50;  // operations a second, all clients together; 0: as fast as answers come
  uint64_t seed = 1;
  friend bool operator==(const OperationsPlan&, const OperationsPlan&) = default;
};

struct RespPlan {
  std::vector<std::string> endpoints;  // host:port; tried in turn
  std::vector<std::string> sentinels;  // who are asked for the master instead
  std::string master = "mymaster";
  std::vector<std::pair<std::string, std::vector<std::string>>> commands;  // f -> command
  friend bool operator==(const RespPlan&, const RespPlan&) = default;
};

struct HttpRequestPlan {
  std::string method = "POST";
  std::string path;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string value;  // where the value is in a JSON answer: $.kvs[0].value; "": nowhere
  bool base64 = false;      // it is encoded so
  std::vector<int> ok;      // empty: 2xx
  std::vector<int> absent;  // a read that finds nothing
  std::vector<int> fail;    // besides 4xx
  friend bool operator==(const HttpRequestPlan&, const HttpRequestPlan&) = default;
};

struct HttpPlan {
  std::vector<std::string> endpoints;  // host:port; tried in turn
  std::vector<std::pair<std::string, HttpRequestPlan>> requests;  // f -> request
  friend bool operator==(const HttpPlan&, const HttpPlan&) = default;
};

struct CommandPlan {
  std::vector<std::string> arguments;  // each client has a process of its own
  std::string folder;
  friend bool operator==(const CommandPlan&, const CommandPlan&) = default;
};

/// Exactly one of resp, http, command.
struct TargetPlan {
  std::optional<RespPlan> resp;
  std::optional<HttpPlan> http;
  std::optional<CommandPlan> command;
  Milliseconds timeout{1000};  // of one operation
  friend bool operator==(const TargetPlan&, const TargetPlan&) = default;
};

/// What is asked at each endpoint, and what the answers must be.
struct ConditionPlan {
  enum class Kind { kEqual, kAll, kExactlyOne, kAtLeastOne };
  Kind kind = Kind::kEqual;
  std::string expected;  // not kEqual
  std::vector<std::string> at;
  std::vector<std::string> resp;  // a command; exactly one of resp, http, command
  std::string field;              // of resp: the line "field:..." of the answer
  std::optional<HttpRequestPlan> http;
  std::vector<std::string> command;  // {endpoint} in an argument is the endpoint
  friend bool operator==(const ConditionPlan&, const ConditionPlan&) = default;
  /// "INFO replication, master_repl_offset: equal"
  std::string text() const;
};

struct Plan {
  OperationsPlan operations;
  TargetPlan target;
  std::vector<ConditionPlan> settle;
  Milliseconds settle_within{30'000};
  Milliseconds final_within{10'000};  // that the final reads may take, with repetitions
  std::string final_f = "read";       // "": no final reads
  friend bool operator==(const Plan&, const Plan&) = default;
};

}  // namespace cutset::driver
