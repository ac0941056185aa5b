// RE2's patterns as POSIX extended regular expressions, as far as they can be said there.
#include <fmt/format.h>

#include "injector/play/step_action.h"

namespace cutset::injector::play {

namespace {

/// What an escaped letter stands for inside brackets, "" if there is nothing.
std::string class_of(char letter) {
  switch (letter) {
    case 'd':
      return "0-9";
    case 'w':
      return "[:alnum:]_";
    case 's':
      return "[:space:]";
    default:
      return "";
  }
}

class Translation {
 public:
  explicit Translation(const std::string& pattern) : pattern_(pattern) {}

  Result<std::string> run() {
    while (at_ < pattern_.size()) CUTSET_TRY(one());
    return std::move(text_);
  }

 private:
  Error wrong(const std::string& what) const {
    return Error::bad_input(
        fmt::format("the pattern \"{}\": {} cannot be watched for in a log; use POSIX "
                    "extended regular expressions, with \\d, \\w, \\s",
                    pattern_, what));
  }

  char next() const { return at_ + 1 < pattern_.size() ? pattern_[at_ + 1] : '\0'; }
  bool continues(std::string_view word) const {
    return std::string_view(pattern_).substr(at_).starts_with(word);
  }

  Status one() {
    const char letter = pattern_[at_];
    if (letter == '\\') return escape();
    if (letter == '[') return brackets();
    if (continues("(?:")) {
      text_ += '(';
      at_ += 3;
      return {};
    }
    if (continues("(?")) return wrong("\"(?\"");
    const bool repeats = letter == '*' || letter == '+' || letter == '?' || letter == '}';
    if (repeats && next() == '?') return wrong("a repetition that is not greedy");
    text_ += letter;
    ++at_;
    return {};
  }

  Status escape() {
    const char letter = next();
    if (letter == '\0') return wrong("a \"\\\" at the end");
    if (const std::string members = class_of(letter); !members.empty()) {
      text_ += '[' + members + ']';
    } else if (const std::string others = class_of(static_cast<char>(letter | 0x20));
               !others.empty()) {
      text_ += "[^" + others + ']';
    } else if (letter == 't') {
      text_ += '\t';
    } else if (std::isalnum(static_cast<unsigned char>(letter)) != 0) {
      return wrong(fmt::format("\"\\{}\"", letter));
    } else {
      text_ += {'\\', letter};
    }
    at_ += 2;
    return {};
  }

  /// "[...]": a backslash is an escape in RE2, a character in POSIX.
  Status brackets() {
    text_ += '[';
    ++at_;
    if (at_ < pattern_.size() && pattern_[at_] == '^') text_ += pattern_[at_++];
    if (at_ < pattern_.size() && pattern_[at_] == ']') text_ += pattern_[at_++];
    for (; at_ < pattern_.size(); ++at_) {
      const char letter = pattern_[at_];
      if (letter == ']') {
        text_ += pattern_[at_++];
        return {};
      }
      if (continues("[:")) {
        const size_t end = pattern_.find(":]", at_);
        if (end == std::string::npos) return wrong("\"[:\" without \":]\"");
        text_ += pattern_.substr(at_, end + 2 - at_);
        at_ = end + 1;
        continue;
      }
      if (letter != '\\') {
        text_ += letter;
        continue;
      }
      const char escaped = next();
      const std::string members = class_of(escaped);
      const bool plain = escaped != '\0' && escaped != ']' && escaped != '^' &&
                         escaped != '-' && escaped != '\\' &&
                         std::isalnum(static_cast<unsigned char>(escaped)) == 0;
      if (members.empty() && !plain) {
        return wrong(fmt::format("\"\\{}\" in brackets", escaped));
      }
      text_ += members.empty() ? std::string(1, escaped) : members;
      ++at_;
    }
    return wrong("\"[\" without \"]\"");
  }

  const std::string& pattern_;
  size_t at_ = 0;
  std::string text_;
};

}  // namespace

Result<std::string> posix_pattern(const std::string& pattern) {
  return Translation(pattern).run();
}

}  // namespace cutset::injector::play
