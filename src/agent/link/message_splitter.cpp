#include "agent/link/message_splitter.h"

#include <algorithm>
#include <limits>

#include <netinet/in.h>

#include "base/check.h"

namespace cutset::agent::link {

namespace {

constexpr size_t kMostStreams = 10000;
constexpr size_t kMostWaiting = 1024;  // packets of one connection
constexpr int kMostRepetitions = 2;
constexpr uint64_t kNowhere = std::numeric_limits<uint64_t>::max();

}  // namespace

// One direction of a connection. Offsets count the content since the first byte seen.
struct MessageSplitter::Stream {
  // From `offset` on bytes lie inside or outside of the range.
  struct Border {
    uint64_t offset = 0;
    bool inside = false;
    bool range_ends = false;
  };

  bool joined = false;
  bool closed = false;
  uint32_t base = 0;  // sequence number of offset 0
  uint64_t read = 0;  // handed to the framer
  uint64_t emitted = 0;
  uint64_t wall = kNowhere;  // repetitions from here on do not go on
  bool inside = false;
  int repetitions = 0;
  std::unique_ptr<framing::Framer> framer;
  std::map<uint64_t, uint64_t> open;  // messages of the range, with their numbers
  std::deque<Border> borders;
  std::deque<Packet> waiting;  // the first begins at `emitted`
};

MessageSplitter::MessageSplitter(MessageRange range,
                                 std::function<framing::Side(const Flow&)> side,
                                 MessageSink& sink)
    : range_(std::move(range)), side_(std::move(side)), sink_(sink) {
  CHECK(range_.first >= 1);
  if (range_.framing.kind == framing::Kind::kDatagram)
    datagrams_ = framing::make_framer(range_.framing, framing::Side::kUnknown, true);
}

MessageSplitter::~MessageSplitter() = default;

bool MessageSplitter::in_range(uint64_t number) const {
  return number >= range_.first && (range_.last == 0 || number <= range_.last);
}

bool MessageSplitter::next_may_be_in_range() const {
  return in_range(hits() + 1);
}

void MessageSplitter::packet(Packet packet) {
  if (datagrams_ != nullptr && packet.protocol == IPPROTO_UDP) {
    datagram(std::move(packet));
  } else if (datagrams_ == nullptr && packet.protocol == IPPROTO_TCP) {
    segment(std::move(packet));
  } else {
    sink_.other(std::move(packet));
  }
}

void MessageSplitter::datagram(Packet packet) {
  std::vector<framing::Event> events;
  datagrams_->feed(packet.content(), events);
  const bool counts = range_.operation.empty() ||
                      (!events.empty() && events.front().label == range_.operation);
  const uint64_t number = counts ? ++hits_ : 0;
  if (counts && !events.empty()) newest_label_ = events.front().label;
  const Flow flow = flow_of(packet);
  sink_.piece(std::move(packet), flow, counts && in_range(number));
  if (counts && number == range_.last) sink_.range_ended();
}

MessageSplitter::Stream& MessageSplitter::stream_of(const Flow& flow) {
  if (streams_.size() >= kMostStreams && !streams_.contains(flow)) make_room();
  return streams_[flow];
}

void MessageSplitter::make_room() {
  std::erase_if(streams_, [](const auto& entry) { return entry.second.closed; });
  // A connection that is forgotten is joined again; what waits in it is sent again.
  if (streams_.size() >= kMostStreams) streams_.clear();
}

void MessageSplitter::segment(Packet packet) {
  const Flow flow = flow_of(packet);
  const bool opens = packet.has(kSyn);
  const bool carries = packet.content_size() > 0;
  if (opens) {
    Stream& stream = stream_of(flow);
    const uint32_t base = packet.sequence + 1;
    if (!stream.joined || stream.base != base) {
      stream = Stream();
      stream.joined = true;
      stream.base = base;
      stream.framer = framing::make_framer(
          range_.framing,
          packet.has(kAcknowledge) ? framing::Side::kAnswer : framing::Side::kRequest,
          true);
    }
    sink_.piece(std::move(packet), flow, false);
    return;
  }
  if (!carries && !packet.has(kFin) && !packet.has(kReset)) {
    sink_.other(std::move(packet));
    return;
  }
  Stream& stream = stream_of(flow);
  if (!stream.joined) {
    stream.joined = true;
    stream.base = packet.sequence;
    stream.framer = framing::make_framer(range_.framing, side_(flow), false);
  }
  if (packet.has(kReset)) {
    stream.closed = true;
    if (stream.wall == kNowhere) sink_.piece(std::move(packet), flow, stream.inside);
    return;
  }
  const auto next = stream.base + static_cast<uint32_t>(stream.read);
  const int64_t begin =
      static_cast<int64_t>(stream.read) + static_cast<int32_t>(packet.sequence - next);
  const int64_t end = begin + static_cast<int64_t>(packet.content_size());
  const auto read = static_cast<int64_t>(stream.read);
  if (begin > read) return;
  if (begin < read && end <= read) {
    repetition(stream, std::move(packet), begin);
    emit(stream, flow);
    return;
  }
  if (begin < read) {
    Packet rest = cut_segment(packet, static_cast<size_t>(read - begin));
    repetition(stream, std::move(packet), begin);
    packet = std::move(rest);
  }
  if (stream.waiting.size() >= kMostWaiting) return;
  stream.repetitions = 0;
  this->read(stream, packet.content(), packet.has(kFin));
  stream.waiting.push_back(std::move(packet));
  emit(stream, flow);
}

void MessageSplitter::repetition(Stream& stream, Packet packet, int64_t begin) {
  const int64_t end = begin + static_cast<int64_t>(packet.content_size());
  if (stream.wall != kNowhere) {
    const auto wall = static_cast<int64_t>(stream.wall);
    if (begin >= wall) return;
    if (end > wall) cut_segment(packet, static_cast<size_t>(wall - begin));
  } else if (end > static_cast<int64_t>(stream.emitted)) {
    ++stream.repetitions;
    return;
  }
  sink_.other(std::move(packet));
}

void MessageSplitter::read(Stream& stream, std::string_view bytes, bool ends) {
  std::vector<framing::Event> events;
  stream.framer->feed(bytes, events);
  if (ends && !stream.closed) stream.framer->finish(events);
  stream.closed = stream.closed || ends;
  stream.read += bytes.size();
  for (const framing::Event& event : events) {
    if (event.kind == framing::Event::Kind::kLabelled) {
      if (!range_.operation.empty() && event.label != range_.operation) continue;
      const uint64_t number = ++hits_;
      newest_label_ = event.label;
      if (!in_range(number)) continue;
      if (stream.open.empty()) stream.borders.push_back({event.offset, true, false});
      stream.open.emplace(event.message, number);
      continue;
    }
    const auto ended = stream.open.find(event.message);
    if (ended == stream.open.end()) continue;
    const bool last = ended->second == range_.last;
    stream.open.erase(ended);
    if (stream.open.empty() || last)
      stream.borders.push_back({event.offset, !stream.open.empty(), last});
  }
}

void MessageSplitter::emit(Stream& stream, const Flow& flow) {
  uint64_t limit = stream.read;
  if (next_may_be_in_range() && stream.repetitions < kMostRepetitions)
    limit = std::max(stream.framer->settled(), stream.emitted);
  while (true) {
    while (!stream.borders.empty() && stream.borders.front().offset <= stream.emitted) {
      stream.inside = stream.borders.front().inside;
      const bool ends = stream.borders.front().range_ends;
      stream.borders.pop_front();
      if (ends) sink_.range_ended();
    }
    if (stream.waiting.empty()) return;
    Packet packet = std::move(stream.waiting.front());
    stream.waiting.pop_front();
    const uint64_t until =
        stream.borders.empty() ? limit : std::min(limit, stream.borders.front().offset);
    const uint64_t room = until - std::min(until, stream.emitted);
    if (packet.content_size() > room) {
      if (room == 0) {
        stream.waiting.push_front(std::move(packet));
        return;
      }
      stream.waiting.push_front(cut_segment(packet, room));
    }
    const uint64_t begin = stream.emitted;
    stream.emitted += packet.content_size();
    if (!sink_.piece(std::move(packet), flow, stream.inside))
      stream.wall = std::min(stream.wall, begin);
  }
}

void MessageSplitter::forgive() {
  for (auto& [flow, stream] : streams_) stream.wall = kNowhere;
}

}  // namespace cutset::agent::link
