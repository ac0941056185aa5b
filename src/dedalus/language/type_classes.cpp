#include "dedalus/language/type_classes.h"

#include <map>
#include <utility>

namespace cutset::dedalus {

TypeClasses::Node TypeClasses::add_column(RelationId relation, std::string_view name,
                                          size_t column, Spot spot) {
  const auto node = static_cast<Node>(members_.size());
  Member member;
  member.parent = node;
  member.name =
      "column " + std::to_string(column + 1) + " of `" + std::string(name) + "`";
  member.relation = relation;
  member.spot = spot;
  member.is_column = true;
  member.column = node;
  members_.push_back(std::move(member));
  return node;
}

TypeClasses::Node TypeClasses::add_variable(std::string name, Spot spot) {
  const auto node = static_cast<Node>(members_.size());
  Member member;
  member.parent = node;
  member.name = "`" + name + "`";
  member.spot = spot;
  members_.push_back(std::move(member));
  return node;
}

TypeClasses::Node TypeClasses::root(Node node) const {
  while (members_[node].parent != node) node = members_[node].parent;
  return node;
}

void TypeClasses::evidence(Node node, ColumnType type, Spot spot, std::string reason) {
  Member& member = members_[root(node)];
  if (type == ColumnType::kInt) {
    if (!member.number) member.number = Evidence{spot, std::move(reason)};
  } else {
    if (!member.text) member.text = Evidence{spot, std::move(reason)};
    member.is_location = member.is_location || type == ColumnType::kLocation;
  }
  check_clash(root(node), node);
}

void TypeClasses::unite(Node left, Node right, Spot spot) {
  Node into = root(left);
  Node from = root(right);
  if (into == from) return;
  if (members_[into].clashed || members_[from].clashed) {  // one clash is said once
    members_[into].hushed = members_[from].hushed = true;
    return;
  }
  if (members_[into].size < members_[from].size) std::swap(into, from);
  Member& kept = members_[into];
  Member& gone = members_[from];
  gone.parent = into;
  kept.size += gone.size;
  if (!kept.number) kept.number = std::move(gone.number);
  if (!kept.text) kept.text = std::move(gone.text);
  kept.is_location = kept.is_location || gone.is_location;
  kept.hushed = kept.hushed || gone.hushed;
  if (!kept.column || (gone.column && *gone.column < *kept.column)) {
    kept.column = gone.column;
  }
  if (!kept.number || !kept.text) return;
  kept.clashed = true;
  const Member& first = members_[left];
  const Member& second = members_[right];
  const Member& column = second.is_column ? second : first;
  const Member& other = second.is_column ? first : second;
  problems_.error(*reading_.sources[spot.file], spot.file, spot.offset,
                  column.name + " and " + other.name +
                      " have one value here, but are a number and a string: " +
                      evidence_text(*kept.number) + ", but " + evidence_text(*kept.text));
}

void TypeClasses::check_clash(Node root, Node named) {
  Member& member = members_[root];
  if (member.clashed || !member.number || !member.text) return;
  member.clashed = true;
  // The later of the two places is where the reader is.
  const Spot& number = member.number->spot;
  const Spot& text = member.text->spot;
  const bool number_later =
      number.file != text.file ? number.file > text.file : number.offset > text.offset;
  const Spot& spot = number_later ? number : text;
  std::string name = members_[named].name;
  if (!members_[named].is_column && member.column) {
    name += " (" + members_[*member.column].name + ")";
  }
  problems_.error(*reading_.sources[spot.file], spot.file, spot.offset,
                  name +
                      " is both a number and a string: " + evidence_text(*member.number) +
                      ", but " + evidence_text(*member.text));
}

void TypeClasses::literal_clash(Spot spot, const std::string& left,
                                const std::string& right) {
  problems_.error(
      *reading_.sources[spot.file], spot.file, spot.offset,
      "a number and a string meet in one expression: " + left + ", but " + right);
}

std::string TypeClasses::evidence_text(const Evidence& evidence) const {
  return evidence.reason + " (" + place_text(reading_, evidence.spot) + ")";
}

std::vector<TypeClasses::Unknown> TypeClasses::unknown() const {
  std::vector<Unknown> classes;
  std::map<Node, size_t> of_root;
  for (Node node = 0; node < members_.size(); ++node) {
    const Node at = root(node);
    const Member& member = members_[at];
    if (!members_[node].is_column) continue;
    if (member.number || member.text || member.hushed) continue;
    const auto [entry, added] = of_root.emplace(at, classes.size());
    if (added) classes.emplace_back();
    classes[entry->second].push_back({members_[node].relation, members_[node].name});
  }
  return classes;
}

bool TypeClasses::has_evidence(Node node, ColumnType type) const {
  const Member& member = members_[root(node)];
  if (type == ColumnType::kInt) return member.number.has_value();
  return member.text && (member.is_location || type == ColumnType::kString);
}

ColumnType TypeClasses::type(Node node) const {
  const Member& member = members_[root(node)];
  if (member.is_location) return ColumnType::kLocation;
  return member.text ? ColumnType::kString : ColumnType::kInt;
}

}  // namespace cutset::dedalus
