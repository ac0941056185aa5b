#include "driver/plan.h"

#include "base/text.h"

namespace cutset::driver {

std::string ConditionPlan::text() const {
  std::string what = !resp.empty() ? join(resp, " ")
                     : http        ? http->path
                                   : join(command, " ");
  if (!field.empty()) what += ", " + field;
  if (http && !http->value.empty()) what += ", " + http->value;
  switch (kind) {
    case Kind::kEqual:
      return what + ": equal";
    case Kind::kAll:
      return what + ": all " + expected;
    case Kind::kExactlyOne:
      return what + ": exactly one " + expected;
    case Kind::kAtLeastOne:
      return what + ": at least one " + expected;
  }
  return what;
}

}  // namespace cutset::driver
