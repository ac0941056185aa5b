#include "agent/capture/direction.h"

#include <algorithm>
#include <utility>

#include "agent/framing/guess.h"

namespace cutset::agent::capture {

namespace {

constexpr size_t kFirstBytes = 8;
constexpr size_t kMostLoose = 4096;
constexpr size_t kMostHeldPieces = 256;
constexpr size_t kMostUndelivered = 1 << 16;

}  // namespace

Direction::Direction(const Place& place, const Settings& settings, Recording& recording)
    : place_(place),
      settings_(settings),
      recording_(recording),
      tokens_(settings.token_prefixes) {
  const auto given = settings.framings.find(place.server_port);
  if (place.datagrams) {
    framing_.kind = framing::Kind::kDatagram;
    framing_known_ = true;
  } else if (given != settings.framings.end()) {
    framing_ = given->second;
    framing_known_ = true;
  }
}

void Direction::begin_at(uint32_t sequence) {
  base_ = sequence;
  begun_ = true;
}

/// Offsets go beyond 32 bits; a sequence number is within 2^31 of what is expected.
uint64_t Direction::offset_of(uint32_t sequence) const {
  const auto from = std::max(next_, acknowledged_);
  const uint32_t expected = base_ + static_cast<uint32_t>(from);
  const auto distance = static_cast<int32_t>(sequence - expected);
  if (distance < 0 && from < static_cast<uint64_t>(-int64_t{distance})) return 0;
  return from + static_cast<uint64_t>(int64_t{distance});
}

void Direction::segment(const Packet& packet) {
  data_seen_ = true;
  if (!begun_) begin_at(packet.sequence);
  uint64_t offset = offset_of(packet.sequence);
  std::string_view bytes = packet.payload;
  uint32_t size = packet.payload_size;
  if (offset < next_) {  // sent again, as a whole or in part
    const uint64_t known = next_ - offset;
    if (known >= size) return;
    bytes.remove_prefix(std::min<uint64_t>(known, bytes.size()));
    size -= static_cast<uint32_t>(known);
    offset = next_;
  }
  if (offset > next_) {
    if (held_.emplace(offset, Held{std::string(bytes), size, packet.time_ns}).second)
      held_bytes_ += bytes.size();
  } else {
    in_order(bytes, size, packet.time_ns);
  }
  release_held(packet.time_ns);
}

void Direction::datagram(const Packet& packet) {
  data_seen_ = begun_ = true;
  in_order(packet.payload, packet.payload_size, packet.time_ns);
}

void Direction::in_order(std::string_view bytes, uint32_t size, int64_t time_ns) {
  next_ += bytes.size();
  consume(bytes, time_ns);
  if (size > bytes.size()) missing(size - bytes.size(), time_ns);
}

void Direction::release_held(int64_t now_ns) {
  while (!held_.empty()) {
    const auto first = held_.begin();
    const uint64_t offset = first->first;
    const bool given_up = held_bytes_ > kMostHeld || held_.size() > kMostHeldPieces ||
                          now_ns - first->second.time_ns > kLongestWait;
    if (offset > next_ && !given_up) return;
    const Held piece = std::move(first->second);
    held_bytes_ -= piece.bytes.size();
    held_.erase(first);
    if (offset > next_) missing(offset - next_, piece.time_ns);
    const uint64_t known = next_ - offset;
    if (known >= piece.size) continue;
    std::string_view bytes(piece.bytes);
    bytes.remove_prefix(std::min<uint64_t>(known, bytes.size()));
    in_order(bytes, piece.size - static_cast<uint32_t>(known), piece.time_ns);
  }
}

void Direction::missing(uint64_t count, int64_t time_ns) {
  missing_ += count;
  next_ += count;
  close_burst();
  decide_now(time_ns);
  tokens_.skip(count);
  searched_ += count;
  for (Open& open : open_) open.message.cut = true;
  if (framer_ != nullptr) framer_->skip(count, events_);
  take_events(time_ns);
}

/// Whatever waits for more bytes goes on without a framing.
void Direction::decide_now(int64_t time_ns) {
  if (framing_known_) return;
  framing_known_ = true;
  const std::string waiting = std::exchange(first_, {});
  if (!waiting.empty()) consume(waiting, time_ns);
}

/// True: the framing is known, or what came is to be taken without one.
bool Direction::choose_framing(std::string_view bytes) {
  if (other_ != nullptr && other_->framing_.kind != framing::Kind::kNone) {
    framing_ = other_->framing_;  // both sides speak the same
    return framing_known_ = true;
  }
  const std::string first = first_ + std::string(bytes.substr(0, framing::kGuessBytes));
  const auto guess = framing::guess_framing(first, bytes.size());
  if (!guess) return false;
  framing_ = guess->framing;
  opaque_ = guess->opaque;
  // Who joined in the middle may see a beginning later.
  framing_known_ = !place_.joined || framing_.kind != framing::Kind::kNone || opaque_ ||
                   ++guesses_ == kMostGuesses;
  return true;
}

void Direction::consume(std::string_view bytes, int64_t time_ns) {
  last_ns_ = time_ns;
  std::string together;
  if (first_.empty() && (framer_ == nullptr || framer_->settled() == searched_))
    unsettled_ns_ = time_ns;
  if (!framing_known_) {
    if (!choose_framing(bytes)) {
      first_ += bytes;  // at most a few bytes wait; what follows them decides
      return;
    }
    if (!first_.empty()) {
      together = std::exchange(first_, {}) + std::string(bytes);
      bytes = together;
    }
  }
  if (framer_ == nullptr && framing_.kind != framing::Kind::kNone) {
    framer_ = framing::make_framer(
        framing_, place_.from_client ? framing::Side::kRequest : framing::Side::kAnswer,
        !place_.joined && searched_ == 0);
    framer_->start_at(searched_);
  }
  const uint64_t begin = searched_;
  unsearched_ = bytes;
  if (framer_ != nullptr) framer_->feed(bytes, events_);
  if (framer_ == nullptr || !framer_->synchronised())
    burst(bytes, begin, time_ns);
  else if (burst_)
    close_burst();
  take_events(time_ns);
  search_until(begin + bytes.size(), framing_.kind == framing::Kind::kDatagram);
  const bool settled = framer_ != nullptr && framer_->synchronised();
  if (!loose_.empty()) loose_tokens(settled ? framer_->settled() : searched_, time_ns);
  if (burst_ && burst_->end - burst_->begin >= kLongestBurst) close_burst();
}

void Direction::take_events(int64_t time_ns) {
  for (framing::Event& event : events_) {
    if (event.kind == framing::Event::Kind::kLabelled) {
      if (place_.from_client && other_ != nullptr && other_->framer_ != nullptr)
        other_->framer_->asked(event.label);
      Open open;
      open.id = event.message;
      open.message.begin = event.offset;
      open.message.first_ns = event.offset < searched_ ? unsettled_ns_ : time_ns;
      open.message.label = std::move(event.label);
      if (open_.size() >= kMostOpen) open_.pop_front();
      open_.push_back(std::move(open));
      std::vector<FoundToken> loose = std::exchange(loose_, {});
      for (FoundToken& token : loose) add_token(std::move(token));
      continue;
    }
    search_until(event.offset, true);
    const auto open = std::find_if(open_.begin(), open_.end(), [&](const Open& one) {
      return one.id == event.message;
    });
    if (open == open_.end()) continue;
    MessageRecord message = std::move(open->message);
    open_.erase(open);
    message.end = event.offset;
    message.last_ns = time_ns;
    if (event.kind == framing::Event::Kind::kBroken) message.cut = true;
    complete(std::move(message));
  }
  events_.clear();
}

void Direction::search_until(uint64_t offset, bool message_ends) {
  if (offset > searched_) {
    const auto count = std::min<uint64_t>(offset - searched_, unsearched_.size());
    tokens_.feed(unsearched_.substr(0, count), found_);
    unsearched_.remove_prefix(count);
    searched_ += count;
  }
  if (message_ends) tokens_.end(found_);
  if (found_.empty()) return;
  for (FoundToken& token : found_) add_token(std::move(token));
  found_.clear();
}

void Direction::add_token(FoundToken token) {
  MessageRecord* carrier = nullptr;
  for (auto open = open_.rbegin(); open != open_.rend() && carrier == nullptr; ++open)
    if (open->message.begin <= token.begin) carrier = &open->message;
  if (carrier == nullptr && burst_ && burst_->begin <= token.begin) carrier = &*burst_;
  if (carrier == nullptr) {
    if (loose_.size() < kMostLoose)
      loose_.push_back(std::move(token));
    else
      ++recording_.counts.tokens_not_recorded;
  } else if (carrier->tokens.size() < kMostTokens) {
    carrier->tokens.push_back(std::move(token.text));
  } else {
    carrier->cut = true;
    ++recording_.counts.tokens_not_recorded;
  }
}

/// Tokens in bytes of no message: each is a message of its own.
void Direction::loose_tokens(uint64_t settled, int64_t time_ns) {
  std::vector<FoundToken> loose = std::exchange(loose_, {});
  for (FoundToken& token : loose) {
    if (token.begin >= settled) {
      loose_.push_back(std::move(token));
      continue;
    }
    MessageRecord message;
    message.begin = token.begin;
    message.end = token.end;
    message.first_ns = message.last_ns = time_ns;
    message.tokens.push_back(std::move(token.text));
    complete(std::move(message));
  }
}

void Direction::burst(std::string_view bytes, uint64_t begin, int64_t time_ns) {
  if (bytes.empty()) return;
  // A token that goes on holds its message together across a longer gap.
  const int64_t gap = tokens_.pending() ? kLongestTokenGap : kBurstGap;
  if (burst_ && (time_ns - burst_->last_ns > gap || burst_->end != begin)) close_burst();
  if (!burst_) {
    burst_.emplace();
    burst_->begin = begin;
    burst_->first_ns = time_ns;
    burst_->first_bytes = bytes.substr(0, kFirstBytes);
  }
  burst_->end = begin + bytes.size();
  burst_->last_ns = time_ns;
}

void Direction::close_burst() {
  if (!burst_) return;
  search_until(searched_, true);
  MessageRecord message = std::move(*burst_);
  burst_.reset();
  complete(std::move(message));
}

void Direction::complete(MessageRecord message) {
  message.connection = place_.connection;
  message.from_client = place_.from_client;
  const size_t bound = settings_.most_records * (message.tokens.empty() ? 1 : 2);
  if (recording_.messages.size() >= bound) {
    ++recording_.counts.not_recorded;
    recording_.counts.tokens_not_recorded += message.tokens.size();
    return;
  }
  if (message.end <= acknowledged_) {
    message.delivered_ns = std::max(message.last_ns, acknowledged_ns_);
  } else if (!place_.datagrams) {
    if (undelivered_.size() >= kMostUndelivered) undelivered_.pop_front();
    undelivered_.push_back(recording_.messages.size());
  }
  recording_.messages.push_back(std::move(message));
}

void Direction::acknowledged(uint32_t sequence, int64_t time_ns) {
  if (!begun_) begin_at(sequence);
  const uint64_t offset = offset_of(sequence);
  if (offset <= acknowledged_) return;
  acknowledged_ = offset;
  acknowledged_ns_ = time_ns;
  if (!data_seen_) {
    if (recording_.acks.size() < settings_.most_records)
      recording_.acks.push_back({place_.connection, place_.from_client, offset, time_ns});
    else
      recording_.acks.back() = {place_.connection, place_.from_client, offset, time_ns};
    return;
  }
  while (!undelivered_.empty() &&
         recording_.messages[undelivered_.front()].end <= acknowledged_) {
    recording_.messages[undelivered_.front()].delivered_ns = time_ns;
    undelivered_.pop_front();
  }
}

void Direction::finish(int64_t time_ns) {
  decide_now(time_ns);
  close_burst();
  if (framer_ != nullptr) framer_->finish(events_);
  take_events(time_ns);
}

void Direction::give_up() {
  if (!held_.empty()) release_held(held_.begin()->second.time_ns + 2 * kLongestWait);
  decide_now(last_ns_);
  close_burst();
  search_until(searched_, true);
  loose_tokens(searched_, last_ns_);
  for (Open& open : open_) {
    open.message.end = std::max(searched_, open.message.begin);
    open.message.last_ns = last_ns_;
    open.message.cut = true;
    complete(std::move(open.message));
  }
  open_.clear();
  framer_.reset();
}

DirectionRecord Direction::record() const {
  return {data_seen_ || begun_, base_, next_, missing_,
          std::string(framing::kind_name(framing_.kind))};
}

}  // namespace cutset::agent::capture
