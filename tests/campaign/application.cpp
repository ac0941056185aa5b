#include "application.h"

#include <map>

#include <fmt/format.h>

#include "base/hash.h"

namespace cutset::testing {

namespace {

using campaign::Fault;
using identity::FaultAction;
using lineage::Answer;
using lineage::Call;

constexpr int64_t kMillisecond = 1'000'000;

struct Outcome {
  Answer answer;
  bool failed() const {
    return answer.kind != Answer::Kind::kStatus || answer.status >= 400;
  }
};

class Run {
 public:
  Run(const Application& application, const campaign::FaultSet& faults)
      : application_(application), executed_(application.handlers.size(), 0) {
    for (const Fault& fault : faults) faults_[fault.event] = &fault;
  }

  campaign::ExperimentResult result(const campaign::FaultSet& planned) {
    Call entry;
    entry.id.points.push_back(point(0, 1));
    entry.executed = true;
    entry.effectful = application_.handlers[0].effectful;
    entry.method = "POST";
    result_.execution.calls.push_back(entry);
    const Answer answer = handle(0, 0);
    result_.execution.calls[0].answered = answer;
    result_.execution.calls[0].seen = answer;
    result_.execution.calls[0].end_ns = now_;

    for (const Fault& fault : planned) {
      const bool fired = fired_.count(fault.event) > 0;
      result_.faults.push_back({fault, true, fired, true, fired ? fault.event : "", ""});
    }
    campaign::OutcomeResult outcome;
    outcome.name = "works";
    outcome.state = application_.holds(answer.status, executed_)
                        ? campaign::OutcomeResult::State::kHeld
                        : campaign::OutcomeResult::State::kViolated;
    outcome.found = fmt::format("status {}", answer.status);
    outcome.expected = application_.holds_text;
    result_.outcomes.push_back(outcome);
    return std::move(result_);
  }

 private:
  identity::Point point(int handler, uint32_t ordinal) const {
    const Handler& description = application_.handlers[static_cast<size_t>(handler)];
    return {description.service, description.effectful ? "POST /" : "GET /", "", ordinal};
  }

  static Answer status(int code, const std::string& body = "") {
    Answer answer;
    answer.status = code;
    answer.exact_digest = fnv64(body);
    answer.shape_digest = fnv64(body);
    return answer;
  }

  Answer handle(int handler, int self) {
    const Handler& description = application_.handlers[static_cast<size_t>(handler)];
    int& executed = executed_[static_cast<size_t>(handler)];
    if (!description.once || executed == 0) ++executed;
    std::map<int, uint32_t> attempts;
    int failures = 0;
    std::string body;
    const auto call = [&](int callee, int patience) {
      return invoke(callee, ++attempts[callee], self, patience);
    };
    for (const Step& step : description.steps) {
      Outcome outcome = call(step.callee, step.patience_ms);
      const bool timed_out = outcome.answer.kind == Answer::Kind::kTimeout;
      switch (step.reaction) {
        case Reaction::kAbort:
          if (outcome.failed()) return status(500);
          break;
        case Reaction::kPassOn:
          if (outcome.failed()) return passed_on(outcome);
          break;
        case Reaction::kIgnore:
        case Reaction::kDefault:
          failures += outcome.failed() ? 1 : 0;
          if (step.reaction == Reaction::kDefault && outcome.failed()) body += "default;";
          break;
        case Reaction::kRetry:
        case Reaction::kRetryOnError:
          if (outcome.failed() &&
              !(timed_out && step.reaction == Reaction::kRetryOnError)) {
            outcome = call(step.callee, step.patience_ms);
          }
          if (outcome.failed()) return status(500);
          break;
        case Reaction::kFallback:
          if (outcome.failed()) outcome = call(step.other, step.patience_ms);
          if (outcome.failed()) return status(500);
          break;
        case Reaction::kFailOverOn500:
          if (outcome.answer.kind == Answer::Kind::kStatus &&
              outcome.answer.status == 500) {
            outcome = call(step.other, step.patience_ms);
          }
          if (outcome.failed()) return passed_on(outcome);
          break;
        case Reaction::kCheckThenUse:
          outcome = call(outcome.failed() ? step.third : step.other, step.patience_ms);
          if (outcome.failed()) return status(500);
          break;
      }
    }
    return failures >= description.degrade_after ? status(500) : status(200, body);
  }

  static Answer passed_on(const Outcome& outcome) {
    return outcome.answer.kind == Answer::Kind::kStatus ? status(outcome.answer.status)
                                                        : status(503);
  }

  Outcome invoke(int handler, uint32_t ordinal, int caller, int patience) {
    const size_t index = result_.execution.calls.size();
    Call call;
    call.parent = caller;
    call.id = result_.execution.calls[static_cast<size_t>(caller)].id;
    call.id.points.push_back(point(handler, ordinal));
    call.effectful = application_.handlers[static_cast<size_t>(handler)].effectful;
    call.method = call.effectful ? "POST" : "GET";
    call.start_ns = ++now_;
    const auto planned = faults_.find(call.id.text());
    const Fault* fault = planned == faults_.end() ? nullptr : planned->second;
    if (fault != nullptr) {
      call.fault = fault->mode;
      fired_[fault->event] = true;
    }
    call.executed = fault == nullptr || fault->mode.callee_works();
    result_.execution.calls.push_back(call);

    Outcome outcome;
    const int64_t give_up = call.start_ns + patience * kMillisecond;
    if (call.executed) {
      outcome.answer = handle(handler, static_cast<int>(index));
      // A callee that takes longer than its caller waits works on, but nobody hears its
      // answer.
      if (now_ <= give_up) {
        result_.execution.calls[index].answered = outcome.answer;
        result_.execution.calls[index].answered_ns = now_;
      }
    }
    if (fault != nullptr)
      outcome.answer = injected(*fault, outcome.answer, call.start_ns);
    if (now_ > give_up || outcome.answer.kind == Answer::Kind::kTimeout) {
      outcome.answer = {Answer::Kind::kTimeout, 0, 0, 0};
      now_ = give_up;
    }
    ++now_;
    result_.execution.calls[index].seen = outcome.answer;
    result_.execution.calls[index].end_ns = now_;
    return outcome;
  }

  Answer injected(const Fault& fault, const Answer& answered, int64_t start) {
    switch (fault.mode.action) {
      case FaultAction::kError:
      case FaultAction::kErrorAfter:
        return status(fault.mode.status);
      case FaultAction::kRefuse:
        return {Answer::Kind::kRefused, 0, 0, 0};
      case FaultAction::kTimeout:
        return {Answer::Kind::kTimeout, 0, 0, 0};
      case FaultAction::kReset:
        return {Answer::Kind::kReset, 0, 0, 0};
      case FaultAction::kDelay:
        now_ = std::max(now_, start + fault.mode.milliseconds * kMillisecond);
        return answered;
    }
    return answered;
  }

  const Application& application_;
  std::map<std::string, const Fault*> faults_;
  std::map<std::string, bool> fired_;
  std::vector<int> executed_;
  campaign::ExperimentResult result_;
  int64_t now_ = 0;
};

std::string_view reaction_name(Reaction reaction) {
  switch (reaction) {
    case Reaction::kAbort:
      return "abort";
    case Reaction::kPassOn:
      return "pass on";
    case Reaction::kIgnore:
      return "ignore";
    case Reaction::kDefault:
      return "default";
    case Reaction::kRetry:
      return "retry";
    case Reaction::kRetryOnError:
      return "retry on error";
    case Reaction::kFallback:
      return "fallback";
    case Reaction::kFailOverOn500:
      return "fail over on 500";
    case Reaction::kCheckThenUse:
      return "check then use";
  }
  return "?";
}

}  // namespace

std::string to_text(const Application& application) {
  std::string text = application.name + ": " + application.holds_text + "\n";
  for (size_t i = 0; i < application.handlers.size(); ++i) {
    const Handler& handler = application.handlers[i];
    text +=
        fmt::format("  {} {}{}{}", i, handler.service,
                    handler.effectful ? " effectful" : "", handler.once ? " once" : "");
    if (handler.degrade_after < 1000)
      text += fmt::format(" degrades after {}", handler.degrade_after);
    text += "\n";
    for (const Step& step : handler.steps) {
      text += fmt::format("    calls {} ({}, other {}, third {}, patience {} ms)\n",
                          step.callee, reaction_name(step.reaction), step.other,
                          step.third, step.patience_ms);
    }
  }
  return text;
}

Result<campaign::ExperimentResult> SimulatedExperimenter::run(
    const campaign::FaultSet& planned, const campaign::RunOptions& options) {
  ++runs_;
  campaign::ExperimentResult result = Run(application_, planned).result(planned);
  result.execution.run = options.run;
  return result;
}

}  // namespace cutset::testing
