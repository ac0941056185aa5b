// A client of anything that takes requests over HTTP and answers in JSON.
#include <algorithm>

#include "driver/client.h"
#include "driver/http_exchange.h"
#include <fmt/format.h>

#include "base/text.h"

namespace cutset::driver {

namespace {

using history::Value;

bool contains(const std::vector<int>& statuses, int status) {
  return std::find(statuses.begin(), statuses.end(), status) != statuses.end();
}

class HttpClient : public Client {
 public:
  HttpClient(const HttpPlan& plan, Milliseconds timeout, int64_t number)
      : plan_(plan), timeout_(timeout), next_(static_cast<size_t>(number)) {}

  Reply perform(const Request& request) override {
    const HttpRequestPlan* found = nullptr;
    for (const auto& [f, candidate] : plan_.requests) {
      if (f == request.f) found = &candidate;
    }
    if (found == nullptr) {
      return Reply::fail(fmt::format("no request for \"{}\"", one_line(request.f)));
    }
    const std::string& endpoint = plan_.endpoints[next_ % plan_.endpoints.size()];
    const HttpExchanged exchanged =
        exchange_.perform(endpoint, *found, request, timeout_);
    Reply reply = judged(request, *found, exchanged);
    reply.endpoint = endpoint;
    // The next one may know better.
    const bool is_answered = exchanged.status != 0 && exchanged.status < 500;
    if (!is_answered) ++next_;
    return reply;
  }

 private:
  static Reply judged(const Request& request, const HttpRequestPlan& plan,
                      const HttpExchanged& exchanged) {
    const int status = exchanged.status;
    if (status == 0) {
      return exchanged.was_sent ? Reply::info(exchanged.error)
                                : Reply::fail(exchanged.error);
    }
    if (contains(plan.absent, status)) return Reply::ok(Value::nothing());
    const bool is_ok =
        plan.ok.empty() ? status >= 200 && status < 300 : contains(plan.ok, status);
    if (!is_ok) {
      const std::string why =
          fmt::format("status {}: {}", status, one_line(exchanged.body.substr(0, 200)));
      const bool is_certain =
          contains(plan.fail, status) || (status >= 400 && status < 500);
      return is_certain ? Reply::fail(why) : Reply::info(why);
    }
    if (request.f != "read" && plan.value.empty()) return Reply::ok();
    Result<Value> value = value_in(plan, exchanged.body);
    if (!value.ok()) return Reply::info(value.error().message);
    return Reply::ok(std::move(*value));
  }

  const HttpPlan& plan_;
  Milliseconds timeout_;
  size_t next_;
  HttpExchange exchange_;
};

}  // namespace

std::unique_ptr<Client> make_http_client(const HttpPlan& plan, Milliseconds timeout,
                                         int64_t number) {
  return std::make_unique<HttpClient>(plan, timeout, number);
}

}  // namespace cutset::driver
