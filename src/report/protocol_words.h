// How a check of a protocol is put into words, the same in text and HTML. Thread rule:
// pure functions.
#pragma once

#include <string>

#include "report/protocol.h"

namespace cutset::report {

/// "1 234 567"; "more than 10^300" where a double cannot hold it.
std::string count_words(double count);
/// "1 fault set", "3 fault sets".
std::string count_words(uint64_t count, std::string_view one, std::string_view many);
/// "1.4 ms", "2.35 s"
std::string seconds_words(double seconds);
/// What the verdict means, without the word itself.
std::string verdict_words(const ProtocolCheck& check);
/// Executions, time, size of the specification.
std::string numbers_words(const ProtocolCheck& check);
/// Whether it is complete, and if not, why.
std::string completeness_words(const ProtocolCheck& check);

}  // namespace cutset::report
