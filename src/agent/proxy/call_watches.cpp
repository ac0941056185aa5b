#include "agent/proxy/call_watches.h"

#include <mutex>
#include <utility>

namespace cutset::agent::proxy {

struct CallWatches::Door {
  std::mutex mutex;
  Loop* loop = nullptr;  // guarded by mutex; null: the engine has ended
};

CallWatches::CallWatches(Loop& loop) : door_(std::make_shared<Door>()) {
  door_->loop = &loop;
}

CallWatches::~CallWatches() {
  const std::lock_guard lock(door_->mutex);
  door_->loop = nullptr;
}

uint64_t CallWatches::add(CallFilter filter, CallGate::Reached reached) {
  Watch& watch = watches_[++last_id_];
  watch.filter = std::move(filter);
  watch.reached = std::move(reached);
  return last_id_;
}

void CallWatches::remove(uint64_t id) {
  const auto gone = watches_.extract(id);
  if (!gone.empty() && gone.mapped().held) gone.mapped().held->unlock();
}

std::vector<uint64_t> CallWatches::on_call(const ArrivedCall& call,
                                           const std::shared_ptr<Hold>& request) {
  std::vector<uint64_t> answers;
  for (auto& [id, watch] : watches_) {
    const CallFilter& filter = watch.filter;
    if (watch.seen == filter.nth || !passes(filter, call)) continue;
    if (++watch.seen < filter.nth) continue;
    watch.on_what =
        (filter.end ? "the answer of " : "") + text_of(filter, filter.nth, call);
    if (filter.end) {
      answers.push_back(id);
    } else {
      reach(id, watch, request);
    }
  }
  return answers;
}

void CallWatches::on_answer(const std::vector<uint64_t>& ids,
                            const std::shared_ptr<Hold>& answer) {
  for (const uint64_t id : ids) {
    const auto found = watches_.find(id);
    if (found != watches_.end()) reach(id, found->second, answer);
  }
}

void CallWatches::reach(uint64_t id, Watch& watch, const std::shared_ptr<Hold>& hold) {
  hold->lock();
  watch.held = hold;
  watch.reached(watch.on_what, [this, id, door = door_] {
    const std::lock_guard lock(door->mutex);
    if (door->loop != nullptr) door->loop->post([this, id] { let_go(id); });
  });
}

void CallWatches::let_go(uint64_t id) {
  const auto found = watches_.find(id);
  if (found == watches_.end()) return;
  if (const auto held = std::exchange(found->second.held, nullptr)) held->unlock();
}

}  // namespace cutset::agent::proxy
