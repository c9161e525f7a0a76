#include "support/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace luge::testing {

Client::Client(int port) : file_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (file_ < 0 || ::connect(file_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("cannot connect");
}
Client::~Client() { ::close(file_); }

bool Client::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t put = ::send(file_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

// Adds what comes; false at the end of the connection or of the time.
bool Client::wait(std::chrono::steady_clock::time_point end) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
  pollfd file{file_, POLLIN, 0};
  if (left <= 0 || ::poll(&file, 1, static_cast<int>(left)) <= 0) return false;
  char buffer[65536];
  const ssize_t got = ::recv(file_, buffer, sizeof buffer, 0);
  if (got <= 0) return false;
  pending_.append(buffer, static_cast<std::size_t>(got));
  return true;
}

std::string Client::read(std::chrono::milliseconds time, std::string_view until) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (until.empty() || pending_.find(until) == std::string::npos) {
    if (!wait(end)) break;
  }
  return std::exchange(pending_, {});
}

Reply Client::reply(std::chrono::milliseconds time, bool head_only) {
  const auto end = std::chrono::steady_clock::now() + time;
  Reply reply;
  std::size_t head = 0;
  while ((head = pending_.find("\r\n\r\n")) == std::string::npos) {
    if (!wait(end)) return reply;
  }
  reply.head = pending_.substr(0, head + 2);
  pending_.erase(0, head + 4);
  reply.status = std::atoi(reply.head.c_str() + 9);
  const std::size_t length = reply.head.find("Content-Length: ");
  const std::size_t wanted = length == std::string::npos || head_only
                                 ? 0
                                 : std::strtoull(reply.head.c_str() + length + 16, nullptr, 10);
  while (pending_.size() < wanted) {
    if (!wait(end)) break;
  }
  reply.body = pending_.substr(0, wanted);
  pending_.erase(0, wanted);
  return reply;
}

bool Client::closed(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (wait(end)) {
  }
  pollfd file{file_, POLLIN, 0};
  char byte;
  return ::poll(&file, 1, 0) == 1 && ::recv(file_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}

void Client::end_sending() const { ::shutdown(file_, SHUT_WR); }

std::string get_text(std::string_view path, std::string_view more) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + std::string(more) + "\r\n";
}
Reply get(int port, std::string_view path) {
  Client client(port);
  client.send(get_text(path));
  return client.reply();
}

}  // namespace luge::testing
