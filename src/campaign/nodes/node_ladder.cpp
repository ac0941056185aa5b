#include "campaign/nodes/node_ladder.h"

#include "base/check.h"

namespace cutset::campaign::nodes {

Ladder::Ladder(Element element, std::vector<Milliseconds> rungs, std::string fault_free)
    : element_(std::move(element)),
      rungs_(std::move(rungs)),
      labels_(rungs_.size()),
      fault_free_(std::move(fault_free)) {
  CHECK(!rungs_.empty());
}

bool Ladder::starts_harmless() const {
  return !loses_state(element_.mode);
}

std::optional<size_t> Ladder::next_end() const {
  if (!labels_.back()) return labels_.size() - 1;
  if (!labels_.front() && !starts_harmless()) return 0;
  return std::nullopt;
}

std::optional<size_t> Ladder::next_between() const {
  size_t widest = 0;
  std::optional<size_t> middle;
  // Positions are counted from 1; 0 is the run without faults.
  size_t last = 0;
  bool has_last = starts_harmless();
  std::string last_label = fault_free_;
  for (size_t i = 0; i < labels_.size(); ++i) {
    if (!labels_[i]) continue;
    const size_t here = i + 1;
    if (has_last && last_label != *labels_[i] && here - last > 1 &&
        here - last > widest) {
      widest = here - last;
      middle = (last + here) / 2 - 1;
    }
    last = here;
    last_label = *labels_[i];
    has_last = true;
  }
  return middle;
}

std::optional<size_t> Ladder::next_untried() const {
  for (size_t i = labels_.size(); i-- > 0;) {
    if (!labels_[i]) return i;
  }
  return std::nullopt;
}

void Ladder::record(size_t i, std::string label) {
  CHECK(i < labels_.size());
  labels_[i] = std::move(label);
}

std::optional<std::string> Ladder::label(size_t i) const {
  if (labels_[i]) return labels_[i];
  std::optional<std::string> below;
  if (starts_harmless()) below = fault_free_;
  for (size_t k = 0; k < i; ++k) {
    if (labels_[k]) below = labels_[k];
  }
  for (size_t k = i + 1; k < labels_.size(); ++k) {
    if (labels_[k]) return below == labels_[k] ? below : std::nullopt;
  }
  return std::nullopt;
}

std::string Ladder::shape() const {
  std::string shape;
  for (const size_t end : {size_t{0}, labels_.size() - 1})
    shape += labels_[end].value_or("-") + "\n";
  return shape;
}

}  // namespace cutset::campaign::nodes
