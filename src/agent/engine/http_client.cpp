#include "agent/engine/http_client.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <http_parser.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"

namespace cutset::agent {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

Result<Fd> connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return Error::bad_input("the path of the engine's socket is too long: " + path);
  std::copy(path.begin(), path.end(), address.sun_path);
  Fd connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!connection.valid()) return Error::system("cannot make a socket");
  if (::connect(connection.get(), reinterpret_cast<const sockaddr*>(&address),
                sizeof address) != 0) {
    return Error::unavailable(
        fmt::format("no container engine answers at {}: {}", path, std::strerror(errno)));
  }
  return connection;
}

struct Reading {
  HttpResponse response;
  const std::function<void(std::string_view)>& use;
  size_t limit = 0;
  bool complete = false;
};

int on_body(http_parser* parser, const char* at, size_t length) {
  Reading& reading = *static_cast<Reading*>(parser->data);
  if (reading.use && parser->status_code / 100 == 2) {
    reading.use(std::string_view(at, length));
    return 0;
  }
  const size_t room =
      reading.limit - std::min(reading.limit, reading.response.body.size());
  reading.response.cut = reading.response.cut || length > room;
  reading.response.body.append(at, std::min(room, length));
  return 0;
}

int on_complete(http_parser* parser) {
  Reading& reading = *static_cast<Reading*>(parser->data);
  // "100 Continue" and the like come before the answer.
  reading.complete = parser->status_code >= 200;
  reading.response.status = static_cast<int>(parser->status_code);
  return 0;
}

class Exchange {
 public:
  Exchange(const std::string& socket_path, const HttpRequest& request, Fd connection)
      : socket_path_(socket_path),
        request_(request),
        connection_(std::move(connection)),
        deadline_(Clock::now() + request.deadline) {}

  Result<HttpResponse> run() {
    CUTSET_TRY(send());
    http_parser parser;
    http_parser_init(&parser, HTTP_RESPONSE);
    http_parser_settings settings;
    http_parser_settings_init(&settings);
    settings.on_body = on_body;
    settings.on_message_complete = on_complete;
    Reading reading{HttpResponse(), request_.on_body};
    reading.limit = request_.body_limit;
    parser.data = &reading;
    char buffer[65536];
    while (!reading.complete) {
      CUTSET_TRY(wait(POLLIN));
      const ssize_t count = ::read(connection_.get(), buffer, sizeof buffer);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return broken(std::strerror(errno));
      http_parser_execute(&parser, &settings, buffer, static_cast<size_t>(count));
      if (HTTP_PARSER_ERRNO(&parser) != HPE_OK)
        return broken(http_errno_description(HTTP_PARSER_ERRNO(&parser)));
      if (count == 0 && !reading.complete) return broken("it broke the answer off");
    }
    return std::move(reading.response);
  }

 private:
  Status send() {
    const std::string text = fmt::format(
        "{} {} HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n{}Content-Length: "
        "{}\r\n\r\n{}",
        request_.method, request_.target,
        request_.body.empty() ? "" : "Content-Type: application/json\r\n",
        request_.body.size(), request_.body);
    size_t sent = 0;
    while (sent < text.size()) {
      CUTSET_TRY(wait(POLLOUT));
      const ssize_t count = ::send(connection_.get(), text.data() + sent,
                                   text.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (count < 0) return broken(std::strerror(errno));
      sent += static_cast<size_t>(count);
    }
    return {};
  }

  Status wait(short events) {
    while (true) {
      if (request_.stop && request_.stop()) return Error::interrupted("given up");
      const auto left = std::chrono::ceil<milliseconds>(deadline_ - Clock::now()).count();
      if (left <= 0) {
        return Error::unavailable(fmt::format(
            "the container engine at {} does not answer {} {} within {} ms", socket_path_,
            request_.method, request_.target, request_.deadline.count()));
      }
      pollfd polled{connection_.get(), events, 0};
      const int slice =
          static_cast<int>(std::min<long>(left, request_.stop ? 50 : 60000));
      if (::poll(&polled, 1, slice) > 0) return {};
    }
  }

  Error broken(const std::string& reason) const {
    return Error::unavailable(fmt::format("the container engine at {}: {} {}: {}",
                                          socket_path_, request_.method, request_.target,
                                          reason));
  }

  const std::string& socket_path_;
  const HttpRequest& request_;
  const Fd connection_;
  const Clock::time_point deadline_;
};

}  // namespace

Result<HttpResponse> send_request(const std::string& socket_path,
                                  const HttpRequest& request) {
  CUTSET_ASSIGN(Fd connection, connect_to(socket_path));
  return Exchange(socket_path, request, std::move(connection)).run();
}

std::string percent_encoded(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      result += c;
    } else {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return result;
}

}  // namespace cutset::agent
