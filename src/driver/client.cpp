#include "driver/client.h"

#include "driver/base64.h"

namespace cutset::driver {

namespace {

using history::Value;

std::optional<std::string> part(std::string_view name, const Request& request) {
  const bool encoded = name.ends_with(":base64");
  if (encoded) name.remove_suffix(std::string_view(":base64").size());
  std::string text;
  const auto item = [&](size_t i) {
    const bool has =
        request.value && request.value->is_list() && request.value->items.size() > i;
    return has ? plain(request.value->items[i]) : "";
  };
  if (name == "key") {
    text = request.key ? plain(*request.key) : "";
  } else if (name == "value") {
    text = request.value ? plain(*request.value) : "";
  } else if (name == "token") {
    text = request.token;
  } else if (name == "old") {
    text = item(0);
  } else if (name == "new") {
    text = item(1);
  } else {
    return std::nullopt;
  }
  return encoded ? to_base64(text) : text;
}

}  // namespace

std::string plain(const Value& value) {
  return value.kind == Value::Kind::kText ? value.text : value.json();
}

std::string filled(const std::string& pattern, const Request& request) {
  std::string out;
  size_t at = 0;
  while (at < pattern.size()) {
    const size_t open = pattern.find('{', at);
    const size_t close = open == std::string::npos ? open : pattern.find('}', open);
    if (close == std::string::npos) break;
    const auto text =
        part(std::string_view(pattern).substr(open + 1, close - open - 1), request);
    if (text) {
      out += pattern.substr(at, open - at) + *text;
      at = close + 1;
    } else {
      out += pattern.substr(at, open + 1 - at);
      at = open + 1;
    }
  }
  return out + pattern.substr(at);
}

Result<std::unique_ptr<Client>> make_client(const TargetPlan& plan, int64_t number) {
  if (plan.resp) return make_resp_client(*plan.resp, plan.timeout, number);
  if (plan.http) return make_http_client(*plan.http, plan.timeout, number);
  CHECK(plan.command.has_value());
  return make_command_client(*plan.command, plan.timeout, number);
}

}  // namespace cutset::driver
