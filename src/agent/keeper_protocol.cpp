#include "agent/keeper_protocol.h"

#include <cstring>

namespace cutset::agent {

namespace {

class Writer {
 public:
  void number(uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8)
      bytes_ += static_cast<char>(value >> shift);
  }
  void text(std::string_view value) {
    number(value.size());
    bytes_ += value;
  }
  void list(const std::vector<std::string>& values) {
    number(values.size());
    for (const std::string& value : values) text(value);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : left_(bytes) {}

  bool number(uint64_t& value) {
    if (left_.size() < 8) return false;
    value = 0;
    for (size_t i = 0; i < 8; ++i) {
      value |= static_cast<uint64_t>(static_cast<unsigned char>(left_[i])) << (8 * i);
    }
    left_.remove_prefix(8);
    return true;
  }
  bool text(std::string& value) {
    uint64_t size = 0;
    if (!number(size) || size > left_.size()) return false;
    value = left_.substr(0, size);
    left_.remove_prefix(size);
    return true;
  }
  bool list(std::vector<std::string>& values) {
    uint64_t count = 0;
    // Each entry takes 8 bytes at least, so a wrong count cannot ask for more memory than
    // was sent.
    if (!number(count) || count > left_.size() / 8) return false;
    values.resize(count);
    for (std::string& value : values) {
      if (!text(value)) return false;
    }
    return true;
  }
  bool at_end() const { return left_.empty(); }

 private:
  std::string_view left_;
};

std::optional<KeeperMessage> decode(std::string_view payload) {
  Cursor cursor(payload);
  KeeperMessage message;
  uint64_t kind = 0;
  uint64_t number = 0;
  const bool whole = cursor.number(kind) && cursor.number(message.id) &&
                     cursor.number(number) && cursor.text(message.name) &&
                     cursor.text(message.folder) && cursor.text(message.text) &&
                     cursor.list(message.arguments) && cursor.list(message.environment) &&
                     cursor.list(message.groups) && cursor.at_end();
  if (!whole || kind < static_cast<uint64_t>(KeeperMessage::Kind::kStart) ||
      kind > static_cast<uint64_t>(KeeperMessage::Kind::kStruck)) {
    return std::nullopt;
  }
  message.kind = static_cast<KeeperMessage::Kind>(kind);
  message.number = static_cast<int64_t>(number);
  return message;
}

}  // namespace

Result<std::string> encode(const KeeperMessage& message) {
  Writer payload;
  payload.number(static_cast<uint64_t>(message.kind));
  payload.number(message.id);
  payload.number(static_cast<uint64_t>(message.number));
  payload.text(message.name);
  payload.text(message.folder);
  payload.text(message.text);
  payload.list(message.arguments);
  payload.list(message.environment);
  payload.list(message.groups);
  if (payload.bytes().size() > kFrameLimit) {
    return Error::bad_input("the command and its environment are too large");
  }
  Writer frame;
  frame.text(payload.bytes());
  return frame.bytes();
}

Result<std::optional<KeeperMessage>> MessageReader::next() {
  uint64_t size = 0;
  if (!Cursor(buffer_).number(size)) return std::optional<KeeperMessage>();
  if (size > kFrameLimit)
    return Error::internal("a frame between worker and keeper is too long");
  if (buffer_.size() < 8 + size) return std::optional<KeeperMessage>();
  std::optional<KeeperMessage> message =
      decode(std::string_view(buffer_).substr(8, size));
  buffer_.erase(0, 8 + size);
  if (!message) return Error::internal("a frame between worker and keeper is malformed");
  return message;
}

}  // namespace cutset::agent
