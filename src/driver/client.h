// A client of the system under test: performs one operation after another.
//
// The rule that decides everything (docs/history.md): kFail only where it is certain that
// nothing happened; whatever was sent and not answered is kInfo.
//
// Thread rule: each client belongs to one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "driver/plan.h"
#include "history/event.h"

#include "base/result.h"

namespace cutset::driver {

struct Request {
  int64_t process = 0;
  std::string f;
  std::optional<history::Value> key;
  std::optional<history::Value> value;
  std::string token;
  std::string phase;
};

struct Reply {
  history::EventType type = history::EventType::kInfo;
  std::optional<history::Value> value;  // of a read
  std::string error;
  std::string endpoint;  // who was asked

  static Reply ok() { return {history::EventType::kOk, std::nullopt, "", ""}; }
  static Reply ok(history::Value value) {
    return {history::EventType::kOk, std::move(value), "", ""};
  }
  static Reply fail(std::string why) {
    return {history::EventType::kFail, std::nullopt, std::move(why), ""};
  }
  static Reply info(std::string why) {
    return {history::EventType::kInfo, std::nullopt, std::move(why), ""};
  }
};

class Client {
 public:
  virtual ~Client() = default;
  /// Takes about the plan's time-out at most.
  virtual Reply perform(const Request& request) = 0;
};

/// `number` spreads clients over endpoints. Error: unavailable (a command cannot be
/// started). The plan must outlive the client.
Result<std::unique_ptr<Client>> make_client(const TargetPlan& plan, int64_t number);

std::unique_ptr<Client> make_resp_client(const RespPlan& plan, Milliseconds timeout,
                                         int64_t number);
std::unique_ptr<Client> make_http_client(const HttpPlan& plan, Milliseconds timeout,
                                         int64_t number);
Result<std::unique_ptr<Client>> make_command_client(const CommandPlan& plan,
                                                    Milliseconds timeout, int64_t number);

/// {key}, {value}, {token}, {old} and {new} (of a cas) of the request, each also as
/// {key:base64}; all other text stays.
std::string filled(const std::string& pattern, const Request& request);
/// A value as a system gets it: text as it is, everything else as JSON.
std::string plain(const history::Value& value);

}  // namespace cutset::driver
