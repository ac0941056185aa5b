#include "lineage/messages/merge_captures.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace cutset::lineage::messages {

namespace {

using Tuple = std::tuple<bool, std::string, uint16_t, std::string, uint16_t>;

Tuple tuple_of(const CapturedConnection& one) {
  return {one.tcp, one.client, one.client_port, one.server, one.server_port};
}

/// Sequence numbers of bytes of one direction, whoever saw them, as offsets of one base.
struct DirectionView {
  std::optional<uint32_t> base;
  std::vector<std::pair<uint64_t, int64_t>> acks;  // offset, time
};

/// What is added to offsets of a view to make them offsets of the merged connection. The
/// bases of two views differ where one joined late.
int64_t shift(const DirectionView& merged, const CapturedDirection& view) {
  return static_cast<int32_t>(view.base_sequence - *merged.base);
}

struct Merged {
  Connection connection;
  std::array<DirectionView, 2> directions;  // [from_client]
};

class Merger {
 public:
  explicit Merger(std::vector<Node> nodes) {
    execution_.nodes = std::move(nodes);
    for (size_t i = 0; i < execution_.nodes.size(); ++i)
      for (const std::string& address : execution_.nodes[i].addresses)
        node_of_[address] = static_cast<int>(i);
  }

  Status add(const NodeCapture& capture) {
    std::vector<size_t> places;
    for (const CapturedConnection& one : capture.connections)
      places.push_back(place_of(one, capture.clock_offset_ns));
    const auto in_range = [&](int connection) {
      return connection >= 0 && connection < static_cast<int>(places.size());
    };
    for (const Message& message : capture.messages) {
      if (!in_range(message.connection))
        return Error::bad_input("a captured message is of no captured connection");
      const auto own = static_cast<size_t>(message.connection);
      take(message, capture.connections[own], places[own], capture.clock_offset_ns);
    }
    for (const CapturedAck& ack : capture.acks) {
      if (!in_range(ack.connection))
        return Error::bad_input("a captured acknowledgement is of no connection");
      const auto own = static_cast<size_t>(ack.connection);
      DirectionView& view = merged_[places[own]].directions[ack.from_client];
      const auto& seen = ack.from_client ? capture.connections[own].requests
                                         : capture.connections[own].answers;
      const int64_t offset = static_cast<int64_t>(ack.offset) + shift(view, seen);
      if (offset > 0)
        view.acks.emplace_back(offset, ack.time_ns - capture.clock_offset_ns);
    }
    execution_.losses.packets += capture.losses.packets;
    execution_.losses.dropped += capture.losses.dropped;
    execution_.losses.not_recorded += capture.losses.not_recorded;
    return {};
  }

  MessageExecution finish() {
    for (Merged& one : merged_) {
      for (DirectionView& view : one.directions)
        std::sort(view.acks.begin(), view.acks.end());
      execution_.connections.push_back(std::move(one.connection));
    }
    for (Message& message : execution_.messages) deliver(message);
    std::stable_sort(
        execution_.messages.begin(), execution_.messages.end(),
        [](const Message& a, const Message& b) { return a.sent_ns < b.sent_ns; });
    if (!execution_.messages.empty()) {
      execution_.begin_ns = execution_.messages.front().sent_ns;
      execution_.end_ns = execution_.messages.back().sent_ns;
    }
    return std::move(execution_);
  }

 private:
  int node_at(const std::string& address) const {
    const auto found = node_of_.find(address);
    return found == node_of_.end() ? kOutside : found->second;
  }

  /// Whether the view may be of this connection: the same ends, and no contradiction in
  /// the numbers of the directions that both have seen.
  static bool same(const Merged& merged, const CapturedConnection& view) {
    for (const bool from_client : {false, true}) {
      const auto& seen = from_client ? view.requests : view.answers;
      const auto& base = merged.directions[from_client].base;
      if (!seen.seen || !base) continue;
      if (!view.joined && !merged.connection.joined && *base != seen.base_sequence)
        return false;
      if (std::abs(int64_t{static_cast<int32_t>(seen.base_sequence - *base)}) > (1 << 30))
        return false;
    }
    return true;
  }

  size_t place_of(const CapturedConnection& view, int64_t clock_offset_ns) {
    std::vector<size_t>& known = by_tuple_[tuple_of(view)];
    size_t place = merged_.size();
    for (const size_t candidate : known)
      if (same(merged_[candidate], view)) place = candidate;
    if (place == merged_.size()) {
      known.push_back(place);
      Merged made;
      made.connection.client = node_at(view.client);
      made.connection.server = node_at(view.server);
      made.connection.client_port = view.client_port;
      made.connection.server_port = view.server_port;
      made.connection.joined = view.joined;
      made.connection.opened_ns = view.opened_ns - clock_offset_ns;
      made.connection.framing = "none";
      merged_.push_back(std::move(made));
    }
    Merged& merged = merged_[place];
    Connection& to = merged.connection;
    to.joined = to.joined && view.joined;
    to.opaque = to.opaque || view.opaque;
    to.reset = to.reset || view.reset;
    to.opened_ns = std::min(to.opened_ns, view.opened_ns - clock_offset_ns);
    if (view.closed_ns != 0)
      to.closed_ns = std::max(to.closed_ns, view.closed_ns - clock_offset_ns);
    for (const bool from_client : {false, true}) {
      const auto& seen = from_client ? view.requests : view.answers;
      if (!seen.seen) continue;
      if (!merged.directions[from_client].base)
        merged.directions[from_client].base = seen.base_sequence;
      if (to.framing == "none" && !seen.framing.empty()) to.framing = seen.framing;
      to.missing += seen.missing;
    }
    return place;
  }

  void take(Message message, const CapturedConnection& view, size_t place,
            int64_t clock_offset_ns) {
    const DirectionView& direction = merged_[place].directions[message.from_client];
    if (!direction.base) return;
    const int64_t moved =
        shift(direction, message.from_client ? view.requests : view.answers);
    const auto begin = static_cast<int64_t>(message.begin) + moved;
    if (begin < 0) return;
    message.begin = static_cast<uint64_t>(begin);
    message.end = static_cast<uint64_t>(static_cast<int64_t>(message.end) + moved);
    message.connection = static_cast<int>(place);
    message.sent_ns -= clock_offset_ns;
    if (message.delivered_ns != 0) message.delivered_ns -= clock_offset_ns;
    if (merged_[place].connection.opaque) {
      message.label.clear();
      message.tokens.clear();
    }
    // Both agents may have seen it (one at either end): once is enough.
    if (view.tcp && !seen_.insert({place, message.from_client, message.begin}).second)
      return;
    execution_.messages.push_back(std::move(message));
  }

  void deliver(Message& message) const {
    if (message.delivered_ns == 0) {
      const auto& acks = merged_[static_cast<size_t>(message.connection)]
                             .directions[message.from_client]
                             .acks;
      const auto ack = std::lower_bound(acks.begin(), acks.end(),
                                        std::make_pair(message.end, int64_t{0}));
      if (ack != acks.end()) message.delivered_ns = ack->second;
    }
    // Clocks are compared only so well.
    if (message.delivered_ns != 0)
      message.delivered_ns = std::max(message.delivered_ns, message.sent_ns);
  }

  MessageExecution execution_;
  std::map<std::string, int> node_of_;
  std::map<Tuple, std::vector<size_t>> by_tuple_;
  std::vector<Merged> merged_;
  std::set<std::tuple<size_t, bool, uint64_t>> seen_;
};

}  // namespace

Result<MessageExecution> merge_captures(std::vector<Node> nodes,
                                        const std::vector<NodeCapture>& captures) {
  Merger merger(std::move(nodes));
  for (const NodeCapture& capture : captures) CUTSET_TRY(merger.add(capture));
  return merger.finish();
}

}  // namespace cutset::lineage::messages
