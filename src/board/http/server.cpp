#include "board/http/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "board/http/connection.h"
#include "luge/error.h"

namespace luge::board::http {
namespace {

constexpr int kTick = 250;  // milliseconds
constexpr int kBacklog = 64;

struct File {
  int number = -1;
  ~File() { close(); }
  void close() {
    if (number >= 0) ::close(number);
    number = -1;
  }
};

std::string text_of(int reason) { return std::error_code(reason, std::generic_category()).message(); }

[[noreturn]] void fail(const ServerOptions& options, std::string_view action, int reason) {
  const std::string hint =
      reason == EADDRINUSE ? "; port=0 takes one that is free, or port= names another" : "";
  throw FileError(
      fmt::format("{}:{}: cannot {}: {}{}", options.host, options.port, action, text_of(reason), hint));
}

int listen_at(const ServerOptions& options) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  const int wrong = ::getaddrinfo(options.host.c_str(), std::to_string(options.port).c_str(), &hints, &found);
  if (wrong != 0)
    throw FileError(
        fmt::format("host={}: is not an address of this machine: {}", options.host, ::gai_strerror(wrong)));
  int reason = 0, file = -1;
  for (const addrinfo* each = found; each && file < 0; each = each->ai_next) {
    file = ::socket(each->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    if (file >= 0) ::setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (file >= 0 && ::bind(file, each->ai_addr, each->ai_addrlen) == 0 && ::listen(file, kBacklog) == 0)
      break;
    reason = errno;
    if (file >= 0) ::close(file);
    file = -1;
  }
  ::freeaddrinfo(found);
  if (file < 0) fail(options, "listen", reason);
  return file;
}

int port_of(int file) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  ::getsockname(file, reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

int spare_file() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

}  // namespace

struct Server::State {
  ServerOptions options;
  Handler handler;
  File listening, spare;
  std::vector<Connection> connections = {};

  std::size_t streams() const {
    return static_cast<std::size_t>(std::count_if(connections.begin(), connections.end(),
                                                  [](const auto& each) { return each.streams(); }));
  }
  void take_new();
  void wait();
};

// No more files can be opened: the spare one is given up for long enough to say so.
void Server::State::take_new() {
  while (true) {
    int file = ::accept4(listening.number, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (file < 0 && (errno == EMFILE || errno == ENFILE) && spare.number >= 0) {
      spare.close();
      file = ::accept4(listening.number, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (file >= 0) Connection(file, options).refuse(503, "there are too many connections");
      spare.number = spare_file();
      if (file < 0) return;
      continue;
    }
    if (file < 0) return;
    Connection connection(file, options);
    if (connections.size() >= options.connections) {
      connection.refuse(503, "there are too many connections");
    } else {
      connections.push_back(std::move(connection));
    }
  }
}

void Server::State::wait() {
  std::vector<pollfd> files = {{listening.number, POLLIN, 0}};
  for (const Connection& each : connections) files.push_back({each.file(), each.wanted(), 0});
  if (::poll(files.data(), files.size(), kTick) > 0) {
    for (std::size_t k = 0; k + 1 < files.size(); ++k) {
      Connection& each = connections[k];
      const short got = files[k + 1].revents;
      if (got & POLLOUT) {
        each.writable();
      } else if (got & (POLLIN | POLLHUP | POLLERR | POLLNVAL)) {
        each.readable(handler, streams() < options.streams);
      }
    }
    if (files[0].revents) take_new();
  }
  const Clock::time_point now = Clock::now();
  for (Connection& each : connections) {
    if (!each.done() && now > each.deadline()) each.late();
  }
  std::erase_if(connections, [](const Connection& each) { return each.done(); });
}

Server::Server(const ServerOptions& options, Handler handler)
    : state_(new State{options, std::move(handler), {}, {}}) {
  state_->listening.number = listen_at(options);
  state_->options.port = port_of(state_->listening.number);
  state_->spare.number = spare_file();
}
Server::~Server() = default;

int Server::port() const { return state_->options.port; }
std::size_t Server::streams() const { return state_->streams(); }
std::string Server::address() const {
  const std::string& host = state_->options.host;
  const std::string shown = host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host;
  const bool bracketed = shown.find(':') != std::string::npos;
  return fmt::format("http://{}{}{}:{}/", bracketed ? "[" : "", shown, bracketed ? "]" : "", port());
}

void Server::run(const std::function<bool()>& stop, const std::function<void()>& tick) {
  while (!stop()) {
    state_->wait();
    if (tick) tick();
  }
}

void Server::publish(std::string_view event, std::string_view data) {
  const std::string text = fmt::format("event: {}\ndata: {}\n\n", event, data);
  for (Connection& each : state_->connections) each.send_event(text);
}

}  // namespace luge::board::http
