#include "dedalus/language/symbols.h"

#include <array>

#include "base/text.h"

namespace cutset::dedalus {

namespace {

constexpr size_t kCrashColumns = 3;  // crash(Observer, Node, Time)

std::string columns_text(size_t count) {
  return std::to_string(count) + (count == 1 ? " column" : " columns");
}

class Collector {
 public:
  Collector(const Reading& reading, Problems& problems, Symbols& symbols)
      : reading_(reading), problems_(problems), symbols_(symbols) {}

  Symbol& use(const syntax::Predicate& predicate, uint32_t file) {
    const Spot spot{file, predicate.name_offset};
    const auto known = symbols_.ids.find(predicate.name);
    if (known == symbols_.ids.end()) {
      const auto id = static_cast<RelationId>(symbols_.relations.size());
      symbols_.ids.emplace(predicate.name, id);
      Symbol symbol;
      symbol.name = predicate.name;
      symbol.columns = predicate.columns.size();
      symbol.spot = spot;
      if (predicate.name == "crash" && symbol.columns != kCrashColumns) {
        error(spot, "`crash` has 3 columns, crash(Observer, Node, Time); found " +
                        std::to_string(symbol.columns));
        symbol.consistent = false;
      }
      return symbols_.relations.emplace_back(std::move(symbol));
    }
    Symbol& symbol = symbols_.relations[known->second];
    if (symbol.columns != predicate.columns.size()) {
      error(spot, "`" + one_line(symbol.name) + "` has " +
                      columns_text(predicate.columns.size()) + " here, but " +
                      std::to_string(symbol.columns) + " at " +
                      place_text(reading_, symbol.spot) +
                      "; a relation has the same number everywhere");
      symbol.consistent = false;
    }
    return symbol;
  }

  void require_invariant() {
    if (reading_.sources.empty()) return;
    for (const char* name : {"pre", "post"}) {
      const auto known = symbols_.ids.find(std::string_view(name));
      if (known != symbols_.ids.end() && symbols_.relations[known->second].is_derived()) {
        continue;
      }
      const std::string role =
          std::string_view(name) == "pre"
              ? "what the protocol has promised, such as pre(X) :- acked(_, X);"
              : "what must then be true, such as post(X) :- stored(_, X);";
      problems_.error(Error::bad_input("no rule or fact derives `" + std::string(name) +
                                           "`; a program says by it " + role,
                                       reading_.sources.front()->name()));
    }
  }

 private:
  void error(Spot spot, std::string message) {
    problems_.error(*reading_.sources[spot.file], spot.file, spot.offset,
                    std::move(message));
  }

  const Reading& reading_;
  Problems& problems_;
  Symbols& symbols_;
};

}  // namespace

RelationId Symbols::id_of(std::string_view name) const {
  const auto found = ids.find(name);
  CHECK(found != ids.end());
  return found->second;
}

std::vector<std::string> Symbols::derived_names() const {
  std::vector<std::string> names;
  for (const Symbol& symbol : relations) {
    if (symbol.is_derived()) names.push_back(symbol.name);
  }
  return names;
}

std::string place_text(const Reading& reading, Spot spot) {
  const Source& source = *reading.sources[spot.file];
  const LineColumn place = source.line_column(spot.offset);
  return source.name() + ":" + std::to_string(place.line) + ":" +
         std::to_string(place.column);
}

Symbols collect_symbols(const Reading& reading, Problems& problems) {
  Symbols symbols;
  Collector collector(reading, problems, symbols);
  for (const PlacedClause& placed : reading.clauses) {
    if (const auto* fact = std::get_if<syntax::Fact>(&placed.clause->what)) {
      collector.use(fact->head, placed.file).has_facts = true;
    } else if (const auto* rule = std::get_if<syntax::Rule>(&placed.clause->what)) {
      collector.use(rule->head, placed.file).has_rules = true;
      for (const syntax::BodyTerm& term : rule->body) {
        const auto* premise = std::get_if<syntax::Predicate>(&term);
        if (premise != nullptr) collector.use(*premise, placed.file).is_read = true;
      }
    }
  }
  collector.require_invariant();
  return symbols;
}

}  // namespace cutset::dedalus
