#include "agent/captures.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/validate.h"

namespace cutset::agent {

namespace {

constexpr int kMostInstances = 4096;
constexpr int kMostPrefixes = 16;
constexpr uint32_t kLargestRing = 512U << 20;
constexpr uint32_t kMostRecords = 20'000'000;
constexpr int kBatch = 4096;
constexpr size_t kBatchTokens = 32768;

Result<capture::Address> address_of(const char* what, const std::string& text) {
  if (const auto address = capture::parse_address(text)) return *address;
  return Error::bad_input(
      fmt::format("{} \"{:.80}\": an IPv4 or IPv6 address is expected", what, text));
}

Status check_prefix(const std::string& prefix) {
  const bool printable = std::all_of(prefix.begin(), prefix.end(),
                                     [](char c) { return c > ' ' && c <= '~'; });
  if (printable && prefix.size() >= 2 && prefix.size() <= capture::kLongestToken / 2)
    return {};
  return Error::bad_input(
      fmt::format("a token prefix of {} bytes: 2 to {} printable characters without "
                  "spaces are expected",
                  prefix.size(), capture::kLongestToken / 2));
}

framing::Kind kind_of(v1::Framing framing) {
  switch (framing) {
    case v1::FRAMING_DATAGRAM:
      return framing::Kind::kDatagram;
    case v1::FRAMING_HTTP1:
      return framing::Kind::kHttp1;
    case v1::FRAMING_HTTP2:
      return framing::Kind::kHttp2;
    case v1::FRAMING_RESP:
      return framing::Kind::kResp;
    case v1::FRAMING_LENGTH_PREFIX:
      return framing::Kind::kLengthPrefix;
    default:
      return framing::Kind::kNone;
  }
}

framing::Framing framing_of(const v1::PortFraming& given) {
  framing::Framing framing{kind_of(given.framing()), {}};
  if (given.width() == 0) return framing;
  framing.prefix = {given.width(), !given.little_endian(), given.includes_itself(),
                    given.label_at(), given.label_size()};
  return framing;
}

Status check_framing(const v1::PortFraming& given) {
  const bool fits = given.port() <= 65535 && v1::Framing_IsValid(given.framing()) &&
                    given.width() <= 8 && given.label_at() <= 1024 &&
                    given.label_size() <= 16;
  if (fits) return {};
  return Error::bad_input(fmt::format(
      "the framing of port {}: a port, a known framing, at most 8 bytes of length and a "
      "label of at most 16 bytes within the first 1024 are expected",
      given.port()));
}

capture::Plan plan_of(const v1::StartCaptureRequest& request) {
  capture::Plan plan;
  plan.network_namespace = request.network_namespace();
  plan.settings.token_prefixes = {request.token_prefixes().begin(),
                                  request.token_prefixes().end()};
  if (request.most_records() > 0) plan.settings.most_records = request.most_records();
  if (request.ring_bytes() > 0) plan.ring_bytes = request.ring_bytes();
  for (const v1::PortFraming& framing : request.framings())
    plan.settings.framings[static_cast<uint16_t>(framing.port())] = framing_of(framing);
  for (const v1::Instance& instance : request.instances())
    for (const std::string& text : instance.addresses())
      for (const uint32_t port : instance.ports())
        if (const auto address = capture::parse_address(text))
          plan.servers.insert({*address, static_cast<uint16_t>(port)});
  for (const std::string& text : request.elsewhere())
    if (const auto address = capture::parse_address(text))
      plan.elsewhere.insert(*address);
  return plan;
}

void fill(const capture::DirectionRecord& from, v1::CapturedDirection& to) {
  to.set_seen(from.seen);
  to.set_base_sequence(from.base_sequence);
  to.set_bytes(from.bytes);
  to.set_missing(from.missing);
  to.set_framing(from.framing);
}

void fill(const capture::ConnectionRecord& from, v1::CapturedConnection& to) {
  to.set_number(from.number);
  to.set_tcp(from.tcp);
  to.set_client(capture::text_of(from.client.address));
  to.set_client_port(from.client.port);
  to.set_server(capture::text_of(from.server.address));
  to.set_server_port(from.server.port);
  to.set_joined(from.joined);
  to.set_opaque(from.opaque);
  to.set_opened_ns(from.opened_ns);
  to.set_closed_ns(from.closed_ns);
  to.set_reset(from.reset);
  fill(from.requests, *to.mutable_requests());
  fill(from.answers, *to.mutable_answers());
}

void fill(const capture::MessageRecord& from, v1::CapturedMessage& to) {
  to.set_connection(from.connection);
  to.set_from_client(from.from_client);
  to.set_begin(from.begin);
  to.set_end(from.end);
  to.set_first_ns(static_cast<uint64_t>(from.first_ns));
  to.set_last_ns(static_cast<uint64_t>(from.last_ns));
  to.set_delivered_ns(static_cast<uint64_t>(from.delivered_ns));
  to.set_label(from.label);
  to.set_first_bytes(from.first_bytes);
  for (const std::string& token : from.tokens) to.add_tokens(token);
  to.set_cut(from.cut);
}

void fill(const capture::Counts& from, v1::CaptureCounts& to) {
  to.set_packets(from.packets);
  to.set_dropped(from.dropped);
  to.set_not_understood(from.not_understood);
  to.set_not_recorded(from.not_recorded);
  to.set_tokens_not_recorded(from.tokens_not_recorded);
  to.set_connections_not_followed(from.connections_not_followed);
}

/// Hands out records in batches of bounded size.
class Batches {
 public:
  explicit Batches(const std::function<bool(const v1::CapturedBatch&)>& take)
      : take_(take) {}

  v1::CapturedBatch& next(size_t tokens = 0) {
    tokens_ += tokens;
    if (++count_ > kBatch || tokens_ > kBatchTokens) flush();
    return batch_;
  }
  bool flush() {
    wanted_ = wanted_ && take_(batch_);
    batch_.Clear();
    count_ = 0;
    tokens_ = 0;
    return wanted_;
  }
  bool wanted() const { return wanted_; }

 private:
  const std::function<bool(const v1::CapturedBatch&)>& take_;
  v1::CapturedBatch batch_;
  int count_ = 0;
  size_t tokens_ = 0;
  bool wanted_ = true;
};

}  // namespace

Status check_request(const v1::StartCaptureRequest& request) {
  CUTSET_TRY(check_name("run", request.run()));
  if (request.instances_size() > kMostInstances ||
      request.elsewhere_size() > kMostInstances ||
      request.framings_size() > kMostInstances ||
      request.token_prefixes_size() > kMostPrefixes ||
      request.ring_bytes() > kLargestRing || request.most_records() > kMostRecords ||
      request.network_namespace().size() > 4000)
    return Error::bad_input(fmt::format(
        "a capture of more than {} instances, {} token prefixes, {} bytes of ring or {} "
        "records; fewer are expected",
        kMostInstances, kMostPrefixes, kLargestRing, kMostRecords));
  bool listens = false;
  for (const v1::Instance& instance : request.instances()) {
    listens = listens || (instance.addresses_size() > 0 && instance.ports_size() > 0);
    for (const std::string& text : instance.addresses())
      CUTSET_TRY(address_of("address of an instance", text));
    for (const uint32_t port : instance.ports())
      if (port == 0 || port > 65535)
        return Error::bad_input(fmt::format("{} is no port", port));
  }
  if (!listens)
    return Error::bad_input(
        "no instance with an address and a port: nothing would be captured");
  for (const std::string& text : request.elsewhere())
    CUTSET_TRY(address_of("address of a node with an agent", text));
  for (const std::string& prefix : request.token_prefixes())
    CUTSET_TRY(check_prefix(prefix));
  for (const v1::PortFraming& framing : request.framings())
    CUTSET_TRY(check_framing(framing));
  return {};
}

Status check_request(const v1::CollectCaptureRequest& request) {
  return check_name("run", request.run());
}

Status Captures::start(const v1::StartCaptureRequest& request) {
  const std::lock_guard lock(mutex_);
  running_.erase(request.network_namespace());
  if (running_.size() >= kMost)
    return Error::unavailable(
        fmt::format("{} captures run already; collect them first", kMost));
  CUTSET_ASSIGN(auto capture, capture::Capture::start(plan_of(request)));
  running_[request.network_namespace()] = {request.run(), std::move(capture)};
  return {};
}

Status Captures::collect(const v1::CollectCaptureRequest& request,
                         const std::function<bool(const v1::CapturedBatch&)>& take) {
  std::unique_ptr<capture::Capture> capture;
  {
    const std::lock_guard lock(mutex_);
    const auto found = running_.find(request.network_namespace());
    if (found == running_.end() || found->second.run != request.run())
      return Error::unavailable(fmt::format(
          "there is no capture of run {} in {}", request.run(),
          request.network_namespace().empty() ? "the agent's own network namespace"
                                              : request.network_namespace()));
    capture = std::move(found->second.capture);
    running_.erase(found);
  }
  const capture::Recording recording = capture->stop();
  Batches batches(take);
  for (const auto& one : recording.connections)
    fill(one, *batches.next().add_connections());
  for (const auto& one : recording.messages) {
    if (!batches.wanted()) return {};
    fill(one, *batches.next(one.tokens.size()).add_messages());
  }
  for (const auto& one : recording.acks) {
    if (!batches.wanted()) return {};
    v1::CapturedAck& to = *batches.next().add_acks();
    to.set_connection(one.connection);
    to.set_from_client(one.from_client);
    to.set_offset(one.offset);
    to.set_time_ns(static_cast<uint64_t>(one.time_ns));
  }
  fill(recording.counts, *batches.next().mutable_counts());
  batches.flush();
  return {};
}

void Captures::stop_all() {
  const std::lock_guard lock(mutex_);
  running_.clear();
}

}  // namespace cutset::agent
