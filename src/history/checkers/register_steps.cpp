#include "history/checkers/register_steps.h"

#include <map>
#include <set>

namespace cutset::history {

namespace {

using Kind = RegisterStep::Kind;

class Builder {
 public:
  explicit Builder(const KeyView& view) { number(Value::nothing()), add_all(view); }

  RegisterSteps take() {
    std::set<int> observed;
    std::set<int> written = {0};
    for (const RegisterStep& step : out_.steps) {
      if (step.kind == Kind::kRead) observed.insert(step.value);
      if (step.kind == Kind::kCompareAndSet) observed.insert(step.expected);
      if (step.kind != Kind::kRead) written.insert(step.value);
    }
    std::erase_if(out_.steps, [&](const RegisterStep& step) {
      return !step.must && !observed.contains(step.value);
    });
    for (const RegisterStep& step : out_.steps) {
      if (step.kind == Kind::kRead && !written.contains(step.value) &&
          out_.never_written == nullptr) {
        out_.never_written = step.operation;
      }
    }
    return std::move(out_);
  }

 private:
  int number(const Value& value) {
    const auto [place, fresh] =
        numbers_.emplace(value.json(), static_cast<int>(out_.values.size()));
    if (fresh) out_.values.push_back(value);
    return place->second;
  }

  void add_all(const KeyView& view) {
    for (const Operation* operation : view.operations) add(*operation);
  }

  void add(const Operation& operation) {
    if (operation.failed()) return;
    RegisterStep step;
    step.must = operation.ok();
    step.invoked = operation.invoked;
    step.completed = operation.completed;
    step.operation = &operation;
    if (operation.f == "read") {
      if (!operation.ok()) return;
      step.value = number(operation.value);
    } else if (operation.f == "write") {
      step.kind = Kind::kWrite;
      step.value = number(operation.argument);
    } else if (operation.f == "delete") {
      step.kind = Kind::kWrite;
    } else if (operation.f == "cas") {
      if (!operation.argument.is_list() || operation.argument.items.size() != 2) {
        out_.malformed = &operation;
        return;
      }
      step.kind = Kind::kCompareAndSet;
      step.expected = number(operation.argument.items[0]);
      step.value = number(operation.argument.items[1]);
    } else {
      return;
    }
    if (step.must) ++out_.acknowledged;
    out_.steps.push_back(step);
  }

  RegisterSteps out_;
  std::map<std::string, int> numbers_;
};

}  // namespace

RegisterSteps register_steps(const KeyView& view) {
  return Builder(view).take();
}

}  // namespace cutset::history
