// Any bytes as an answer in RESP, as a JSON answer, and as a plan.
//
//   fuzz_answers -max_total_time=60 CORPUS
#include <cstddef>
#include <cstdint>
#include <string>

#include "driver/http_exchange.h"
#include "driver/plan_json.h"
#include "driver/resp.h"

#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cutset::driver;
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::string_view bytes = text;
  while (!bytes.empty()) {
    const size_t before = bytes.size();
    const auto answer = take_resp(bytes);
    if (!answer.ok() || !answer->has_value()) break;
    CHECK(bytes.size() < before);
  }
  HttpRequestPlan request;
  request.value = "$.kvs[0].value";
  request.base64 = size % 2 == 0;
  if (const auto value = value_in(request, text); value.ok()) value->json();
  if (const auto plan = plan_from_json(text, "plan"); plan.ok()) {
    const auto again = plan_from_json(plan_to_json(*plan), "again");
    CHECK(again.ok());
    CHECK(*again == *plan);
  }
  return 0;
}
