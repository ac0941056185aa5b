// The learned model as JSON, for people and other tools: the rules of every handler, what
// was judged, and the derivation graph of the outcomes with all alternatives that were
// learned (docs/formats.md, model.json). Thread rule: pure function.
#pragma once

#include <string>

#include "campaign/model.h"

namespace cutset::campaign {

std::string model_to_json(const Model& model);

}  // namespace cutset::campaign
