#include "injector/nodes/captures.h"

#include <algorithm>

#include <fmt/format.h>

#include "injector/captured_messages.h"

namespace cutset::injector {

namespace {

namespace v1 = agent::v1;
namespace messages = lineage::messages;

}  // namespace

Status Captures::start(const std::string& run,
                       const std::vector<std::string>& token_prefixes) {
  for (const std::string& host : hosts_) {
    v1::StartCaptureRequest request;
    request.set_run(run);
    CUTSET_ASSIGN(const std::vector<v1::Instance> instances, set_.instances_for(host));
    for (const v1::Instance& one : instances) {
      *request.add_instances() = one;
      const auto framing = nodes_.framings.find(one.name().service());
      if (framing == nodes_.framings.end()) continue;
      for (const uint32_t port : one.ports()) {
        v1::PortFraming& chosen = *request.add_framings();
        chosen.set_port(port);
        chosen.set_framing(framing->second);
      }
    }
    for (const std::string& prefix : token_prefixes) request.add_token_prefixes(prefix);
    for (const std::string& other : hosts_) {
      if (other != host) request.add_elsewhere(set_.address(other));
    }
    const Result<v1::StartCaptureReply> started =
        set_.agent(host).start_capture(std::move(request));
    if (!started) {
      return Error::unavailable(fmt::format("the traffic of {} cannot be captured: {}",
                                            host, started.error().message));
    }
  }
  return {};
}

Result<messages::MessageExecution> Captures::collect(
    const std::string& run, const std::vector<messages::Node>& nodes,
    const std::map<std::string, int64_t>& offsets) {
  std::vector<messages::NodeCapture> captures;
  for (const std::string& host : hosts_) {
    const auto found = std::find_if(nodes.begin(), nodes.end(),
                                    [&](const auto& node) { return node.name == host; });
    messages::NodeCapture& capture = captures.emplace_back();
    capture.node = found == nodes.end() ? messages::kOutside
                                        : static_cast<int>(found - nodes.begin());
    const auto offset = offsets.find(host);
    capture.clock_offset_ns = offset == offsets.end() ? 0 : offset->second;
    Status added;
    CUTSET_TRY(set_.agent(host).collect_capture(run, [&](const v1::CapturedBatch& batch) {
      if (added.ok()) added = add_batch(batch, capture);
    }));
    CUTSET_TRY(added);
  }
  return messages::merge_captures(nodes, captures);
}

}  // namespace cutset::injector
