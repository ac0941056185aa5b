#include "cli/trace_options.h"

#include <array>
#include <charconv>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace cutset::cli {

void add_trace_options(CLI::App& command, TraceOptions& options) {
  command
      .add_option("--address", options.addresses,
                  "HOST:PORT=SERVICE or HOST=SERVICE: who answers there, for calls "
                  "whose other side sent no span (repeatable)")
      ->allow_extra_args(false);
  command
      .add_option("--key-attribute", options.key_attributes,
                  "Span attribute that tells equal calls apart, tried before those "
                  "that are found by themselves (repeatable)")
      ->allow_extra_args(false);
  command
      .add_option("--memory", options.memory,
                  "Spans beyond this go to a temporary file, e.g. 512MiB")
      ->capture_default_str();
  command.add_flag("-q,--quiet", options.quiet, "No progress on stderr");
}

Result<lineage::ExecutionOptions> execution_options(const TraceOptions& options) {
  lineage::ExecutionOptions result;
  for (const std::string& address : options.addresses) {
    const size_t equals = address.rfind('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == address.size()) {
      return Error::usage(fmt::format(
          "--address \"{}\": expected HOST:PORT=SERVICE, e.g. 10.0.0.7:6379=redis",
          address));
    }
    result.addresses[address.substr(0, equals)] = address.substr(equals + 1);
  }
  result.key_attributes = options.key_attributes;
  return result;
}

Result<uint64_t> parse_bytes(const std::string& text, const std::string& option) {
  constexpr std::array<std::pair<std::string_view, uint64_t>, 9> kUnits{{
      {"", 1},
      {"B", 1},
      {"k", 1000},
      {"KiB", uint64_t{1} << 10},
      {"MB", 1'000'000},
      {"MiB", uint64_t{1} << 20},
      {"GB", 1'000'000'000},
      {"GiB", uint64_t{1} << 30},
      {"TiB", uint64_t{1} << 40},
  }};
  uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  for (const auto& [name, factor] : kUnits) {
    if (error != std::errc() || unit != name) continue;
    if (number == 0 || number > UINT64_MAX / factor) break;
    return number * factor;
  }
  return Error::usage(
      fmt::format("{} \"{}\": expected a size such as 512MiB or 2GB", option, text));
}

}  // namespace cutset::cli
