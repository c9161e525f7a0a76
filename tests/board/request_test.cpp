// Requests: what is understood, and what is refused with which status.
#include "board/http/request.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace luge::board::http {
namespace {

constexpr std::string_view kHost = "Host: localhost\r\n";

Parsed parsed(std::string_view first, std::string_view headers = kHost) {
  return parse(fmt::format("{}\r\n{}\r\n", first, headers));
}

TEST(Request, IsReadWholeOrNotYet) {
  const std::string text = "GET /api/runs?x=1 HTTP/1.1\r\nHost: localhost:6006\r\nAccept: */*\r\n\r\nGET";
  for (std::size_t length = 0; length + 3 < text.size(); ++length)
    EXPECT_EQ(parse(std::string_view(text).substr(0, length)).status, 0) << length;
  const Parsed whole = parse(text);
  ASSERT_EQ(whole.status, 200);
  EXPECT_EQ(whole.used, text.size() - 3);
  EXPECT_EQ(whole.request.method, "GET");
  EXPECT_EQ(whole.request.path, "/api/runs");
  EXPECT_EQ(whole.request.header("accept"), "*/*");
  EXPECT_TRUE(whole.request.keep_alive);
}

TEST(Request, HttpOneNoughtAndCloseEndTheConnection) {
  EXPECT_FALSE(parsed("GET / HTTP/1.0", "").request.keep_alive);
  EXPECT_FALSE(parsed("HEAD / HTTP/1.1", "Host: a\r\nConnection: Close\r\n").request.keep_alive);
}

TEST(BadInput, C93_ABodyIsRefused) {
  EXPECT_EQ(parsed("GET / HTTP/1.1", "Host: a\r\nContent-Length: 67108865\r\n").status, 413);
  EXPECT_EQ(parsed("GET / HTTP/1.1", "Host: a\r\nContent-Length: 0\r\n").status, 200);
  EXPECT_EQ(parsed("GET / HTTP/1.1", "Host: a\r\nContent-Length: -1\r\n").status, 400);
}

TEST(BadInput, C94_ChunksAreRefused) {
  for (const char* value : {"chunked", "gzip, chunked", "identity"})
    EXPECT_EQ(parsed("GET / HTTP/1.1", fmt::format("{}Transfer-Encoding: {}\r\n", kHost, value)).status, 400);
}

TEST(BadInput, C97_WhatMayBeUnderstoodInTwoWaysIsRefused) {
  EXPECT_EQ(parsed("GET / HTTP/1.1",
                   fmt::format("{}{}", kHost, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"))
                .status,
            400);
  EXPECT_EQ(parsed("GET / HTTP/1.1", fmt::format("{}{}", kHost, "Content-Length: 0\r\nContent-Length: 0\r\n"))
                .status,
            400);
  EXPECT_EQ(parsed("GET / HTTP/1.1", fmt::format("{}{}", kHost, "Accept: a\r\n b\r\n")).status, 400)
      << "a header over two lines";
  EXPECT_EQ(parse("GET / HTTP/1.1\nHost: a\n\n").status, 400) << "LF without CR";
  EXPECT_EQ(parse("GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n").status, 400) << "CR within a line";
  EXPECT_EQ(parsed("GET / HTTP/1.1", fmt::format("{}{}", kHost, "Accept : a\r\n")).status, 400)
      << "a blank before the colon";
  EXPECT_EQ(parsed("GET / HTTP/1.1", fmt::format("{0}{0}", kHost)).status, 400) << "two hosts";
  EXPECT_EQ(parsed("GET / HTTP/1.1", "").status, 400) << "no host";
  EXPECT_EQ(parsed("GET / HTTP/1.1", fmt::format("{}{}", kHost, std::string_view("A: a\0b\r\n", 8))).status,
            400)
      << "NUL";
  EXPECT_EQ(parsed("G\x01T / HTTP/1.1").status, 400);
  EXPECT_EQ(parsed("GET /").status, 400);
  EXPECT_EQ(parsed("GET / x HTTP/1.1").status, 400);
  EXPECT_EQ(parsed("GET http://evil/ HTTP/1.1").status, 400);
  EXPECT_EQ(parsed("GET / HTTP/2.0").status, 505);
  EXPECT_EQ(parsed("GET / HTCPCP/1.0").status, 400);
  EXPECT_EQ(parsed("POST / HTTP/1.1").status, 405);
  EXPECT_EQ(parsed("BREW / HTTP/1.1").status, 405);
}

TEST(BadInput, C97_LongRequestsAreRefusedBeforeTheyEnd) {
  EXPECT_EQ(parse(fmt::format("GET /{:a>3000}", "")).status, 414);
  EXPECT_EQ(parsed(fmt::format("GET /{:a>2048} HTTP/1.1", "")).status, 414);
  EXPECT_EQ(parse(fmt::format("GET / HTTP/1.1\r\nHost: a\r\nCookie: {:a>65536}", "")).status, 431);
  EXPECT_EQ(parse(std::string(9000, 'G')).status, 431);
  std::string many(kHost);
  for (int k = 0; k < 1000; ++k) many += "A: b\r\n";
  EXPECT_EQ(parsed("GET / HTTP/1.1", many).status, 431);
}

TEST(BadInput, C98_PathsThatLeaveTheirFolderNameNothing) {
  EXPECT_EQ(decoded_path("/files/a%20b/metrics.csv"), "/files/a b/metrics.csv");
  EXPECT_EQ(decoded_path("/a/"), "/a/");
  for (const char* path : {"/..", "/../etc/passwd", "/a/../b", "/%2e%2e/b", "/%2E%2e%2fetc",
                           "/a/..%2f..%2fetc/passwd", "/.", "/a/./b", "//etc/passwd", "/a//b", "/a%00.png",
                           "/a%0d%0aSet-Cookie:x", "/a%5c..%5cb", "/a\\b", "/%", "/%4", "/%zz", "/a%7f"})
    EXPECT_EQ(decoded_path(path), "") << path;
}

// Bytes of a request are changed, left out and repeated: it is understood, refused, or not complete.
TEST(BadInput, C97_AnyBytesHaveOneOfTheKnownAnswers) {
  std::mt19937 random(7);
  const std::string whole = "GET /api/run/a%20b?x HTTP/1.1\r\nHost: localhost:6006\r\nAccept: */*\r\n\r\n";
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = whole;
    for (std::uint32_t change = random() % 4; change < 5; ++change) {
      const std::size_t at = random() % bytes.size();
      const auto byte = static_cast<char>(random() % 256);
      if (random() % 3 == 0) {
        bytes.erase(at, random() % 3);
      } else if (random() % 2 == 0) {
        bytes.insert(at, 1 + random() % 2, byte);
      } else {
        bytes[at] = byte;
      }
    }
    const Parsed parsed = parse(bytes);
    EXPECT_NE(reason_of(parsed.status == 0 ? 200 : parsed.status), "Unknown") << parsed.status;
    EXPECT_LE(parsed.used, bytes.size());
    EXPECT_EQ(parsed.status == 200, parsed.used > 0);
    EXPECT_EQ(parsed.status >= 400, !parsed.why.empty());
    EXPECT_EQ(parsed.request.path.find("/../"), std::string::npos);
    EXPECT_EQ(parsed.request.path.find('\0'), std::string::npos);
  }
}

TEST(Request, HostsAreNamesWithoutThePort) {
  EXPECT_EQ(host_name("LocalHost:6006"), "localhost");
  EXPECT_EQ(host_name("[::1]:6006"), "[::1]");
  EXPECT_EQ(host_name("example.com."), "example.com");
  EXPECT_EQ(host_name("a:b"), "");
  EXPECT_EQ(host_name("[::1"), "");
  EXPECT_TRUE(is_address("127.0.0.1"));
  EXPECT_TRUE(is_address("[::1]"));
  EXPECT_FALSE(is_address("127.0.0.1.evil.example"));
  EXPECT_FALSE(is_address("evil.example"));
}

}  // namespace
}  // namespace luge::board::http
