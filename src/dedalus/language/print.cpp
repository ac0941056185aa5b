#include "dedalus/language/print.h"

#include "base/check.h"
#include "base/text.h"
#include "dedalus/language/expression.h"

namespace cutset::dedalus {

std::string to_text(const syntax::Operand& operand) {
  if (operand.kind == syntax::Operand::Kind::kString) {
    return "\"" + std::string(operand.text) + "\"";
  }
  return std::string(operand.text);
}

std::string to_text(const syntax::Atom& atom) {
  if (atom.is_aggregate()) {
    return std::string(atom.aggregate) + "<" + to_text(atom.first) + ">";
  }
  std::string text = to_text(atom.first);
  for (const syntax::Operation& operation : atom.rest) {
    text += " " + std::string(sign_of(operation.op)) + " " + to_text(operation.operand);
  }
  return text;
}

std::string to_text(const syntax::Predicate& predicate) {
  std::string text = predicate.negated ? "notin " : "";
  text += std::string(predicate.name) + "(";
  for (const syntax::Atom& column : predicate.columns) {
    if (&column != &predicate.columns.front()) text += ", ";
    text += to_text(column);
  }
  text += ")";
  if (!predicate.time) return text;
  switch (predicate.time->kind) {
    case syntax::Time::Kind::kNext:
      return text + "@next";
    case syntax::Time::Kind::kAsync:
      return text + "@async";
    case syntax::Time::Kind::kNumber:
      return text + "@" + std::to_string(predicate.time->number);
  }
  CHECK(false);
}

std::string to_text(const syntax::BodyTerm& term) {
  return std::visit([](const auto& part) { return to_text(part); }, term);
}

std::string to_text(const syntax::Clause& clause) {
  if (const auto* include = std::get_if<syntax::Include>(&clause.what)) {
    return "include \"" + std::string(include->path) + "\";";
  }
  if (const auto* fact = std::get_if<syntax::Fact>(&clause.what)) {
    return to_text(fact->head) + ";";
  }
  const auto& rule = std::get<syntax::Rule>(clause.what);
  std::string text = to_text(rule.head) + " :- ";
  for (const syntax::BodyTerm& term : rule.body) {
    if (&term != &rule.body.front()) text += ", ";
    text += to_text(term);
  }
  return text + ";";
}

std::string name_suggestion(std::string_view name,
                            const std::vector<std::string>& candidates) {
  constexpr size_t kShortest = 3;
  std::vector<std::string> likely;
  for (const std::string& candidate : candidates) {
    if (candidate.empty() || name.size() < kShortest || candidate == name) continue;
    if (candidate.size() >= kShortest && (candidate[0] | 0x20) == (name[0] | 0x20)) {
      likely.push_back(candidate);
    }
  }
  const std::string best = nearest(name, likely);
  return best.empty() ? "" : ", did you mean `" + best + "`?";
}

}  // namespace cutset::dedalus
