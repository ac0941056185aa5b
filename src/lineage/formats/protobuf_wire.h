// Protobuf's wire format, field by field, in place: nothing is copied and nothing is
// allocated, which is what makes OTLP fast here. Knows no messages; the caller compares
// tag() with the fields that it wants and passes over the rest, as protobuf does.
//
// Bounds: never reads outside its bytes, whatever lengths they claim. Does not recurse.
//
// Thread rule: one owner; the bytes must stay.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace cutset::lineage {

enum class WireType : uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

constexpr uint32_t wire_tag(uint32_t field, WireType type) {
  return (field << 3U) | static_cast<uint32_t>(type);
}

/// Where and why bytes are no message; shared by the readers of nested messages.
struct WireProblem {
  const char* at = nullptr;  // nullptr: none
  std::string_view what;
};

class WireReader {
 public:
  WireReader(std::string_view bytes, WireProblem& problem)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()), problem_(&problem) {}

  /// The next field. False: there is none, or ok() is false.
  bool next() {
    if (at_ == end_) return false;
    begin_ = at_;
    uint64_t tag = 0;
    if (!varint(tag)) return fail("a field's tag is cut off or longer than 10 bytes");
    if (tag > UINT32_MAX || tag < 8) return fail("a field number that cannot be");
    tag_ = static_cast<uint32_t>(tag);
    switch (static_cast<WireType>(tag & 7U)) {
      case WireType::kVarint:
        return varint(number_) || fail("a number is cut off or longer than 10 bytes");
      case WireType::kBytes:
        return take_bytes();
      case WireType::kFixed64:
        return fixed<uint64_t>();
      case WireType::kFixed32:
        return fixed<uint32_t>();
    }
    return fail("a field of a type that opentelemetry-proto does not use");
  }

  bool ok() const { return problem_->at == nullptr; }
  uint32_t tag() const { return tag_; }
  uint64_t number() const { return number_; }        // of all types but kBytes
  std::string_view bytes() const { return bytes_; }  // of kBytes
  WireReader nested() const { return over(bytes_); }
  /// Over other bytes of the same message.
  WireReader over(std::string_view bytes) const { return {bytes, *problem_}; }
  WireReader empty() const { return over({end_, 0}); }

  /// Says that the field that next() gave last is wrong. Returns false.
  bool fail(std::string_view what) {
    if (ok()) *problem_ = {begin_, what};
    at_ = end_;
    return false;
  }

 private:
  bool varint(uint64_t& value) {
    if (at_ < end_ && static_cast<unsigned char>(*at_) < 0x80U) {
      value = static_cast<unsigned char>(*at_++);
      return true;
    }
    constexpr unsigned kMostBits = 64;
    value = 0;
    for (unsigned shift = 0; at_ < end_ && shift < kMostBits; shift += 7) {
      const auto byte = static_cast<unsigned char>(*at_++);
      value |= static_cast<uint64_t>(byte & 0x7FU) << shift;
      if (byte < 0x80U) return true;
    }
    return false;
  }

  bool take_bytes() {
    uint64_t length = 0;
    if (!varint(length)) return fail("a length is cut off or longer than 10 bytes");
    if (length > static_cast<uint64_t>(end_ - at_)) {
      return fail("a field claims more bytes than its message has");
    }
    bytes_ = {at_, static_cast<size_t>(length)};
    at_ += length;
    return true;
  }

  template <typename T>
  bool fixed() {
    static_assert(std::endian::native == std::endian::little);
    if (static_cast<size_t>(end_ - at_) < sizeof(T)) {
      return fail("a number of fixed size is cut off");
    }
    T value;
    std::memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
    number_ = value;
    return true;
  }

  const char* at_;
  const char* end_;
  const char* begin_ = nullptr;  // of the field that next() gave
  WireProblem* problem_;
  uint32_t tag_ = 0;
  uint64_t number_ = 0;
  std::string_view bytes_;
};

}  // namespace cutset::lineage
