#include "agent/client.h"

#include <chrono>

#include "cutset/agent/v1/agent.grpc.pb.h"
#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>
#include <grpcpp/grpcpp.h>
#include <sys/stat.h>

#include "agent/intent_log.h"
#include "agent/state_folder.h"
#include "agent/undo.h"
#include "agent/unix_socket.h"

namespace cutset::agent {

namespace {

constexpr std::chrono::seconds kPatience{10};

template <typename Request, typename Reply>
using Method = grpc::Status (v1::Agent::Stub::*)(grpc::ClientContext*, const Request&,
                                                 Reply*);

template <typename Request, typename Reply>
Result<Reply> call(const std::string& socket_path, Method<Request, Reply> method) {
  if (!is_served(socket_path))
    return Error::unavailable("no agent serves unix:" + socket_path);
  const auto stub = v1::Agent::NewStub(
      grpc::CreateChannel("unix:" + socket_path, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  Reply reply;
  const grpc::Status status = (stub.get()->*method)(&context, Request(), &reply);
  if (!status.ok()) {
    return Error::unavailable(
        fmt::format("the agent at unix:{}: {}", socket_path, status.error_message()));
  }
  return reply;
}

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

std::string undone_text(int faults, int processes) {
  return fmt::format("{} faults lifted, {} processes ended\n", faults, processes);
}

}  // namespace

Result<std::string> status_text(const std::string& socket_path, bool json) {
  const auto reply = call<v1::GetStatusRequest, v1::GetStatusReply>(
      socket_path, &v1::Agent::Stub::GetStatus);
  if (!reply.ok()) return reply.error();
  std::string text;
  if (json) {
    google::protobuf::util::JsonPrintOptions options;
    options.always_print_primitive_fields = true;
    options.preserve_proto_field_names = true;
    if (!google::protobuf::util::MessageToJsonString(*reply, &text, options).ok()) {
      return Error::internal("the status cannot be printed as JSON");
    }
    return text + "\n";
  }
  text = fmt::format("cutset-agent {} at unix:{}\ncontroller: {}\narmed faults: {}\n",
                     reply->agent_version(), socket_path, or_dash(reply->controller()),
                     reply->armed_faults());
  for (const v1::ServiceStatus& service : reply->services()) {
    text += fmt::format(
        "service {}: {}, listens on {}, proxy {}\n", service.name(),
        service.pid() == 0 ? "not running" : fmt::format("pid {}", service.pid()),
        or_dash(service.listen()), or_dash(service.proxy()));
  }
  return text;
}

Result<std::string> ask_to_undo_all(const std::string& socket_path) {
  const auto reply =
      call<v1::UndoAllRequest, v1::UndoAllReply>(socket_path, &v1::Agent::Stub::UndoAll);
  if (!reply.ok()) return reply.error();
  return undone_text(static_cast<int>(reply->faults_lifted()),
                     static_cast<int>(reply->processes_ended()));
}

Result<std::string> undo_all(const std::string& state, const std::string& socket_path) {
  if (!socket_path.empty() && is_served(socket_path)) return ask_to_undo_all(socket_path);
  struct stat info {};
  if (::stat(state.c_str(), &info) != 0) {
    return Error::usage(fmt::format(
        "--state {}: there is no such folder, so no agent has used it", state));
  }
  ::umask(077);
  CUTSET_ASSIGN(const std::string folder, open_state_folder(state));
  CUTSET_ASSIGN(const std::optional<Intent> intent, read_intent(folder));
  if (intent && !intent->closed && alive(intent->keeper) && is_served(intent->socket)) {
    return ask_to_undo_all(intent->socket);
  }
  CUTSET_ASSIGN(const Fd state_lock, lock_state_folder(folder));
  CUTSET_ASSIGN(const Undone undone, undo_earlier_agent(folder));
  if (!undone.problems.empty()) {
    return Error::internal(fmt::format(
        "{} of {} faults could not be undone; the first: {}", undone.left.size(),
        undone.left.size() + undone.records.size(), undone.problems.front()));
  }
  // Faults of proxies live in the agent's own process: with it, they are gone.
  return undone_text(static_cast<int>(undone.records.size()), undone.processes.ended);
}

}  // namespace cutset::agent
