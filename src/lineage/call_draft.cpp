#include "lineage/call_draft.h"

#include <utility>

#include "base/hash.h"
#include "lineage/call_names.h"

namespace cutset::lineage {

namespace {

// Times of one service are this far apart from the truth: formats round to microseconds
// or milliseconds, and OpenTelemetry for JavaScript starts each span at a whole
// millisecond of the wall clock. A call that ends less than this after its caller's span
// was awaited, as far as anybody can tell.
constexpr int64_t kClockStep = 1'000'000;
constexpr int kServerError = 500;

void describe_answer(const Half& client, const Half& server, Draft& draft) {
  Call& call = draft.call;
  const int client_status = http_status(client.known[Known::kStatus]);
  const int server_status = http_status(server.known[Known::kStatus]);
  const bool client_failed =
      client.status == SpanStatus::kError || client_status >= kServerError;
  const bool server_failed =
      server.status == SpanStatus::kError || server_status >= kServerError;
  const auto answer = [](bool failed, int status) {
    Answer result;
    result.kind = failed && status == 0 ? Answer::Kind::kError : Answer::Kind::kStatus;
    result.status = status;
    return result;
  };
  draft.callee_failed = server_failed;
  call.failed = client_failed || server_failed;
  if (server.span != nullptr) call.answered = answer(server_failed, server_status);
  // What the caller's half says counts; where it is silent, what the callee sent.
  call.seen = client_failed || client_status != 0 ? answer(client_failed, client_status)
                                                  : answer(server_failed, server_status);
  call.executed = server.span != nullptr || !client_failed;
}

}  // namespace

Draft Drafter::draft(const CallHalves& halves) {
  Draft draft;
  draft.halves = halves;
  const Half client = half(halves.client);
  const Half server = half(halves.server);
  draft.client = client.span;
  draft.server = server.span;
  CallName name = name_call(table_, client, server, options_.addresses);
  draft.callee = names_.intern(name.callee);
  draft.signature = names_.intern(name.signature);
  draft.concrete = std::move(name.concrete);
  Call& call = draft.call;
  call.effectful =
      name.method != "GET" && name.method != "HEAD" && name.method != "OPTIONS";
  call.method = std::move(name.method);
  call.target = std::move(name.target);
  describe_answer(client, server, draft);
  call.awaited = awaited(draft);
  call.start_ns = draft.timed().start_ns;
  call.end_ns = draft.timed().end_ns;
  call.span_id = hex16(draft.timed().id);
  return draft;
}

Half Drafter::half(int at) const {
  Half half;
  if (at < 0) return half;
  const TreeSpan& span = tree_.spans[static_cast<size_t>(at)];
  half.span = &table_.spans()[span.span];
  half.status = span.status;
  half.known = known_.of(*half.span);
  return half;
}

bool Drafter::awaited(const Draft& draft) const {
  if (draft.halves.follows_from) return false;
  for (const StoredSpan* span : {draft.client, draft.server}) {
    if (span != nullptr &&
        (span->kind == SpanKind::kConsumer || span->kind == SpanKind::kProducer)) {
      return false;
    }
  }
  const int handler = draft.halves.handler;
  if (draft.client == nullptr || handler < 0) return true;
  const StoredSpan& made_by =
      table_.spans()[tree_.spans[static_cast<size_t>(handler)].span];
  // A span without a duration (Zipkin allows it) does not say when it ended.
  return made_by.end_ns <= made_by.start_ns ||
         draft.client->end_ns <= made_by.end_ns + kClockStep;
}

bool could_know(const Draft& failed, const Draft& next) {
  const bool clients =
      failed.client != nullptr && next.client != nullptr && failed.client != next.client;
  const StoredSpan* const first = clients ? failed.client : failed.server;
  const StoredSpan* const second = clients ? next.client : next.server;
  if (first == nullptr || second == nullptr || first->service != second->service ||
      first->end_ns == 0 || second->start_ns == 0) {
    return true;
  }
  return second->start_ns + kClockStep >= first->end_ns;
}

}  // namespace cutset::lineage
