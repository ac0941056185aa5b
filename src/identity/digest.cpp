#include "identity/digest.h"

#include <cctype>

namespace cutset::identity {

namespace {

bool belongs_to_token(char byte) {
  return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '-' ||
         byte == '_' || byte == '.' || static_cast<unsigned char>(byte) >= 0x80;
}

}  // namespace

void BodyDigest::end_token() {
  if (!in_token_) return;
  // The token's own hash stands for its letters: nothing has to be kept.
  shape_.add(token_has_digit_ ? "0" : hex16(token_.value()));
  token_ = Fnv64();
  in_token_ = false;
  token_has_digit_ = false;
}

void BodyDigest::add(std::string_view bytes) {
  exact_.add(bytes);
  size_ += bytes.size();
  for (const char& byte : bytes) {
    const std::string_view one(&byte, 1);
    if (belongs_to_token(byte)) {
      in_token_ = true;
      token_has_digit_ = token_has_digit_ || (byte >= '0' && byte <= '9');
      token_.add(one);
    } else {
      end_token();
      shape_.add(one);
    }
  }
}

uint64_t BodyDigest::shape() {
  end_token();
  return shape_.value();
}

}  // namespace cutset::identity
