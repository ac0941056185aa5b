#include "dedalus/language/types.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/text.h"
#include "dedalus/language/aggregate.h"
#include "dedalus/language/expression.h"
#include "dedalus/language/print.h"
#include "dedalus/language/type_classes.h"

namespace cutset::dedalus {

namespace {

using syntax::Atom;
using syntax::Operand;
using syntax::Predicate;

/// What is known of a part of an expression: a class, or a literal's type.
struct Typed {
  std::optional<TypeClasses::Node> node;
  ColumnType type = ColumnType::kInt;  // without a node: kInt or kString
  Spot spot;
  std::string reason;
};

class Inference {
 public:
  Inference(const Reading& reading, const Symbols& symbols, Problems& problems)
      : reading_(reading),
        symbols_(symbols),
        problems_(problems),
        classes_(reading, problems) {
    for (RelationId id = 0; id < symbols.relations.size(); ++id) {
      const Symbol& symbol = symbols.relations[id];
      std::vector<TypeClasses::Node>& nodes = columns_.emplace_back();
      for (size_t column = 0; column < symbol.columns; ++column) {
        nodes.push_back(classes_.add_column(id, symbol.name, column, symbol.spot));
      }
      if (nodes.empty()) continue;
      classes_.evidence(nodes[0], ColumnType::kLocation, symbol.spot,
                        "the first column says where the tuple is");
      if (symbol.name == "crash" && nodes.size() == 3) {
        classes_.evidence(nodes[1], ColumnType::kLocation, symbol.spot,
                          "it is the node that crashes");
        classes_.evidence(nodes[2], ColumnType::kInt, symbol.spot,
                          "it is the time of the crash");
      }
    }
  }

  void clause(const PlacedClause& placed) {
    file_ = placed.file;
    variables_.clear();
    if (const auto* fact = std::get_if<syntax::Fact>(&placed.clause->what)) {
      predicate(fact->head);
    } else if (const auto* rule = std::get_if<syntax::Rule>(&placed.clause->what)) {
      predicate(rule->head);
      for (const syntax::BodyTerm& term : rule->body) {
        if (const auto* premise = std::get_if<Predicate>(&term)) {
          predicate(*premise);
        } else {
          expression(std::get<Atom>(term));
        }
      }
    }
  }

  std::vector<std::vector<ColumnType>> finish() {
    for (const TypeClasses::Unknown& unknown : classes_.unknown()) report(unknown);
    std::vector<std::vector<ColumnType>> types;
    for (const auto& nodes : columns_) {
      std::vector<ColumnType>& of_relation = types.emplace_back();
      for (const TypeClasses::Node node : nodes) {
        of_relation.push_back(classes_.type(node));
      }
    }
    return types;
  }

 private:
  /// A class without evidence: most often a relation that nothing derives.
  void report(const TypeClasses::Unknown& unknown) {
    const auto underived =
        std::find_if(unknown.begin(), unknown.end(), [this](const auto& column) {
          return !symbols_.relations[column.relation].is_derived();
        });
    const bool derived = underived == unknown.end();
    const TypeClasses::Column& column = derived ? unknown.front() : *underived;
    const Symbol& symbol = symbols_.relations[column.relation];
    if (!derived && !reported_.insert(column.relation).second) return;
    std::string message =
        derived ? "nothing shows whether " + column.name +
                      " holds numbers or strings; a fact behind the end of time says "
                      "it, such as " +
                      symbol.name + "(\"z\", ..)@1000"
                : "no rule or fact derives `" + symbol.name +
                      "`, so nothing shows what its columns hold" +
                      name_suggestion(symbol.name, symbols_.derived_names());
    problems_.error(*reading_.sources[symbol.spot.file], symbol.spot.file,
                    symbol.spot.offset, std::move(message));
  }

  void predicate(const Predicate& predicate) {
    const std::vector<TypeClasses::Node>& nodes =
        columns_[symbols_.id_of(predicate.name)];
    for (size_t i = 0; i < predicate.columns.size() && i < nodes.size(); ++i) {
      column(predicate.columns[i], nodes[i]);
    }
  }

  void column(const Atom& atom, TypeClasses::Node node) {
    if (atom.is_aggregate()) {
      const std::string text =
          std::string(atom.aggregate) + "<" + std::string(atom.first.text) + ">";
      classes_.evidence(node, ColumnType::kInt, spot(atom.offset),
                        "the aggregate " + text + " is a number");
      if (aggregate_of(atom.aggregate) != Aggregate::kCount) {
        classes_.evidence(variable(atom.first), ColumnType::kInt, spot(atom.first.offset),
                          text + " needs numbers");
      }
      return;
    }
    if (atom.first.is_wildcard()) return;
    if (atom.is_plain() && atom.first.kind != Operand::Kind::kName &&
        classes_.has_evidence(node, atom.first.kind == Operand::Kind::kNumber
                                        ? ColumnType::kInt
                                        : ColumnType::kString)) {
      return;  // most columns of many facts
    }
    unite(expression(atom), {node, ColumnType::kInt, spot(atom.offset), ""});
  }

  Typed expression(const Atom& atom) {
    std::vector<Typed> stack;
    for (const PostfixStep& step : postfix(atom)) {
      if (step.operand != nullptr) {
        stack.push_back(operand(*step.operand));
        continue;
      }
      const Typed right = std::move(stack.back());
      stack.pop_back();
      const Typed left = std::move(stack.back());
      stack.pop_back();
      const std::string sign(sign_of(step.op));
      if (is_comparison(step.op)) {
        unite(left, right);
      } else {
        require_int(left, "`" + sign + "` computes with numbers");
        require_int(right, "`" + sign + "` computes with numbers");
      }
      stack.push_back({std::nullopt, ColumnType::kInt, spot(step.offset),
                       "`" + sign + "` gives a number"});
    }
    return stack.back();
  }

  Typed operand(const Operand& operand) {
    switch (operand.kind) {
      case Operand::Kind::kNumber:
        return {std::nullopt, ColumnType::kInt, spot(operand.offset),
                "`" + std::string(operand.text.substr(0, 40)) + "` is a number"};
      case Operand::Kind::kString:
        return {std::nullopt, ColumnType::kString, spot(operand.offset),
                "\"" + one_line(operand.text.substr(0, 40)) + "\" is a string"};
      case Operand::Kind::kName:
        return {variable(operand), ColumnType::kInt, spot(operand.offset), ""};
    }
    CHECK(false);
  }

  TypeClasses::Node variable(const Operand& operand) {
    const auto known = variables_.find(operand.text);
    if (known != variables_.end()) return known->second;
    const TypeClasses::Node node =
        classes_.add_variable(std::string(operand.text), spot(operand.offset));
    variables_.emplace(operand.text, node);
    return node;
  }

  void unite(const Typed& left, const Typed& right) {
    if (left.node && right.node) {
      classes_.unite(*left.node, *right.node, left.spot);
    } else if (left.node) {
      classes_.evidence(*left.node, right.type, right.spot, right.reason);
    } else if (right.node) {
      classes_.evidence(*right.node, left.type, left.spot, left.reason);
    } else if (left.type != right.type) {
      classes_.literal_clash(left.spot, left.reason, right.reason);
    }
  }

  void require_int(const Typed& typed, const std::string& why) {
    if (typed.node) {
      classes_.evidence(*typed.node, ColumnType::kInt, typed.spot, why);
    } else if (typed.type != ColumnType::kInt) {
      classes_.literal_clash(typed.spot, typed.reason, why);
    }
  }

  Spot spot(uint32_t offset) const { return {file_, offset}; }

  const Reading& reading_;
  const Symbols& symbols_;
  Problems& problems_;
  std::set<RelationId> reported_;
  TypeClasses classes_;
  std::vector<std::vector<TypeClasses::Node>> columns_;
  std::map<std::string_view, TypeClasses::Node> variables_;  // of the clause
  uint32_t file_ = 0;
};

}  // namespace

std::vector<std::vector<ColumnType>> infer_types(const Reading& reading,
                                                 const Symbols& symbols,
                                                 Problems& problems) {
  Inference inference(reading, symbols, problems);
  for (const PlacedClause& placed : reading.clauses) inference.clause(placed);
  return inference.finish();
}

}  // namespace cutset::dedalus
