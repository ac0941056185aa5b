#include "history/key_view.h"

#include <map>

namespace cutset::history {

std::vector<KeyView> by_key(const History& history) {
  std::vector<KeyView> views;
  std::map<std::string, size_t> places;
  for (const Operation& operation : history.operations) {
    const auto [place, fresh] = places.emplace(operation.key.json(), views.size());
    if (fresh) {
      KeyView view;
      view.key = operation.key;
      if (!operation.key.is_nothing()) view.shown = operation.key.shown();
      views.push_back(std::move(view));
    }
    views[place->second].operations.push_back(&operation);
  }
  return views;
}

std::string key_prefix(const KeyView& view) {
  return view.shown.empty() ? "" : view.shown + ": ";
}

std::string token_of(const Operation& operation) {
  if (!operation.token.empty()) return operation.token;
  return operation.argument.kind == Value::Kind::kText ? operation.argument.text
                                                       : operation.argument.json();
}

}  // namespace cutset::history
