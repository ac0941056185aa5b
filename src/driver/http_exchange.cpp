#include "driver/http_exchange.h"

#include "driver/base64.h"
#include <curl/curl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace cutset::driver {

namespace {

using history::Value;
using nlohmann::json;

constexpr size_t kLongestBody = size_t{64} << 20;

size_t take_body(char* bytes, size_t size, size_t count, void* out) {
  auto& body = *static_cast<std::string*>(out);
  if (body.size() + size * count > kLongestBody) return 0;
  body.append(bytes, size * count);
  return size * count;
}

/// "$.kvs[0].value" as the steps kvs, 0, value.
std::vector<std::string> steps_of(const std::string& path) {
  std::vector<std::string> steps;
  std::string step;
  for (const char c : path.substr(path.starts_with("$") ? 1 : 0)) {
    if (c == '.' || c == '[' || c == ']') {
      if (!step.empty()) steps.push_back(std::move(step));
      step.clear();
    } else {
      step += c;
    }
  }
  if (!step.empty()) steps.push_back(std::move(step));
  return steps;
}

const json* at(const json& root, const std::string& path) {
  const json* now = &root;
  for (const std::string& step : steps_of(path)) {
    if (now->is_object()) {
      const auto found = now->find(step);
      if (found == now->end()) return nullptr;
      now = &*found;
    } else if (now->is_array() &&
               step.find_first_not_of("0123456789") == std::string::npos &&
               step.size() < 8) {
      const size_t index = std::stoul(step);
      if (index >= now->size()) return nullptr;
      now = &(*now)[index];
    } else {
      return nullptr;
    }
  }
  return now;
}

Result<Value> to_value(const json& found, bool base64, int depth) {
  if (found.is_null()) return Value::nothing();
  if (found.is_boolean()) {
    return Value{Value::Kind::kBoolean, found.get<bool>() ? "true" : "false", {}};
  }
  if (found.is_number()) return Value{Value::Kind::kNumber, found.dump(), {}};
  if (found.is_string()) {
    if (!base64) return Value::of_text(found.get<std::string>());
    auto bytes = from_base64(found.get<std::string>());
    if (!bytes) return Error::bad_input("the value in the answer is no base64");
    return Value::of_text(std::move(*bytes));
  }
  if (!found.is_array() || depth > 8) {
    return Error::bad_input("what stands at the value's place is an object");
  }
  Value list = Value::of_list({});
  for (const json& item : found) {
    CUTSET_ASSIGN(Value value, to_value(item, base64, depth + 1));
    list.items.push_back(std::move(value));
  }
  return list;
}

}  // namespace

class HttpExchange::Impl {
 public:
  Impl() : curl_(::curl_easy_init()) { CHECK(curl_ != nullptr); }
  ~Impl() { ::curl_easy_cleanup(curl_); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  HttpExchanged perform(const std::string& endpoint, const HttpRequestPlan& plan,
                        const Request& request, Milliseconds timeout) {
    HttpExchanged exchanged;
    ::curl_easy_reset(curl_);
    const std::string url = "http://" + endpoint + filled(plan.path, request);
    const std::string body = filled(plan.body, request);
    curl_slist* headers = nullptr;
    bool has_type = false;
    for (const auto& [name, value] : plan.headers) {
      headers =
          ::curl_slist_append(headers, (name + ": " + filled(value, request)).c_str());
      has_type = has_type || name == "content-type" || name == "Content-Type";
    }
    if (!has_type && !body.empty()) {
      headers = ::curl_slist_append(headers, "content-type: application/json");
    }
    headers = ::curl_slist_append(headers, "expect:");
    const auto set = [&](auto option, auto value) {
      ::curl_easy_setopt(curl_, option, value);
    };
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_CUSTOMREQUEST, plan.method.c_str());
    set(CURLOPT_HTTPHEADER, headers);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROXY, "");
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    set(CURLOPT_WRITEFUNCTION, &take_body);
    set(CURLOPT_WRITEDATA, &exchanged.body);
    // On a connection that is used again curl may send a request twice, by itself.
    const bool may_repeat = plan.method == "GET" || plan.method == "HEAD";
    set(CURLOPT_FRESH_CONNECT, may_repeat ? 0L : 1L);
    set(CURLOPT_FORBID_REUSE, may_repeat ? 0L : 1L);
    if (plan.method == "HEAD") set(CURLOPT_NOBODY, 1L);
    if (!body.empty()) {
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
      set(CURLOPT_POSTFIELDS, body.c_str());
    }
    const CURLcode code = ::curl_easy_perform(curl_);
    ::curl_slist_free_all(headers);
    long sent = 0;
    ::curl_easy_getinfo(curl_, CURLINFO_REQUEST_SIZE, &sent);
    exchanged.was_sent = sent > 0;
    if (code == CURLE_OK) {
      long status = 0;
      ::curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
      exchanged.status = static_cast<int>(status);
    } else {
      exchanged.error = ::curl_easy_strerror(code);
    }
    return exchanged;
  }

 private:
  CURL* curl_;
};

HttpExchange::HttpExchange() : impl_(std::make_unique<Impl>()) {}
HttpExchange::~HttpExchange() = default;

HttpExchanged HttpExchange::perform(const std::string& endpoint,
                                    const HttpRequestPlan& plan, const Request& request,
                                    Milliseconds timeout) {
  return impl_->perform(endpoint, plan, request, timeout);
}

Result<Value> value_in(const HttpRequestPlan& plan, const std::string& body) {
  if (plan.value.empty()) return Value::of_text(body);
  try {
    const json root = json::parse(body, nullptr, false);
    if (root.is_discarded()) {
      return Error::bad_input("the answer is no JSON: " + one_line(body.substr(0, 100)));
    }
    const json* found = at(root, plan.value);
    if (found == nullptr) return Value::nothing();
    return to_value(*found, plan.base64, 0);
  } catch (const json::exception& exception) {
    return Error::bad_input(exception.what());
  }
}

}  // namespace cutset::driver
