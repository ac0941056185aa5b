// A client of Redis and of what speaks like it: asks the sentinels for the master, or
// takes the endpoints in turn; after anything that went wrong it asks anew.
#include <map>

#include "driver/client.h"
#include "driver/resp.h"
#include <fmt/format.h>

#include "base/text.h"

namespace cutset::driver {

namespace {

using history::Value;

constexpr const char* kRelease =
    "if redis.call('get',KEYS[1])==ARGV[1] then return redis.call('del',KEYS[1]) else "
    "return 0 end";

/// What each operation is if the plan does not say.
const std::map<std::string, std::vector<std::string>>& default_commands() {
  static const std::map<std::string, std::vector<std::string>> commands = {
      {"write", {"SET", "{key}", "{value}"}},
      {"read", {"GET", "{key}"}},
      {"delete", {"DEL", "{key}"}},
      {"add", {"SADD", "{key}", "{value}"}},
      {"increment", {"INCR", "{key}"}},
      {"enqueue", {"LPUSH", "{key}", "{value}"}},
      {"dequeue", {"RPOP", "{key}"}},
      {"acquire", {"SET", "{key}", "{token}", "NX", "PX", "5000"}},
      {"release", {"EVAL", kRelease, "1", "{key}", "{token}"}},
  };
  return commands;
}

class RespClient : public Client {
 public:
  RespClient(const RespPlan& plan, Milliseconds timeout, int64_t number)
      : plan_(plan), timeout_(timeout), next_(static_cast<size_t>(number)) {}

  Reply perform(const Request& request) override {
    const std::vector<std::string>* command = command_of(request.f);
    if (command == nullptr) {
      return Reply::fail(fmt::format("no command for \"{}\"", one_line(request.f)));
    }
    std::vector<std::string> words;
    for (const std::string& word : *command) words.push_back(filled(word, request));
    const auto deadline = Clock::now() + timeout_;
    Reply reply = ask(request, resp_command(words), deadline);
    reply.endpoint = endpoint_;
    if (reply.type != history::EventType::kOk && !is_refused_) connection_.reset();
    return reply;
  }

 private:
  const std::vector<std::string>* command_of(const std::string& f) const {
    for (const auto& [name, words] : plan_.commands) {
      if (name == f) return &words;
    }
    const auto found = default_commands().find(f);
    return found == default_commands().end() ? nullptr : &found->second;
  }

  /// Error: unavailable; nothing of the operation was sent.
  Status connect(Clock::time_point deadline) {
    rest_.clear();
    if (plan_.sentinels.empty()) {
      endpoint_ = plan_.endpoints[next_++ % plan_.endpoints.size()];
    } else {
      CUTSET_ASSIGN(endpoint_, ask_sentinels(deadline));
    }
    CUTSET_ASSIGN(TcpConnection opened, TcpConnection::open(endpoint_, deadline));
    connection_.emplace(std::move(opened));
    return {};
  }

  Result<std::string> ask_sentinels(Clock::time_point deadline) {
    std::string why;
    for (size_t i = 0; i < plan_.sentinels.size(); ++i) {
      const std::string& sentinel = plan_.sentinels[next_++ % plan_.sentinels.size()];
      const auto soon = std::min(deadline, Clock::now() + timeout_ / 2);
      Result<std::string> master = ask_sentinel(sentinel, soon);
      if (master.ok()) return master;
      why = master.error().message;
    }
    return Error::unavailable("no sentinel names the master; the last: " + why);
  }

  Result<std::string> ask_sentinel(const std::string& sentinel,
                                   Clock::time_point deadline) {
    CUTSET_ASSIGN(TcpConnection connection, TcpConnection::open(sentinel, deadline));
    CUTSET_TRY(connection.send_all(
        resp_command({"SENTINEL", "get-master-addr-by-name", plan_.master}), deadline));
    std::string rest;
    CUTSET_ASSIGN(const RespAnswer answer, receive_resp(connection, rest, deadline));
    const bool is_address = answer.value.is_list() && answer.value.items.size() == 2;
    if (answer.is_error || !is_address) {
      return Error::unavailable(sentinel + " answers " + answer.value.shown());
    }
    return answer.value.items[0].text + ":" + answer.value.items[1].text;
  }

  Reply ask(const Request& request, const std::string& bytes,
            Clock::time_point deadline) {
    is_refused_ = false;
    if (!connection_) {
      if (const Status connected = connect(deadline); !connected.ok()) {
        return Reply::fail(connected.error().message);
      }
    }
    if (const Status sent = connection_->send_all(bytes, deadline); !sent.ok()) {
      return Reply::info(sent.error().message);
    }
    const Result<RespAnswer> answer = receive_resp(*connection_, rest_, deadline);
    if (!answer.ok()) return Reply::info(answer.error().message);
    return judged(request.f, *answer);
  }

  /// An error is an answer: the command was refused before it did anything, except for a
  /// script, which may have done a part.
  Reply judged(const std::string& f, const RespAnswer& answer) {
    if (answer.is_error) {
      const std::string error = answer.value.text.substr(0, 300);
      const bool in_script = error.find("script") != std::string::npos;
      return in_script ? Reply::info(error) : Reply::fail(error);
    }
    const bool is_lock = f == "acquire" || f == "release";
    if (is_lock && (answer.value.is_nothing() || answer.value.text == "0")) {
      is_refused_ = true;
      return Reply::fail("not held");
    }
    const bool changes =
        f == "write" || f == "delete" || f == "add" || f == "enqueue" || is_lock;
    return changes ? Reply::ok() : Reply::ok(answer.value);
  }

  const RespPlan& plan_;
  Milliseconds timeout_;
  size_t next_;
  std::string endpoint_;
  std::optional<TcpConnection> connection_;
  std::string rest_;
  bool is_refused_ = false;  // an answer as it should be: the connection is good
};

}  // namespace

std::unique_ptr<Client> make_resp_client(const RespPlan& plan, Milliseconds timeout,
                                         int64_t number) {
  return std::make_unique<RespClient>(plan, timeout, number);
}

}  // namespace cutset::driver
