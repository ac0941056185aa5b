#include "agent/faults/bandwidth.h"

#include <deque>
#include <utility>

#include <fmt/format.h>

#include "agent/link/link_tap.h"
#include "agent/link/rate_stage.h"
#include "base/text.h"

namespace cutset::agent {

namespace {

constexpr uint64_t kLeast = 1000;            // bits per second
constexpr uint64_t kMost = 100'000'000'000;  // bits per second

// One for what is sent, one for what arrives, one for each peer beside the target.
Result<std::vector<link::TapMatch>> matches_of(const link::PlannedEnds& ends,
                                               v1::Direction direction) {
  std::vector<link::TapMatch> matches;
  if (direction != v1::DIRECTION_IN) {
    link::TapMatch& match = matches.emplace_back();
    match.sender = ends.target.number;
    CUTSET_ASSIGN(match.sent, link::match_outgoing(ends.target, ends.peers, ends.all));
  }
  if (direction == v1::DIRECTION_OUT) return matches;
  CUTSET_ASSIGN(std::vector<std::string> arriving,
                link::match_arriving(ends.target, ends.peers, ends.all));
  if (!arriving.empty()) matches.emplace_back().arriving = std::move(arriving);
  for (const link::End& peer : ends.peers) {
    if (!ends.target.here || !peer.here) continue;
    link::TapMatch& match = matches.emplace_back();
    match.sender = peer.number;
    CUTSET_ASSIGN(match.sent, link::match_outgoing(peer, {ends.target}, ends.all));
  }
  return matches;
}

class Bandwidth final : public Fault {
 public:
  Bandwidth(const v1::Step& step, const FaultHost& host) : step_(step), host_(host) {}

  Result<std::vector<UndoRecord>> prepare() override {
    const v1::BandwidthAction& action = step_.bandwidth();
    CUTSET_ASSIGN(const link::LinkEnds found,
                  link::find_ends(step_.target(), action.peers(), *host_.instances));
    CUTSET_ASSIGN(std::vector<link::TapMatch> matches,
                  matches_of(found.ends, action.direction()));
    taps_.clear();
    made_ = false;
    stages_.clear();
    std::vector<UndoRecord> records;
    for (link::TapMatch& match : matches) {
      link::RateStage& stage = stages_.emplace_back(action.bits_per_second());
      CUTSET_ASSIGN(std::unique_ptr<link::LinkTap> tap,
                    link::LinkTap::prepare(found, std::move(match), host_.mark, stage));
      records.push_back(tap->record());
      taps_.push_back(std::move(tap));
    }
    return records;
  }

  Status make_ready() override {
    if (std::exchange(made_, true)) return {};
    for (const auto& tap : taps_) CUTSET_TRY(tap->make());
    return {};
  }

  Result<std::string> apply() override {
    for (const auto& tap : taps_) CUTSET_TRY(tap->open());
    return fmt::format("{} peers, {} bits a second", step_.bandwidth().peers_size(),
                       step_.bandwidth().bits_per_second());
  }

  Result<std::string> verify() override {
    std::vector<std::string> seen;
    for (const auto& tap : taps_) {
      CUTSET_ASSIGN(std::string one, tap->verify());
      seen.push_back(std::move(one));
    }
    return join(seen, "; ");
  }

  Status release() override {
    Status result;
    for (const auto& tap : taps_) {
      Status closed = tap->close();
      if (!closed) result = std::move(closed);
    }
    taps_.clear();
    return result;
  }

 private:
  const v1::Step& step_;
  const FaultHost& host_;
  std::deque<link::RateStage> stages_;  // outlive their taps
  std::vector<std::unique_ptr<link::LinkTap>> taps_;
  bool made_ = false;
};

}  // namespace

Result<std::string> check_bandwidth(const v1::Step& step, const FaultHost& host) {
  const v1::BandwidthAction& action = step.bandwidth();
  if (action.bits_per_second() < kLeast || action.bits_per_second() > kMost) {
    return Error::bad_input(fmt::format("{} bits a second: from {} to {} can be made",
                                        action.bits_per_second(), kLeast, kMost));
  }
  CUTSET_ASSIGN(const link::PlannedEnds ends,
                link::planned_ends(step.target(), action.peers(), *host.instances));
  CUTSET_TRY(matches_of(ends, action.direction()));
  return fmt::format("{}: packets wait in the agent (a TUN device and a raw socket)",
                     step.id());
}

std::unique_ptr<Fault> make_bandwidth(const v1::Step& step, const FaultHost& host) {
  return std::make_unique<Bandwidth>(step, host);
}

}  // namespace cutset::agent
