#include "random_model.h"

#include <algorithm>
#include <random>
#include <sstream>

#include <fmt/format.h>

#include "base/text.h"
#include "dedalus/language/load.h"
#include "dedalus/language/parameters.h"

namespace cutset::dedalus {
namespace {

enum class Type { kText, kNumber };

struct Shape {
  std::string name;
  std::vector<Type> columns;
  int level = 0;  // rules read their own level or below, and negate below
};

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  RandomModel make() {
    make_spec();
    make_shapes();
    for (const Shape& shape : shapes_) {
      // Beyond the end of time: only tells the types.
      model_.clauses.push_back({fact(shape) + "@100", {}});
    }
    for (int i = 0; i < 2; ++i) {
      for (uint32_t n = 2 + below(4); n > 0; --n) {
        model_.clauses.push_back({fact(shapes_[i]) + "@1", {}});
      }
    }
    for (uint32_t n = below(4); n > 0; --n) {
      model_.clauses.push_back(
          {fmt::format("{}@{}", fact(any_inner()), below(spec().eot + 3)), {}});
    }
    for (uint32_t n = 1 + below(3); n > 0; --n) add_persistence(any_inner());
    for (uint32_t n = 4 + below(8); n > 0; --n) add_rule(any_inner());
    add_outcomes();
    make_faults();
    return std::move(model_);
  }

 private:
  uint32_t below(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }
  bool chance(uint32_t percent) { return below(100) < percent; }
  FailureSpec& spec() { return model_.spec; }

  void make_spec() {
    FailureSpec& spec = model_.spec;
    spec.eot = static_cast<Time>(2 + below(3));
    spec.eff = static_cast<Time>(below(spec.eot + 1));
    for (uint32_t i = 0; i < 2 + below(2); ++i) spec.nodes.emplace_back(1, "abc"[i]);
    spec.crashes = below(static_cast<uint32_t>(spec.nodes.size()));
    spec.crash_model = chance(30) ? CrashModel::kStop : CrashModel::kSend;
  }

  void make_shapes() {
    const uint32_t inner = 4 + below(4);
    int level = 0;
    for (uint32_t i = 0; i < inner; ++i) {
      Shape shape{fmt::format("p{}", i), {Type::kText}, level};
      for (uint32_t n = below(3); n > 0; --n) {
        shape.columns.push_back(chance(50) ? Type::kText : Type::kNumber);
      }
      shapes_.push_back(std::move(shape));
      if (chance(50)) ++level;
    }
    std::vector<Type> outcome{Type::kText};
    if (chance(50)) outcome.push_back(chance(50) ? Type::kText : Type::kNumber);
    shapes_.push_back({"pre", outcome, level + 1});
    shapes_.push_back({"post", outcome, level + 1});
  }

  const Shape& any_inner() {
    return shapes_[below(static_cast<uint32_t>(shapes_.size() - 2))];
  }

  std::string constant(Type type) {
    if (type == Type::kNumber) return std::to_string(below(4));
    if (chance(10)) return "\"x\"";  // no node
    const auto node = below(static_cast<uint32_t>(spec().nodes.size()));
    return "\"" + spec().nodes[node] + "\"";
  }

  std::string fact(const Shape& shape) {
    std::string text;
    for (const Type type : shape.columns) {
      text += (text.empty() ? "" : ", ") + constant(type);
    }
    return shape.name + "(" + text + ")";
  }

  std::string variable(Type type) {
    return type == Type::kText ? fmt::format("T{}", below(3))
                               : fmt::format("I{}", below(3));
  }

  /// A premise; positive ones bind their variables.
  std::string premise(const Shape& shape, bool negated) {
    std::string text;
    for (const Type type : shape.columns) {
      std::string column = "_";
      if (chance(75)) {
        column = variable(type);
        auto& bound = type == Type::kText ? texts_ : numbers_;
        if (!negated) bound.push_back(column);
      } else if (chance(50)) {
        column = constant(type);
      }
      text += (text.empty() ? "" : ", ") + column;
    }
    text = (negated ? "notin " : "") + shape.name + "(" + text + ")";
    if (chance(8)) {
      const std::vector<int> times{0, 1, 1, 2, spec().eot, spec().eot + 1, 100};
      text += fmt::format("@{}", times[below(static_cast<uint32_t>(times.size()))]);
    }
    return text;
  }

  /// Any relation that a rule may read; now and then the crashes.
  Shape readable(int top_level) {
    if (chance(6)) return {"crash", {Type::kText, Type::kText, Type::kNumber}, -1};
    std::vector<Shape> fit;
    for (const Shape& shape : shapes_) {
      if (shape.level <= top_level && shape.name[0] == 'p' && shape.name.size() == 2) {
        fit.push_back(shape);
      }
    }
    return fit[below(static_cast<uint32_t>(fit.size()))];
  }

  std::string pick(const std::vector<std::string>& from) {
    return from[below(static_cast<uint32_t>(from.size()))];
  }

  std::string head_column(Type type, bool may_calculate) {
    if (type == Type::kText) {
      return texts_.empty() || chance(15) ? constant(type) : pick(texts_);
    }
    if (numbers_.empty() || chance(10)) return constant(type);
    if (!may_calculate || chance(60)) return pick(numbers_);
    switch (below(4)) {
      case 0:
        return pick(numbers_) + "+1";
      case 1:
        return pick(numbers_) + "-" + pick(numbers_);
      case 2:
        return pick(numbers_) + "/" + pick(numbers_);
      default:
        return pick(numbers_) + "*2-1";
    }
  }

  std::string condition() {
    if (!numbers_.empty() && chance(60)) {
      const std::string operation = pick({"<", "<=", ">", ">=", "==", "!="});
      const std::string left = pick(numbers_);
      if (chance(50)) return left + " " + operation + " " + std::to_string(below(4));
      return left + " " + operation + " " + pick(numbers_) + pick({"", "+1", "*2"});
    }
    if (texts_.empty()) return "";
    const std::string operation = pick({"<", "==", "!=", "!="});
    const std::string right = chance(50) ? pick(texts_) : constant(Type::kText);
    return pick(texts_) + " " + operation + " " + right;
  }

  void add_persistence(const Shape& shape) {
    std::string columns;
    for (size_t i = 0; i < shape.columns.size(); ++i) {
      columns += fmt::format("{}V{}", i == 0 ? "" : ", ", i);
    }
    const std::string self = shape.name + "(" + columns + ")";
    model_.clauses.push_back({self + "@next", {self}});
  }

  /// Mostly so that something is promised, and can be broken: what is held at the end,
  /// for everything that could be.
  void add_outcomes() {
    const Shape& pre = shapes_[shapes_.size() - 2];
    const Shape& post = shapes_.back();
    if (chance(20)) add_rule(pre, true);
    if (chance(20)) add_rule(post, true);
    if (chance(50)) {
      add_broadcast(post);
    } else {
      for (uint32_t n = 1 + below(2); n > 0; --n) add_projection(post);
    }
    if (chance(20)) return add_projection(pre);
    // All that post could be: pre(X, Y) :- every(X), every(Y).
    const std::string last = pre.columns.size() < 2          ? ""
                             : pre.columns[1] == Type::kText ? ", every(Y, _)"
                                                             : ", every(_, Y)";
    model_.clauses.push_back({pre.columns.size() < 2 ? "pre(X)" : "pre(X, Y)",
                              {"every(X, _)@1" + last + (last.empty() ? "" : "@1")}});
    if (chance(20)) model_.clauses.back().body.push_back("notin crash(X, X, _)");
    for (uint32_t i = 0; i < 6; ++i) {
      const std::string& node = spec().nodes[i % spec().nodes.size()];
      model_.clauses.push_back({fmt::format("every(\"{}\", {})@1", node, i), {}});
    }
  }

  /// Post is what messages told.
  void add_broadcast(const Shape& post) {
    std::vector<std::string> send{"every(X, I)", "every(Y, _)"};
    if (chance(50)) send.emplace_back("X != Y");
    if (chance(30)) send.push_back("notin " + fact(shapes_.front()));
    model_.clauses.push_back({"told(Y, X, I)@async", std::move(send)});
    model_.clauses.push_back({"told(Y, X, I)@next", {"told(Y, X, I)"}});
    if (chance(40)) {
      model_.clauses.push_back(
          {"told(Z, X, I)@async", {"told(Y, X, I)", "every(Z, _)@1"}});
    }
    const bool is_text = post.columns.size() > 1 && post.columns[1] == Type::kText;
    model_.clauses.push_back({post.columns.size() < 2 ? "post(X)" : "post(X, Y)",
                              {is_text ? "told(X, Y, _)" : "told(X, _, Y)"}});
    if (chance(30)) model_.clauses.back().body.push_back("notin " + fact(any_inner()));
  }

  /// Of a relation that has the columns, if there is one; with persistence.
  void add_projection(const Shape& head) {
    for (int attempt = 0; attempt < 8; ++attempt) {
      const Shape from = any_inner();
      if (from.level >= head.level) continue;
      std::string columns;
      bool has_second = head.columns.size() < 2;
      for (size_t i = 0; i < from.columns.size(); ++i) {
        const bool is_second = i > 0 && !has_second && from.columns[i] == head.columns[1];
        has_second |= is_second;
        columns += i == 0 ? "X" : is_second ? ", Y" : ", _";
      }
      if (!has_second) continue;
      model_.clauses.push_back(
          {head.columns.size() < 2 ? head.name + "(X)" : head.name + "(X, Y)",
           {from.name + "(" + columns + ")"}});
      add_persistence(from);
      return;
    }
  }

  void add_rule(const Shape& head, bool deductive = false) {
    texts_.clear();
    numbers_.clear();
    const uint32_t kind = deductive ? 0 : below(100);
    const bool is_deductive = kind < 50;
    const int top = is_deductive ? head.level : 1000;
    bool recursive = false;
    std::vector<std::string> body;
    for (uint32_t n = chance(4) ? 0 : 1 + below(3); n > 0; --n) {
      const Shape read = readable(top);
      recursive |= read.level >= head.level;
      body.push_back(premise(read, false));
    }
    const int below_head = is_deductive ? head.level - 1 : 1000;
    for (uint32_t n = body.empty() ? 1 : below(3) / 2 + below(2); n > 0; --n) {
      if (below_head < 0 && is_deductive) break;
      body.insert(body.begin() + below(static_cast<uint32_t>(body.size() + 1)),
                  premise(readable(below_head), true));
    }
    if (body.empty()) return;
    if (chance(35)) {
      const std::string made = condition();
      if (!made.empty()) {
        body.insert(body.begin() + 1 + below(static_cast<uint32_t>(body.size())), made);
      }
    }
    const bool aggregates = is_deductive && !recursive && chance(25);
    std::string columns;
    for (const Type type : head.columns) {
      std::string column = head_column(type, !is_deductive || !recursive);
      if (aggregates && type == Type::kNumber) column = aggregate();
      columns += (columns.empty() ? "" : ", ") + column;
    }
    const std::string time = is_deductive ? "" : kind < 75 ? "@next" : "@async";
    model_.clauses.push_back({head.name + "(" + columns + ")" + time, std::move(body)});
    if (kind >= 75 && chance(60)) add_persistence(head);
  }

  std::string aggregate() {
    if (!numbers_.empty() && chance(80)) {
      return pick({"count", "max", "min", "sum", "avg"}) + "<" + pick(numbers_) + ">";
    }
    if (texts_.empty()) return std::to_string(below(4));
    return "count<" + pick(texts_) + ">";
  }

  void make_faults() {
    model_.fault_sets.emplace_back();
    const auto nodes = static_cast<NodeIndex>(spec().nodes.size());
    for (int i = 0; i < 4; ++i) {
      ModelFaultSet faults;
      const uint32_t density = 10 + below(50);
      for (Time time = 1; time < spec().eff && time <= spec().eot; ++time) {
        for (NodeIndex from = 0; from < nodes; ++from) {
          for (NodeIndex to = 0; to < nodes; ++to) {
            if (from != to && chance(density)) {
              faults.push_back(ModelFault::omission(from, to, time));
            }
          }
        }
      }
      std::vector<NodeIndex> order;
      for (NodeIndex node = 0; node < nodes; ++node) order.push_back(node);
      std::shuffle(order.begin(), order.end(), random_);
      for (uint32_t crash = below(spec().crashes + 1); crash > 0; --crash) {
        faults.push_back(ModelFault::crash(order[crash],
                                           static_cast<Time>(1 + below(spec().eot - 1))));
      }
      model_.fault_sets.push_back(std::move(faults));
    }
  }

  std::mt19937_64 random_;
  RandomModel model_;
  std::vector<Shape> shapes_;
  std::vector<std::string> texts_;    // bound variables
  std::vector<std::string> numbers_;  // likewise
};

std::string faults_text(const FailureSpec& spec, const ModelFaultSet& faults) {
  std::string text;
  for (const ModelFault& fault : faults) {
    text += (text.empty() ? "" : ", ") + to_text(fault, spec);
  }
  return text;
}

NodeIndex node_of(const FailureSpec& spec, const std::string& name) {
  return static_cast<NodeIndex>(std::find(spec.nodes.begin(), spec.nodes.end(), name) -
                                spec.nodes.begin());
}

/// "loss(a -> b @1), crash(c@2)"
ModelFaultSet read_faults(const FailureSpec& spec, std::string text) {
  for (char& c : text) {
    if (std::string_view("(),@>").find(c) != std::string_view::npos) c = ' ';
  }
  std::istringstream words(text);
  ModelFaultSet faults;
  std::string kind;
  while (words >> kind) {
    std::string node;
    std::string to;
    Time time = 0;
    if (kind == "crash") {
      words >> node >> time;
      faults.push_back(ModelFault::crash(node_of(spec, node), time));
    } else {
      std::string dash;
      words >> node >> dash >> to >> time;
      faults.push_back(
          ModelFault::omission(node_of(spec, node), node_of(spec, to), time));
    }
  }
  return faults;
}

/// Takes away one thing after the other, as long as that keeps failing.
class Shrinker {
 public:
  Shrinker(RandomModel model, const std::function<bool(const RandomModel&)>& fails)
      : best_(std::move(model)), fails_(fails) {}

  RandomModel run() {
    for (bool smaller = true; smaller;) {
      smaller = false;
      for (size_t i = best_.fault_sets.size(); i-- > 0;) {
        smaller |= attempt([&](RandomModel& m) { erase(m.fault_sets, i); });
      }
      for (size_t i = best_.clauses.size(); i-- > 0;) {
        smaller |= attempt([&](RandomModel& m) { erase(m.clauses, i); });
      }
      for (size_t i = best_.clauses.size(); i-- > 0;) {
        for (size_t k = best_.clauses[i].body.size(); k-- > 0;) {
          if (best_.clauses[i].body.size() < 2) break;
          smaller |= attempt([&](RandomModel& m) { erase(m.clauses[i].body, k); });
        }
      }
      for (size_t i = best_.fault_sets.size(); i-- > 0;) {
        for (size_t k = best_.fault_sets[i].size(); k-- > 0;) {
          smaller |= attempt([&](RandomModel& m) { erase(m.fault_sets[i], k); });
        }
      }
      smaller |= attempt([](RandomModel& m) { --m.spec.eot; });
    }
    return best_;
  }

 private:
  template <typename T>
  static void erase(std::vector<T>& from, size_t i) {
    from.erase(from.begin() + static_cast<std::ptrdiff_t>(i));
  }

  bool attempt(const std::function<void(RandomModel&)>& change) {
    RandomModel candidate = best_;
    change(candidate);
    if (!check(candidate.spec).ok() || !candidate.program().ok()) return false;
    for (const ModelFaultSet& faults : candidate.fault_sets) {
      for (const ModelFault& fault : faults) {
        if (fault.time > candidate.spec.eot) return false;
      }
    }
    if (!fails_(candidate)) return false;
    best_ = std::move(candidate);
    return true;
  }

  RandomModel best_;
  const std::function<bool(const RandomModel&)>& fails_;
};

}  // namespace

std::string RandomModel::Clause::text() const {
  std::string text = head;
  for (size_t i = 0; i < body.size(); ++i) text += (i == 0 ? " :- " : ", ") + body[i];
  return text + ";";
}

std::string RandomModel::text() const {
  std::string nodes;
  for (const std::string& node : spec.nodes) nodes += (nodes.empty() ? "" : ",") + node;
  std::string text =
      fmt::format("// cutset: eot={} eff={} crashes={} nodes={} crash-model={}\n",
                  spec.eot, std::min(spec.eff, spec.eot), spec.crashes, nodes,
                  crash_model_name(spec.crash_model));
  for (const ModelFaultSet& faults : fault_sets) {
    text += "// faults: " + faults_text(spec, faults) + "\n";
  }
  for (const Clause& clause : clauses) text += clause.text() + "\n";
  return text;
}

Result<Program> RandomModel::program() const {
  const std::string text = this->text();
  Diagnosis diagnosis = diagnose_program(
      {"random.ded"}, [&](const std::string&) { return Result<std::string>(text); });
  if (!diagnosis.program) return diagnosis.error();
  return std::move(*diagnosis.program);
}

RandomModel random_model(uint64_t seed) {
  return Generator(seed).make();
}

Result<RandomModel> read_model(const std::string& text) {
  CUTSET_ASSIGN(const auto rows, parse_parameters(text, "model"));
  if (rows.empty()) return Error::bad_input("the model has no row of parameters");
  RandomModel model;
  const Parameters& row = rows.front();
  model.spec = {.eot = static_cast<Time>(row.eot),
                .eff = static_cast<Time>(row.eff),
                .crashes = static_cast<uint32_t>(row.crashes),
                .nodes = row.nodes,
                .crash_model = row.crash_model};
  model.fault_sets = read_fault_sets(text, model.spec);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && !line.starts_with("//")) {
      if (line.back() == ';') line.pop_back();
      model.clauses.push_back({line, {}});
    }
  }
  return model;
}

std::vector<ModelFaultSet> read_fault_sets(const std::string& text,
                                           const FailureSpec& spec) {
  const std::string mark = "// faults:";
  std::vector<ModelFaultSet> sets;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(mark))
      sets.push_back(read_faults(spec, line.substr(mark.size())));
  }
  return sets;
}

RandomModel shrink(RandomModel model,
                   const std::function<bool(const RandomModel&)>& fails) {
  return Shrinker(std::move(model), fails).run();
}

}  // namespace cutset::dedalus
