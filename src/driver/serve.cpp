#include "driver/serve.h"

#include <cstdio>
#include <iostream>
#include <map>

#include "driver/client.h"
#include "history/event_reader.h"
#include "history/event_writer.h"

namespace cutset::driver {

Status serve(const TargetPlan& plan, const std::atomic<bool>& stop) {
  std::map<int64_t, std::unique_ptr<Client>> clients;
  std::string line;
  for (int number = 1; !stop && std::getline(std::cin, line); ++number) {
    auto parsed = history::parse_line(line);
    if (!parsed.ok()) {
      return Error::bad_input(parsed.error().message, "<stdin>", number,
                              parsed.error().column);
    }
    const auto* event = std::get_if<history::Event>(&*parsed);
    if (event == nullptr || event->type != history::EventType::kInvoke ||
        !event->process) {
      return Error::bad_input("expected an operation: a line of type invoke", "<stdin>",
                              number, 1);
    }
    std::unique_ptr<Client>& client = clients[*event->process];
    if (client == nullptr) {
      CUTSET_ASSIGN(client, make_client(plan, *event->process));
    }
    const Request request{
        *event->process,           event->f,    event->key, event->value,
        event->token.value_or(""), event->phase};
    const Reply reply = client->perform(request);
    history::Event answer = *event;
    answer.type = reply.type;
    if (reply.value) answer.value = reply.value;
    answer.endpoint = reply.endpoint;
    answer.error = reply.error;
    const std::string text = history::line_of(answer);
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() ||
        std::fflush(stdout) != 0) {
      return Error::system("standard output");
    }
  }
  return {};
}

}  // namespace cutset::driver
