// The server over real sockets: slow clients, many of them, those that leave, and what it never takes.
#include "board/http/server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "board/serving.h"
#include "luge/error.h"
#include "support/errors.h"
#include "support/http_client.h"

namespace luge::board::http {
namespace {

using namespace std::chrono_literals;
using testing::Client;
using testing::get;
using testing::get_text;
using testing::Serving;

Response answer(const Request& request) {
  if (request.path == "/events") return {.type = "text/event-stream", .body = "retry: 1\n\n", .stream = true};
  if (request.path == "/large") return {.body = std::string(8u << 20, 'x')};
  return {.body = "you asked for " + request.path};
}

TEST(Server, AnswersSeveralRequestsOfOneConnection) {
  Server server({}, answer);
  const Serving<Server> serving(server);
  Client client(server.port());
  client.send(get_text("/one") + get_text("/two"));
  EXPECT_EQ(client.reply().body, "you asked for /one");
  EXPECT_EQ(client.reply().body, "you asked for /two");
  client.send("HEAD /three HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const auto head = client.reply(10s, true);
  EXPECT_EQ(head.status, 200);
  EXPECT_NE(head.head.find("Content-Length: 20"), std::string::npos) << head.head;
  EXPECT_EQ(client.read(2s), "") << "a reply to HEAD has no body";
}

TEST(Server, ReadsARequestThatComesByteByByte) {
  Server server({}, answer);
  const Serving<Server> serving(server);
  Client client(server.port());
  for (const char byte : get_text("/slowly")) client.send(std::string(1, byte));
  EXPECT_EQ(client.reply().body, "you asked for /slowly");
}

TEST(BadInput, C96_SlowClientsAreSentAwayAndHoldUpNoOther) {
  Server server({.connections = 4, .head = 300ms, .idle = 200ms}, answer);
  const Serving<Server> serving(server);
  Client begins(server.port()), says_nothing(server.port());
  begins.send("GET / HTTP/1.1\r\nHost:");
  EXPECT_EQ(get(server.port(), "/other").status, 200) << "two slow clients are open";
  // More bytes do not give it more time.
  for (int k = 0; k < 10 && begins.send("a"); ++k) ::usleep(50'000);
  EXPECT_EQ(begins.reply().status, 408);
  EXPECT_TRUE(begins.closed(5s));
  EXPECT_TRUE(says_nothing.closed(5s));
  Client idle(server.port());
  idle.send(get_text("/"));
  EXPECT_EQ(idle.reply().status, 200);
  EXPECT_TRUE(idle.closed(5s));
}

TEST(BadInput, C96_AClientThatTakesNothingIsSentAway) {
  Server server({.writing = 300ms}, answer);
  const Serving<Server> serving(server);
  Client client(server.port());
  client.send(get_text("/large"));
  ::usleep(900'000);
  EXPECT_LT(client.read(5s).size(), 8u << 20);
  EXPECT_EQ(get(server.port(), "/").status, 200);
}

TEST(BadInput, C97_AfterARefusalTheConnectionIsClosed) {
  Server server({}, answer);
  const Serving<Server> serving(server);
  const std::pair<std::string, int> cases[] = {
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", 405},
      {"GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n", 400},
      {"GET /" + std::string(70'000, 'a') + " HTTP/1.1\r\n\r\n", 414},
      {"GET / HTTP/1.1\r\nA: " + std::string(70'000, 'a'), 431},
      {"\x16\x03\x01\x02\n", 400}};
  for (const auto& [bytes, status] : cases) {
    Client client(server.port());
    client.send(bytes);
    client.send(get_text("/hidden"));
    const auto reply = client.reply();
    EXPECT_EQ(reply.status, status) << bytes.substr(0, 60);
    EXPECT_NE(reply.head.find("Connection: close"), std::string::npos);
    EXPECT_EQ(reply.head.find("Allow: GET, HEAD") != std::string::npos, status == 405);
    EXPECT_EQ(client.read(5s).find("hidden"), std::string::npos) << "what follows is not a request";
  }
}

TEST(BadInput, C99_ClientsThatLeaveDoNoHarm) {
  Server server({}, answer);
  const Serving<Server> serving(server);
  for (int k = 0; k < 20; ++k) {
    Client client(server.port());
    client.send(k % 2 ? get_text("/large") : get_text("/events"));
    if (k % 3 == 0) client.reply(1s, true);
  }
  Client half(server.port());
  half.send(get_text("/half"));
  half.end_sending();
  EXPECT_EQ(half.reply().body, "you asked for /half");
  EXPECT_EQ(get(server.port(), "/").status, 200);
}

TEST(BadInput, C100_TooManyConnectionsAreToldSoAndItRecovers) {
  Server server({.connections = 3}, answer);
  const Serving<Server> serving(server);
  std::vector<std::unique_ptr<Client>> open;
  for (int k = 0; k < 3; ++k) {
    open.push_back(std::make_unique<Client>(server.port()));
    open.back()->send(get_text("/"));
    EXPECT_EQ(open.back()->reply().status, 200);
  }
  Client more(server.port());
  const auto refused = more.reply();
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.head.find("Retry-After: 2"), std::string::npos) << refused.head;
  open.clear();
  int status = 0;
  for (int k = 0; k < 50 && status != 200; ++k, ::usleep(20'000)) status = get(server.port(), "/").status;
  EXPECT_EQ(status, 200);
}

TEST(BadInput, C100_WithoutFilesToOpenItSaysSoAndRecovers) {
  Server server({}, answer);
  const Serving<Server> serving(server);
  Client first(server.port()), second(server.port());  // their own files are open already
  first.send(get_text("/"));
  EXPECT_EQ(first.reply().status, 200);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit few = before;
  few.rlim_cur = 200;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  std::vector<int> all;
  for (int file; (file = ::dup(0)) >= 0;) all.push_back(file);
  ASSERT_FALSE(all.empty());
  ::close(all.back());  // one, for the client of this test
  all.pop_back();
  {
    Client third(server.port());
    EXPECT_EQ(third.reply().status, 503);
  }
  for (const int file : all) ::close(file);
  ::setrlimit(RLIMIT_NOFILE, &before);
  int status = 0;
  for (int k = 0; k < 50 && status != 200; ++k, ::usleep(20'000)) status = get(server.port(), "/").status;
  EXPECT_EQ(status, 200);
}

TEST(Server, StreamsGetEventsAndTheirNumberIsLimited) {
  Server server({.streams = 1}, answer);
  std::atomic<bool> stop{false};
  int sent = 0;
  std::thread thread([&] {
    server.run([&] { return stop.load(); },
               [&] {
                 if (server.streams() > 0 && sent++ == 0) server.publish("changed", "{\"runs\":[\"a\"]}");
               });
  });
  Client client(server.port());
  client.send(get_text("/events"));
  const std::string text = client.read(5s, "\"a\"]}\n\n");
  EXPECT_NE(text.find("Content-Type: text/event-stream"), std::string::npos) << text;
  EXPECT_NE(text.find("event: changed\ndata: {\"runs\":[\"a\"]}\n\n"), std::string::npos) << text;
  EXPECT_EQ(get(server.port(), "/events").status, 503);
  stop = true;
  thread.join();
}

TEST(BadInput, C104_ItListensOnThisMachineOnly) {
  Server server({}, answer);
  EXPECT_TRUE(server.address().starts_with("http://127.0.0.1:")) << server.address();
  // The kernel's table of listening sockets: 0100007F is 127.0.0.1.
  std::FILE* table = std::fopen("/proc/net/tcp", "r");
  ASSERT_TRUE(table);
  char line[512], wanted[16];
  std::snprintf(wanted, sizeof wanted, ":%04X ", static_cast<unsigned>(server.port()));
  bool seen = false;
  while (std::fgets(line, sizeof line, table)) {
    const std::string row = line;
    const std::size_t at = row.find(wanted);
    if (at == std::string::npos || at > 20) continue;
    seen = true;
    EXPECT_NE(row.find("0100007F:"), std::string::npos) << row;
  }
  std::fclose(table);
  EXPECT_TRUE(seen);
}

TEST(BadInput, C104_ATakenPortAndAForeignAddressAreErrors) {
  Server server({}, answer);
  testing::expect_error<FileError>([&] { Server second({.port = server.port()}, answer); },
                                   {std::to_string(server.port()), "cannot listen", "port=0"});
  EXPECT_THROW(Server({.host = "203.0.113.7"}, answer), FileError);
  EXPECT_THROW(Server({.host = "not a name"}, answer), FileError);
}

}  // namespace
}  // namespace luge::board::http
