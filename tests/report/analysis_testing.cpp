#include "analysis_testing.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <random>

#include "identity/call_id.h"

namespace cutset::report {

namespace {

using identity::Point;

/// Adds calls in pre-order, as the builder of analyses does.
class ClassOf {
 public:
  ClassOf(const std::string& name, int64_t runs) {
    analysed_.name = name;
    analysed_.runs = runs;
    analysed_.sampled = runs;
    analysed_.shape = "00112233aabbccdd";
    analysed_.largest_cut = 3;
  }

  /// The id of the call.
  std::string call(int depth, const Point& point) {
    path_.resize(static_cast<size_t>(depth));
    const std::string caller = path_.empty() ? "" : path_.back().callee + " -> ";
    path_.push_back(point);
    identity::CallId id;
    id.points = path_;
    AnalysedCall call;
    call.id = id.text();
    call.depth = depth;
    call.words = caller + point.callee + " " + point.signature;
    call.present = analysed_.sampled;
    if (depth == 0) {
      analysed_.entry = point.text();
      analysed_.outcomes = {point.callee + " answers " + point.signature};
    }
    analysed_.calls.push_back(call);
    return call.id;
  }
  std::string call(int depth, const std::string& callee, const std::string& signature,
                   const std::string& key = "", uint32_t ordinal = 1) {
    Point point;
    point.callee = callee;
    point.signature = signature;
    point.key = key;
    point.ordinal = ordinal;
    return call(depth, point);
  }
  AnalysedCall& last() { return analysed_.calls.back(); }

  void single(const std::string& id, double likelihood) {
    for (AnalysedCall& call : analysed_.calls) {
      if (call.id == id) call.single_point = true;
    }
    analysed_.single_points.push_back(id);
    cut({id}, likelihood);
  }
  void cut(std::vector<std::string> ids, double likelihood,
           const std::string& schedule = "") {
    if (ids.size() > 1) {
      for (AnalysedCall& call : analysed_.calls) {
        if (std::find(ids.begin(), ids.end(), call.id) != ids.end())
          call.redundant = true;
      }
    }
    analysed_.cuts.push_back({std::move(ids), likelihood, schedule});
  }

  AnalysedClass& done() { return analysed_; }

 private:
  AnalysedClass analysed_;
  std::vector<Point> path_;
};

AnalysedClass order_class() {
  ClassOf shop("gateway POST /orders", 50);
  shop.call(0, "gateway", "POST /orders");
  const std::string orders = shop.call(1, "orders", "POST /orders");
  const std::string first = shop.call(2, "stock", "GET /items/:id", "7");
  shop.last().errors = 3;
  const std::string second = shop.call(2, "stock", "GET /items/:id", "7", 2);
  shop.last().present = 3;
  shop.last().retry = true;
  const std::string blue = shop.call(2, "bank-blue", "POST /pay");
  shop.last().errors = 1;
  const std::string ledger = shop.call(3, "ledger-db", "SQL INSERT");
  const std::string green = shop.call(2, "bank-green", "POST /pay");
  shop.last().present = 1;
  shop.call(2, "mail", "send order");
  shop.last().awaited = false;
  shop.call(2, "ads", "GET /banner");
  shop.last().present = 12;
  shop.last().stable = false;
  for (int i = 1; i <= 8; ++i) {
    shop.call(2, "prices", "GET /price/:id", std::to_string(i));
    shop.last().single_point = true;
  }
  AnalysedClass& analysed = shop.done();
  analysed.failed = 2;
  analysed.incomplete = 1;
  analysed.sampled = 50;
  analysed.example = "000000000000000000000000383acc79";
  shop.single(orders, 1.0 / 52);
  for (int i = 1; i <= 8; ++i)
    shop.single(orders + " > prices:GET /price/:id{" + std::to_string(i) + "}#1",
                1.0 / 52);
  shop.cut({first, second}, 4.0 / 52 / 5, "try/01-gateway-post-orders/cut-10.yml");
  shop.cut({blue, green}, 2.0 / 52 / 3);
  shop.cut({green, ledger}, 1.0 / 52 / 3);
  analysed.redundancies.push_back(
      {{first}, {second}, 3, "0000000000000000000000000000a1b2"});
  analysed.redundancies.push_back(
      {{blue}, {green}, 1, "0000000000000000000000000000c3d4"});
  analysed.unstable = {orders + " > ads:GET /banner#1"};
  analysed.supports = {{orders, first, blue, ledger}, {orders, second, blue, ledger}};
  analysed.support_conditions = {{}, {first}};
  analysed.passes = {{"as observed", "every run's own reasons", 52, 140, 30},
                     {"calls nobody waits for", "messages", 40, 110, 24}};
  analysed.notes = {"1 call was made again after a failed attempt."};
  return analysed;
}

AnalysedClass failed_class() {
  ClassOf shop("gateway GET /health", 0);
  shop.call(0, "gateway", "GET /health");
  AnalysedClass& analysed = shop.done();
  analysed.failed = 3;
  analysed.sampled = 3;
  shop.last().errors = 3;
  shop.last().present = 3;
  analysed.notes = {
      "The entry was never seen to answer without an error, so nothing can be said about "
      "what it needs."};
  return analysed;
}

AnalysedClass search_class() {
  ClassOf shop("gateway GET /search", 4);
  shop.call(0, "gateway", "GET /search");
  shop.call(1, "search", "GET /search");
  shop.last().redundant = true;
  shop.done().cuts_complete = true;
  return shop.done();
}

}  // namespace

Analysis shop_analysis() {
  Analysis analysis;
  AnalysedFile good;
  good.path = "traces/shop.json.gz";
  good.format = "jaeger-json";
  good.packing = "gzip";
  good.bytes = 123456;
  good.spans = 1234;
  good.rejected = 2;
  good.first_reason = "its trace id is not hex: \"x\"";
  AnalysedFile bad;
  bad.path = "traces/notes.txt";
  bad.packing = "plain";
  bad.refused = "traces/notes.txt:1:1: found text, expected one of the trace formats";
  analysis.files = {good, bad};
  analysis.raw.traces = 60;
  analysis.raw.spans = 1234;
  analysis.raw.services = 9;
  analysis.model.traces = 60;
  analysis.model.calls = 801;
  analysis.model.errors = 9;
  analysis.model.absorbed = 4;
  analysis.model.retries = 3;
  analysis.model.not_awaited = 50;
  analysis.classes = {order_class(), search_class(), failed_class()};
  analysis.unused = {"4 incomplete requests of kinds of which no complete one was seen"};
  return analysis;
}

Analysis hostile_analysis() {
  Analysis analysis = shop_analysis();
  const std::string script = "</script></svg><script>alert(1)</script>\"' onload=x";
  const std::string escapes =
      "\x1b[31mred\x1b]0;title\x07\r\nnext\tline\x9b"
      "31m\u202Eturned";
  const std::string malformed = "\xff\xfe\xc0\xaf broken";
  ClassOf hostile(script + escapes + malformed, 20);
  hostile.call(0, script, escapes);
  const std::string one = hostile.call(1, escapes, script, malformed);
  const std::string two =
      hostile.call(1, std::string(5000, 'x'), "GET " + std::string(9000, '/'));
  hostile.call(1, "a > b", "c -> d {e} #7");
  hostile.single(one, 0.5);
  hostile.cut({one, two}, 0.001, script);
  AnalysedClass& analysed = hostile.done();
  analysed.redundancies.push_back({{two, "no call of the class <b>"}, {one}, 2, script});
  analysed.notes = {script, escapes, std::string(3000, 'n')};
  analysed.unstable = {script};
  analysed.supports = {{one, script}};
  analysed.support_conditions = {{two}};
  analysed.passes = {{script, escapes, 1, 2, 3}};
  analysed.example = script;
  analysis.classes = {analysed};
  analysis.unused = {script, malformed};
  analysis.files[0].path = script;
  analysis.files[0].first_reason = escapes;
  analysis.files[1].refused = escapes + script;
  return analysis;
}

Analysis large_analysis(size_t calls) {
  ClassOf large("batch run", 1);
  large.call(0, "batch", "run");
  std::vector<std::string> ids;
  for (size_t i = 0; i + 1 < calls; i += 3) {
    large.call(1, "media", "POST /compose", std::to_string(i));
    ids.push_back(large.call(2, "user", "GET /user"));
    ids.push_back(large.call(2, i % 2 == 0 ? "movie" : "review", "GET /x"));
  }
  for (size_t i = 0; i < 20; ++i) large.cut({ids[i]}, 1.0 / 3);
  AnalysedClass& analysed = large.done();
  for (AnalysedCall& call : analysed.calls) call.single_point = call.depth > 0;
  analysed.single_points = ids;
  analysed.cuts_left_out = static_cast<int64_t>(ids.size()) - 20;
  analysed.supports = {ids};
  analysed.support_conditions = {{}};
  Analysis analysis;
  analysis.classes = {analysed};
  return analysis;
}

Analysis random_analysis(uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto below = [&random](uint64_t end) { return random() % end; };
  const std::string pieces[] = {"<script>", "\x1b[1m", "\n",  "\r", "\x80", "\xc2\x9b",
                                "&amp;",    "'",       "\"",  "--", "]]>",  "\u202e",
                                "é",        "GET /a",  " > ", "#",  "{",    "\x7f"};
  const auto text = [&]() {
    std::string result;
    for (uint64_t i = below(5) + 1; i > 0; --i)
      result += pieces[below(std::size(pieces))];
    return result;
  };
  Analysis analysis;
  for (uint64_t kinds = below(14); kinds > 0; --kinds) {
    ClassOf random_class(text(), static_cast<int64_t>(below(20)));
    int depth = 0;
    for (uint64_t calls = below(80) + 1; calls > 0; --calls) {
      random_class.call(depth, text(), text(), below(2) == 0 ? "" : text(),
                        static_cast<uint32_t>(below(4)));
      AnalysedCall& call = random_class.last();
      call.errors = static_cast<int64_t>(below(2));
      call.stable = below(4) != 0;
      call.awaited = below(4) != 0;
      call.retry = below(4) == 0;
      depth = static_cast<int>(below(static_cast<uint64_t>(depth) + 2));
      if (depth == 0) depth = 1;
    }
    std::vector<std::string> ids;
    for (const AnalysedCall& call : random_class.done().calls) ids.push_back(call.id);
    ids.push_back(text());
    for (uint64_t cuts = below(6); cuts > 0; --cuts)
      random_class.cut({ids[below(ids.size())], ids[below(ids.size())]}, 0.01, text());
    AnalysedClass& analysed = random_class.done();
    analysed.single_points = {ids[below(ids.size())]};
    analysed.redundancies.push_back({{ids[below(ids.size())]}, {ids.back()}, 1, text()});
    analysed.notes = {text()};
    analysed.passes = {{text(), text(), 1, 2, 3}};
    analysed.supports = {{ids[below(ids.size())]}};
    analysed.example = text();
    analysis.classes.push_back(analysed);
  }
  analysis.unused = {text()};
  return analysis;
}

std::vector<lineage::ExecutionDifference> shop_differences() {
  using lineage::CallChange;
  lineage::ExecutionDifference broken;
  broken.name = "gateway POST /orders";
  broken.bad_run = "000000000000000000000000383acc79";
  broken.bad_failed = true;
  broken.bad_incomplete = true;
  broken.good_runs = 50;
  broken.good_example = "0000000000000000000000000000a1b2";
  lineage::ChangeGroup failed;
  failed.frontier = {CallChange::Kind::kFailed, "gateway:POST /orders#1 > tax:GET /tax#1",
                     "gateway -> tax GET /tax", "200", "503"};
  failed.consequences = {
      {CallChange::Kind::kMissing, "gateway:POST /orders#1 > mail:send#1",
       "gateway -> mail send", "an answer", ""},
      {CallChange::Kind::kAdditional, "gateway:POST /orders#1 > log:\x1b[1m<b>#1",
       "gateway -> log \x1b[1m<b>", "", "200"}};
  lineage::ChangeGroup other;
  other.frontier = {CallChange::Kind::kOtherAnswer,
                    "gateway:POST /orders#1 > user:GET /me#1", "gateway -> user GET /me",
                    "200", "404"};
  for (int i = 0; i < 12; ++i) {
    other.consequences.push_back(
        {CallChange::Kind::kMissing, "x", "user -> db SELECT", "200", ""});
  }
  broken.groups = {failed, other};
  broken.notes = {"times are not compared"};
  lineage::ExecutionDifference equal;
  equal.name = "gateway GET /search";
  equal.bad_run = "1";
  equal.good_runs = 1;
  lineage::ExecutionDifference alone;
  alone.name = "gateway GET /new";
  alone.bad_run = "2";
  std::vector<lineage::ExecutionDifference> differences{broken, equal, alone};
  lineage::ExecutionDifference equal_too = equal;
  for (const char* run : {"3", "4", "5"}) {
    equal_too.bad_run = run;
    differences.push_back(equal_too);
  }
  return differences;
}

Analysis analysis_of(const std::string& name) {
  if (name == "shop") return shop_analysis();
  if (name == "hostile") return hostile_analysis();
  std::abort();
}

}  // namespace cutset::report
