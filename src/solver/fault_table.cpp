#include "solver/fault_table.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/check.h"

namespace cutset::solver {

bool FaultTable::has_room_for_kind(std::string_view name) const {
  return kinds_.size() < kMostKinds ||
         std::find(kinds_.begin(), kinds_.end(), name) != kinds_.end();
}

FaultTable::Kind FaultTable::kind(std::string_view name) {
  for (size_t i = 0; i < kinds_.size(); ++i) {
    if (kinds_[i] == name) return static_cast<Kind>(i);
  }
  CHECK(kinds_.size() < kMostKinds);
  kinds_.emplace_back(name);
  return static_cast<Kind>(kinds_.size() - 1);
}

FaultTable::Name FaultTable::name(std::string_view text) {
  // Only the one spelling of a number that text() gives back.
  const bool plain = !text.empty() && text.size() <= 9 &&
                     (text.size() == 1 || text[0] != '0') &&
                     std::all_of(text.begin(), text.end(),
                                 [](char byte) { return byte >= '0' && byte <= '9'; });
  if (plain) {
    Name number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
  }
  const auto [entry, is_new] =
      word_index_.try_emplace(std::string(text), static_cast<Name>(words_.size()));
  if (is_new) words_.emplace_back(text);
  return kWordBit | entry->second;
}

FaultId FaultTable::add(const Description& fault) {
  CHECK(fault.kind < kinds_.size());
  faults_.push_back(fault);
  return size() - 1;
}

std::string FaultTable::text(Name name) const {
  if ((name & kWordBit) == 0) return std::to_string(name);
  return words_[name & ~kWordBit];
}

std::string FaultTable::describe(FaultId fault) const {
  const Description& what = faults_[fault];
  const std::string& kind = kinds_[what.kind];
  const std::string a = text(what.a);
  const std::string b = text(what.b);
  if (kind == "omit") return fmt::format("omit({}->{} at {})", a, b, what.t);
  if (kind == "crash") return fmt::format("crash({} at {})", a, what.t);
  if (kind == "call") return fmt::format("call({},{},{})", a, b, what.t);
  std::string arguments = a;
  if (!b.empty()) arguments += "," + b;
  if (what.t != 0) arguments += fmt::format(",{}", what.t);
  return fmt::format("{}({})", kind, arguments);
}

}  // namespace cutset::solver
