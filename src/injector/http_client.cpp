#include "injector/http_client.h"

#include <algorithm>
#include <mutex>

#include <curl/curl.h>
#include <fmt/format.h>

#include "base/text.h"
#include "injector/duration.h"

namespace cutset::injector {

namespace {

constexpr size_t kMostHeaderBytes = 256 * 1024;
using Clock = std::chrono::steady_clock;

/// What the callbacks of one exchange fill.
struct Exchange {
  HttpAnswer answer;
  size_t header_bytes = 0;
  size_t body_limit = 0;
  bool too_large = false;
};

size_t take_header(char* bytes, size_t size, size_t count, void* user) {
  auto* exchange = static_cast<Exchange*>(user);
  const size_t length = size * count;
  exchange->header_bytes += length;
  if (exchange->header_bytes > kMostHeaderBytes) {
    exchange->too_large = true;
    return 0;
  }
  const std::string_view line(bytes, length);
  if (line.starts_with("HTTP/")) exchange->answer.headers.clear();  // after a 1xx
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return length;
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a')
                                      : static_cast<char>(byte);
  });
  exchange->answer.headers.emplace_back(std::move(name), trim(line.substr(colon + 1)));
  return length;
}

size_t take_body(char* bytes, size_t size, size_t count, void* user) {
  auto* exchange = static_cast<Exchange*>(user);
  const size_t length = size * count;
  if (exchange->answer.body.size() + length > exchange->body_limit) {
    exchange->too_large = true;
    return 0;
  }
  exchange->answer.body.append(bytes, length);
  return length;
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

void append(HeaderList& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  CHECK(longer != nullptr);  // only without memory
  [[maybe_unused]] curl_slist* same = list.release();
  list.reset(longer);
}

HeaderList header_list(const HttpRequest& request) {
  HeaderList list;
  append(list, "Expect:");  // a wait for "100 Continue" would be a second exchange
  bool has_type = false;
  for (const auto& [name, value] : request.headers) {
    has_type = has_type || name == "content-type" || name == "Content-Type";
    // "name;" is how this library is asked for a header without a value.
    append(list, value.empty() ? name + ";" : name + ": " + value);
  }
  if (!has_type) append(list, "Content-Type:");  // no guess about the body
  return list;
}

std::string failure_text(CURLcode code, const HttpRequest& request,
                         const Exchange& exchange) {
  if (exchange.too_large) {
    return fmt::format("the answer is larger than {} bytes", exchange.body_limit);
  }
  switch (code) {
    case CURLE_COULDNT_CONNECT:
      return "connection refused";
    case CURLE_OPERATION_TIMEDOUT:
      return "no answer within " + duration_text(request.deadline);
    case CURLE_GOT_NOTHING:
      return "the connection was closed before an answer";
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return exchange.header_bytes == 0
                 ? "the connection was closed before an answer"
                 : "the connection broke in the middle of the answer";
    case CURLE_PARTIAL_FILE:
      return "the connection broke in the middle of the answer";
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
      return "the answer is not HTTP";
    default:
      return fmt::format("the exchange failed: {}", curl_easy_strerror(code));
  }
}

void initialise_library() {
  static std::once_flag once;
  std::call_once(once, [] { CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); });
}

}  // namespace

class HttpClient::Impl {
 public:
  explicit Impl(const StopSignal* stop) : stop_(stop) {
    initialise_library();
    multi_ = curl_multi_init();
    easy_ = curl_easy_init();
    CHECK(multi_ != nullptr && easy_ != nullptr);
  }
  ~Impl() {
    curl_easy_cleanup(easy_);
    curl_multi_cleanup(multi_);
  }

  Result<HttpAnswer> request(const HttpRequest& request) {
    if (stop_ != nullptr) CUTSET_TRY(stop_->check());
    Exchange exchange;
    exchange.body_limit = request.body_limit;
    const HeaderList headers = header_list(request);
    prepare(request, exchange, headers.get());
    CHECK(curl_multi_add_handle(multi_, easy_) == CURLM_OK);
    const CURLcode code = drive(request.deadline);
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    curl_multi_remove_handle(multi_, easy_);
    if (code != CURLE_OK) {
      if (stop_ != nullptr) CUTSET_TRY(stop_->check());
      return Error::unavailable(failure_text(code, request, exchange));
    }
    exchange.answer.status = static_cast<int>(status);
    return std::move(exchange.answer);
  }

 private:
  void prepare(const HttpRequest& request, Exchange& exchange, curl_slist* headers) {
    curl_easy_reset(easy_);
    const std::string url = "http://" + request.address + "/";
    curl_easy_setopt(easy_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy_, CURLOPT_REQUEST_TARGET, request.path.c_str());
    curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http");
    if (!request.socket.empty())
      curl_easy_setopt(easy_, CURLOPT_UNIX_SOCKET_PATH, request.socket.c_str());
    curl_easy_setopt(easy_, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS,
                     std::max(1L, long{request.deadline.count()}));
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers);
    if (request.method == "HEAD") {
      curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
    } else {
      if (!request.body.empty() || request.method == "POST") {
        curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE,
                         static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request.body.c_str());
      }
      curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    if (request.own_connection) {
      curl_easy_setopt(easy_, CURLOPT_FRESH_CONNECT, 1L);
      curl_easy_setopt(easy_, CURLOPT_FORBID_REUSE, 1L);
    }
    curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy_, CURLOPT_HEADERDATA, &exchange);
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, &exchange);
  }

  CURLcode drive(std::chrono::milliseconds deadline) {
    // The library keeps the deadline itself; this one only guards against its rounding.
    const auto until = Clock::now() + deadline + std::chrono::seconds(1);
    int running = 1;
    while (true) {
      if (curl_multi_perform(multi_, &running) != CURLM_OK) return CURLE_FAILED_INIT;
      if (running == 0) break;
      if (Clock::now() > until) return CURLE_OPERATION_TIMEDOUT;
      curl_waitfd stop_fd{stop_ != nullptr ? stop_->fd() : -1, CURL_WAIT_POLLIN, 0};
      curl_multi_poll(multi_, stop_ != nullptr ? &stop_fd : nullptr,
                      stop_ != nullptr ? 1 : 0, 1000, nullptr);
      if (stop_ != nullptr && stop_->requested()) return CURLE_ABORTED_BY_CALLBACK;
    }
    int left = 0;
    const CURLMsg* message = curl_multi_info_read(multi_, &left);
    CHECK(message != nullptr && message->msg == CURLMSG_DONE);
    return message->data.result;
  }

  const StopSignal* stop_;
  CURLM* multi_ = nullptr;
  CURL* easy_ = nullptr;
};

HttpClient::HttpClient(const StopSignal* stop) : impl_(std::make_unique<Impl>(stop)) {}
HttpClient::~HttpClient() = default;

Result<HttpAnswer> HttpClient::request(const HttpRequest& request) {
  return impl_->request(request);
}

}  // namespace cutset::injector
