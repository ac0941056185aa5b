// Union-find over the columns of relations and the variables of rules, with the evidence
// for each class's type. Says what clashes, once a class.
//
// Invariants: (1) a root holds all evidence of its class; (2) a class that has clashed
// reports nothing more and is united with no other.
// Thread rule: one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dedalus/language/symbols.h"

namespace cutset::dedalus {

class TypeClasses {
 public:
  using Node = uint32_t;

  TypeClasses(const Reading& reading, Problems& problems)
      : reading_(reading), problems_(problems) {}

  Node add_column(RelationId relation, std::string_view name, size_t column, Spot spot);
  Node add_variable(std::string name, Spot spot);

  /// That `node` has `type`, seen at `spot`. `reason` reads on its own: "`3` is a
  /// number".
  void evidence(Node node, ColumnType type, Spot spot, std::string reason);
  /// That the two have one type, because of what stands at `spot`.
  void unite(Node left, Node right, Spot spot);
  /// Two parts of one expression that need no class to clash.
  void literal_clash(Spot spot, const std::string& left, const std::string& right);

  /// A class of columns without evidence: their relations and names, in order.
  struct Column {
    RelationId relation = 0;
    std::string name;  // "column 2 of `log`"
  };
  using Unknown = std::vector<Column>;
  std::vector<Unknown> unknown() const;

  /// Whether evidence of this kind is there already; more of it would change nothing.
  bool has_evidence(Node node, ColumnType type) const;
  /// kInt if nothing is known (then an error was reported).
  ColumnType type(Node node) const;

 private:
  struct Evidence {
    Spot spot;
    std::string reason;
  };
  struct Member {
    Node parent = 0;
    uint32_t size = 1;
    std::string name;         // "column 2 of `log`", "`X`"
    RelationId relation = 0;  // of a column
    Spot spot;
    bool is_column = false;
    std::optional<Evidence> number;
    std::optional<Evidence> text;
    bool is_location = false;
    bool clashed = false;
    bool hushed = false;  // met one that had clashed: its lack of evidence says nothing
    std::optional<Node> column;  // the first of the class
  };

  Node root(Node node) const;
  void check_clash(Node root, Node named);
  std::string evidence_text(const Evidence& evidence) const;

  const Reading& reading_;
  Problems& problems_;
  std::vector<Member> members_;
};

}  // namespace cutset::dedalus
