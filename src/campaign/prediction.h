// What the rules say a run under a given fault set will do (calls.md 5.2, "Composition
// predicts"). Thread rule: pure functions of the model.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "campaign/model.h"

namespace cutset::campaign {

struct Prediction {
  std::string unknown;  // why the end is not known ("stock:GET ... after ... = refused");
                        // "" if it is
  int answer = -1;      // label of the entry's answer, if known
  Effects effects;      // if known
  std::optional<Judged> judged;  // what the outcomes said to that; nullopt: never seen
  /// What each handler met on the way: which children it called and what they showed.
  struct LocalView {
    int position = 0;
    std::vector<std::pair<int, int>> children;  // (point, label), sorted
    int answer = 0;
  };
  std::vector<LocalView> views;
  FaultSet met;  // the planned faults whose call is made before anything unknown
  std::vector<int>
      calls;  // positions of the calls made, in order, callees after their callers
  bool known() const { return unknown.empty(); }
};

Prediction predict(const Model& model, const FaultSet& faults);

/// Was the end of a run under `faults` itself observed, without composing rules? Some run
/// under a part of `faults` delivered nothing that the rest would take away
/// (calls.md 5.1). Returns that run's index, -1 if none.
int observed_run(const Model& model, const FaultSet& faults);

/// A run in which every handler that a run under `faults` would reach met exactly what it
/// would meet there: what the faults would show, callees answered by themselves. So the
/// run shows what the faults do. Returns its index, -1 if there is none or the prediction
/// is not known.
int equivalent_run(const Model& model, const FaultSet& faults);

}  // namespace cutset::campaign
