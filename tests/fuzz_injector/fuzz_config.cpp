// cutset.yaml from anywhere: any bytes are read or refused with a place, in bounded time.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "injector/config.h"

using cutset::injector::CheckConfig;
using cutset::injector::ConfigPurpose;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto variables = [](const std::string& name) {
    return name.size() % 2 == 0 ? std::optional(name) : std::nullopt;
  };
  const auto parsed = cutset::injector::parse_config(text, "f", variables);
  for (const cutset::Error& problem : parsed.problems) {
    CHECK(problem.file == "f" && !problem.message.empty());
  }
  if (parsed.problems.empty()) {
    for (const auto& outcome : parsed.config.outcomes) {
      CHECK(outcome.check.source == CheckConfig::Source::kHistory ||
            !outcome.check.expect.text().empty());
    }
  }
  // Less is demanded of a file of which nobody has said what it is for.
  const auto lint =
      cutset::injector::parse_config(text, "f", variables, ConfigPurpose::kUnknown);
  CHECK(lint.problems.size() <= parsed.problems.size());
  return 0;
}
