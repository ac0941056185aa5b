#include "agent/resources/resource_watch.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "agent/resources/sampler.h"

namespace cutset::agent {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kShortest{50};
constexpr milliseconds kSlice{100};  // how soon it is seen that nobody listens any more

}  // namespace

Status watch_resources(const Plans& plans, milliseconds interval,
                       const std::function<bool(const v1::ResourceSamples&)>& write,
                       const std::function<bool()>& given_up) {
  if (interval < kShortest) {
    return Error::bad_input(fmt::format("an interval of {} ms; at least {} are expected",
                                        interval.count(), kShortest.count()));
  }
  Sampler sampler;
  Clock::time_point next = Clock::now();
  while (!given_up()) {
    v1::ResourceSamples host;
    *host.add_samples() = sampler.host();
    host.set_cost_ns(sampler.cost_ns());
    // At once: what follows may have to wait for an engine.
    if (!write(host)) return {};
    v1::ResourceSamples instances;
    plans.look_at([&](const Instances& loaded) {
      for (v1::ResourceSample& sample : sampler.instances(loaded)) {
        *instances.add_samples() = std::move(sample);
      }
    });
    instances.set_cost_ns(sampler.cost_ns());
    if (instances.samples_size() > 0 && !write(instances)) return {};
    // A machine that was too busy for some samples does not make up for them.
    do next += interval;
    while (next < Clock::now());
    while (Clock::now() < next && !given_up()) {
      std::this_thread::sleep_until(std::min(next, Clock::now() + kSlice));
    }
  }
  return {};
}

}  // namespace cutset::agent
