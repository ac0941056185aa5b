#include "injector/http_client.h"

#include <cstdlib>

#include "tiny_server.h"
#include <gtest/gtest.h>

namespace cutset::injector {
namespace {

using namespace std::chrono_literals;

HttpRequest get(const TinyServer& server, const std::string& path) {
  HttpRequest request;
  request.address = server.address();
  request.path = path;
  request.deadline = 2000ms;
  return request;
}

std::string error_of(const HttpRequest& request) {
  HttpClient client(nullptr);
  const auto result = client.request(request);
  EXPECT_FALSE(result);
  return result ? "" : result.error().message;
}

TEST(HttpClient, SendsWhatItIsGivenAndReturnsWhatCameBack) {
  TinyServer server([](const std::string&) {
    return "HTTP/1.1 207 X\r\nX-Name:  v \r\nContent-Length: 3\r\n\r\nabc";
  });
  HttpClient client(nullptr);
  HttpRequest request = get(server, "/a/../b?x=1#2");
  request.method = "PATCH";
  request.headers = {{"x-a", "1"}, {"x-empty", ""}};
  request.body = "hello";
  const auto answer = client.request(request);
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->status, 207);
  EXPECT_EQ(answer->body, "abc");
  EXPECT_EQ(answer->headers[0], (std::pair<std::string, std::string>("x-name", "v")));
  const std::string sent = server.requests().at(0);
  EXPECT_TRUE(sent.starts_with("PATCH /a/../b?x=1#2 HTTP/1.1\r\n")) << sent;
  EXPECT_NE(sent.find("x-a: 1\r\n"), std::string::npos);
  EXPECT_NE(sent.find("x-empty:\r\n"), std::string::npos) << sent;
  EXPECT_EQ(sent.find("ontent-Type"), std::string::npos) << sent;
  EXPECT_EQ(sent.find("Expect"), std::string::npos);
  EXPECT_TRUE(sent.ends_with("\r\n\r\nhello"));
}

TEST(HttpClient, ReUsesAConnectionUnlessItMustBeOwn) {
  TinyServer server([](const std::string&) { return http_answer(200, "x"); });
  HttpClient client(nullptr);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(client.request(get(server, "/")));
  EXPECT_EQ(server.accepted(), 1);
  HttpRequest own = get(server, "/");
  own.own_connection = true;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(client.request(own));
  EXPECT_EQ(server.accepted(), 4);
}

TEST(HttpClient, HeadHasNoBody) {
  TinyServer server([](const std::string&) {
    return "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n";
  });
  HttpClient client(nullptr);
  HttpRequest request = get(server, "/");
  request.method = "HEAD";
  ASSERT_TRUE(client.request(request));
}

TEST(HttpClient, RedirectsAreAnswers) {
  TinyServer server([](const std::string&) {
    return "HTTP/1.1 302 X\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
  });
  HttpClient client(nullptr);
  const auto answer = client.request(get(server, "/"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302);
}

TEST(HttpClient, ProxiesOfTheEnvironmentAreIgnored) {
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  TinyServer server([](const std::string&) { return http_answer(200, ""); });
  HttpClient client(nullptr);
  EXPECT_TRUE(client.request(get(server, "/")));
  ::unsetenv("http_proxy");
}

TEST(HttpClient, FailuresAreSaidInWords) {
  HttpRequest refused;
  {
    TinyServer gone([](const std::string&) { return ""; });
    refused = get(gone, "/");
  }
  EXPECT_EQ(error_of(refused), "connection refused");

  TinyServer silent([&silent](const std::string&) {
    while (!silent.done()) std::this_thread::sleep_for(5ms);
    return "";
  });
  HttpRequest slow = get(silent, "/");
  slow.deadline = 60ms;
  EXPECT_EQ(error_of(slow), "no answer within 60ms");

  TinyServer closing([](const std::string&) { return ""; });
  EXPECT_EQ(error_of(get(closing, "/")), "the connection was closed before an answer");

  TinyServer garbage(
      [](const std::string&) { return std::string("\x01\x02 garbage\r\n\r\n"); });
  EXPECT_EQ(error_of(get(garbage, "/")), "the answer is not HTTP");

  int part = 0;
  TinyServer partial([&part](const std::string&) {
    return ++part > 1
               ? ""
               : "HTTP/1.1 200 OK\r\ncontent-length: 100\r\nconnection: close\r\n\r\nab";
  });
  HttpRequest broken = get(partial, "/");
  broken.deadline = 300ms;
  EXPECT_EQ(error_of(broken), "no answer within 300ms");
}

TEST(HttpClient, WhatNeverEndsIsBounded) {
  TinyServer endless([](const std::string&) {
    return "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + std::string(300'000, 'x');
  });
  HttpRequest request = get(endless, "/");
  request.body_limit = 100'000;
  EXPECT_EQ(error_of(request), "the answer is larger than 100000 bytes");

  TinyServer headers([](const std::string&) {
    std::string answer = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 20'000; ++i)
      answer += "x-" + std::to_string(i) + ": yyyyyyyyyyyyyyyy\r\n";
    return answer;
  });
  EXPECT_NE(error_of(get(headers, "/")), "");
}

TEST(HttpClient, AStopEndsAWaitingExchange) {
  TinyServer silent([&silent](const std::string&) {
    while (!silent.done()) std::this_thread::sleep_for(5ms);
    return "";
  });
  StopSignal stop;
  HttpClient client(&stop);
  std::thread stopper([&stop] {
    std::this_thread::sleep_for(50ms);
    stop.request();
  });
  const auto started = std::chrono::steady_clock::now();
  HttpRequest request = get(silent, "/");
  request.deadline = 20'000ms;
  const auto result = client.request(request);
  stopper.join();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kInterrupted);
  EXPECT_LT(std::chrono::steady_clock::now() - started, 5s);
}

}  // namespace
}  // namespace cutset::injector
