// One HTTP request and its answer, with the value that stands in it.
// Thread rule: one owner; connections of GET and HEAD are kept between exchanges.
#pragma once

#include <memory>
#include <string>

#include "driver/client.h"

namespace cutset::driver {

struct HttpExchanged {
  bool was_sent = false;  // perhaps; false: certainly not
  int status = 0;         // 0: no answer
  std::string body;
  std::string error;  // why there is no answer
};

class HttpExchange {
 public:
  HttpExchange();
  ~HttpExchange();
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;

  HttpExchanged perform(const std::string& endpoint, const HttpRequestPlan& plan,
                        const Request& request, Milliseconds timeout);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// What stands at `plan.value` of a JSON answer, decoded; nothing where there is nothing.
/// Error: bad_input, the answer is no JSON, or what stands there is no value.
Result<history::Value> value_in(const HttpRequestPlan& plan, const std::string& body);

}  // namespace cutset::driver
