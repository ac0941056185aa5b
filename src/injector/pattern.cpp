#include "injector/pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

namespace cutset::injector {

namespace {

constexpr int64_t kMostMemory = 8 << 20;
constexpr size_t kLongest = 4096;

}  // namespace

Result<Pattern> Pattern::parse(const std::string& text) {
  if (text.size() > kLongest) {
    return Error::bad_input(
        fmt::format("a regular expression of more than {} bytes", kLongest));
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMostMemory);
  Pattern pattern;
  pattern.text_ = text;
  pattern.compiled_ = std::make_shared<const re2::RE2>("(?m:" + text + ")", options);
  if (!pattern.compiled_->ok()) {
    return Error::bad_input(fmt::format("\"{}\" is not a regular expression: {}", text,
                                        pattern.compiled_->error()));
  }
  return pattern;
}

bool Pattern::matches(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

}  // namespace cutset::injector
