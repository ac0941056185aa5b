#include "driver/generator.h"

#include <fmt/format.h>

namespace cutset::driver {

namespace {

using history::Value;

/// splitmix64 (Steele, Lea and Flood 2014): a good number for each n, without a state.
uint64_t mixed(uint64_t seed, uint64_t n) {
  uint64_t z = seed + (n + 1) * 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

Generator::Generator(const OperationsPlan& plan) : plan_(plan) {
  for (const auto& [f, weight] : plan.mix) total_weight_ += weight;
}

std::optional<Generator::Ticket> Generator::next() {
  const int64_t number = next_.fetch_add(1);
  if (plan_.count && number >= *plan_.count) return std::nullopt;
  Ticket ticket;
  ticket.number = number;
  if (plan_.rate > 0) {
    ticket.due = std::chrono::nanoseconds(
        static_cast<int64_t>(static_cast<double>(number) / plan_.rate * 1e9));
    if (plan_.duration && ticket.due >= *plan_.duration) return std::nullopt;
  }
  return ticket;
}

Request Generator::request(const Ticket& ticket, int64_t process,
                           const Value& seen) const {
  const auto n = static_cast<uint64_t>(ticket.number);
  Request request;
  request.process = process;
  request.phase = "load";
  auto choice =
      static_cast<int>(mixed(plan_.seed, 2 * n) % static_cast<uint64_t>(total_weight_));
  for (const auto& [f, weight] : plan_.mix) {
    request.f = f;
    if (choice < weight) break;
    choice -= weight;
  }
  const bool carries_nothing =
      request.f == "read" || request.f == "dequeue" || request.f == "delete";
  // With a key for each write, what does not write looks at one of an earlier operation.
  uint64_t key = n;
  const uint64_t any = mixed(plan_.seed, 2 * n + 1);
  if (plan_.keys > 0) {
    key = any % static_cast<uint64_t>(plan_.keys);
  } else if (carries_nothing && n > 0) {
    key = any % n;
  }
  request.key = Value::of_text(plan_.prefix + std::to_string(key));
  if (carries_nothing) return request;
  request.token = fmt::format("t{}-{}", plan_.seed, n);
  request.value = Value::of_text(request.token);
  if (request.f == "cas") request.value = Value::of_list({seen, *request.value});
  return request;
}

}  // namespace cutset::driver
