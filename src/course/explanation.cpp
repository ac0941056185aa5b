#include "course/explanation.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace cutset::course {

namespace {

constexpr size_t kMostMessages = 12;

using dedalus::Message;
using dedalus::ModelFault;

class Explainer {
 public:
  Explainer(dedalus::Simulator& simulator, const dedalus::Run& bad)
      : simulator_(simulator), bad_(bad) {}

  Counterexample explain() {
    dedalus::ModelFaultSet faults = bad_.faults();
    std::sort(faults.begin(), faults.end(), [](const ModelFault& a, const ModelFault& b) {
      return std::pair(a.time, a) < std::pair(b.time, b);
    });
    for (const ModelFault& fault : faults) {
      example_.faults.push_back(words(fault));
      line(fault.time, example_.faults.back());
    }
    consequences();
    end();
    return std::move(example_);
  }

 private:
  const std::string& node(dedalus::NodeIndex index) const {
    return simulator_.spec().nodes[index];
  }
  void line(dedalus::Time time, const std::string& text) {
    example_.text += fmt::format("step {:>2}  {}\n", time, text);
  }

  std::string words(const ModelFault& fault) const {
    if (fault.kind == ModelFault::Kind::kCrash) {
      const bool stops = simulator_.spec().crash_model == dedalus::CrashModel::kStop;
      return fmt::format("{} crashes: from now on {}", node(fault.node),
                         stops ? "it does nothing" : "nobody hears from it");
    }
    std::set<std::string> lost;
    for (const Message& message : bad_.messages()) {
      if (message.from == fault.node && message.to == fault.to &&
          message.sent == fault.time && !message.delivered) {
        lost.insert(simulator_.to_text(message.tuple));
      }
    }
    return fmt::format("what {} sends to {} is lost: {}", node(fault.node),
                       node(fault.to), fmt::join(lost, ", "));
  }

  /// What arrives without faults, at the same step, and not here.
  void consequences() {
    std::vector<Message> missing;
    std::set<Message> arriving;
    for (const Message& message : bad_.messages()) {
      if (message.delivered) arriving.insert(message);
    }
    for (const Message& message : simulator_.fault_free().messages()) {
      const bool arrives = arriving.contains(message);
      if (!arrives && message.from != message.to) missing.push_back(message);
    }
    if (missing.empty()) return;
    example_.text += "Messages that arrive without faults, and not here:\n";
    for (size_t i = 0; i < std::min(missing.size(), kMostMessages); ++i) {
      line(missing[i].sent,
           fmt::format("{} to {}: {}", node(missing[i].from), node(missing[i].to),
                       simulator_.to_text(missing[i].tuple)));
    }
    if (missing.size() > kMostMessages) {
      example_.text +=
          fmt::format("         and {} more\n", missing.size() - kMostMessages);
    }
  }

  void end() {
    for (const dedalus::TupleId outcome : bad_.violated()) {
      example_.missing.push_back(simulator_.to_text(outcome));
      example_.text += fmt::format(
          "At the end (step {}) {} does not hold, as it does without faults, though {} "
          "does.\n",
          simulator_.spec().eot, example_.missing.back(),
          simulator_.to_text(simulator_.precondition_of(outcome)));
    }
  }

  dedalus::Simulator& simulator_;
  const dedalus::Run& bad_;
  Counterexample example_;
};

}  // namespace

Counterexample explain(dedalus::Simulator& simulator, const dedalus::Run& bad) {
  return Explainer(simulator, bad).explain();
}

}  // namespace cutset::course
