#include "board/http/connection.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace luge::board::http {
namespace {

constexpr std::size_t kMostWaiting = 256u << 10;  // bytes of events that a client has not taken
constexpr std::size_t kMostPipelined = 64u << 10;
constexpr std::chrono::milliseconds kDrain{1000};

}  // namespace

Connection::Connection(int file, const ServerOptions& options)
    : options_(&options), file_(file), deadline_(Clock::now() + options.head) {}
Connection::Connection(Connection&& other) noexcept
    : options_(other.options_),
      file_(std::exchange(other.file_, -1)),
      in_(std::move(other.in_)),
      out_(std::move(other.out_)),
      sent_(other.sent_),
      streams_(other.streams_),
      closing_(other.closing_),
      draining_(other.draining_),
      deadline_(other.deadline_) {}
Connection& Connection::operator=(Connection&& other) noexcept {
  if (this == &other) return *this;
  close();
  options_ = other.options_;
  file_ = std::exchange(other.file_, -1);
  in_ = std::move(other.in_);
  out_ = std::move(other.out_);
  sent_ = other.sent_;
  streams_ = other.streams_;
  closing_ = other.closing_;
  draining_ = other.draining_;
  deadline_ = other.deadline_;
  return *this;
}
Connection::~Connection() { close(); }

void Connection::close() {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
}

short Connection::wanted() const {
  if (sent_ < out_.size()) return POLLOUT;
  return POLLIN;
}

void Connection::readable(const Server::Handler& handler, bool may_stream) {
  char buffer[16384];
  const ssize_t got = ::recv(file_, buffer, sizeof buffer, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
  if (got <= 0) return close();
  if (draining_ || streams_) return;  // what comes after a refusal, or into a stream, is not read
  if (in_.empty()) deadline_ = Clock::now() + options_->head;
  in_.append(buffer, static_cast<std::size_t>(got));
  take_requests(handler, may_stream);
}

void Connection::take_requests(const Server::Handler& handler, bool may_stream) {
  while (!in_.empty() && !closing_ && !streams_ && out_.size() - sent_ < kMostPipelined) {
    Parsed parsed = parse(in_, options_->limits);
    if (parsed.status == 0) break;
    if (parsed.status != 200) return refuse(parsed.status, parsed.why);
    in_.erase(0, parsed.used);
    Response response = handler(parsed.request);
    if (response.stream && !may_stream) return refuse(503, "there are too many open pages");
    answer(parsed.request, std::move(response));
    if (!in_.empty()) deadline_ = Clock::now() + options_->head;
  }
  writable();
}

void Connection::answer(const Request& request, Response response) {
  streams_ = response.stream && !request.is_head();
  closing_ = !request.keep_alive && !streams_;
  queue(response, request.is_head(), request.keep_alive && !streams_);
  deadline_ = Clock::now() + options_->writing;
}

void Connection::queue(const Response& response, bool head, bool keep) {
  std::string text = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_of(response.status));
  text += fmt::format("Content-Type: {}\r\n", response.type);
  if (!response.stream) text += fmt::format("Content-Length: {}\r\n", response.body.size());
  text +=
      "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nX-Frame-Options: DENY\r\n"
      "Cross-Origin-Resource-Policy: same-origin\r\n";
  bool cached = false;
  for (const auto& [name, value] : response.headers) {
    text += fmt::format("{}: {}\r\n", name, value);
    cached = cached || name == "Cache-Control";
  }
  if (!cached) text += "Cache-Control: no-store\r\n";
  if (response.status == 405) text += "Allow: GET, HEAD\r\n";
  if (response.status == 503) text += "Retry-After: 2\r\n";
  text += keep ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  if (!head) text += response.body;
  out_.erase(0, sent_);
  sent_ = 0;
  out_ += text;
}

void Connection::refuse(int status, const std::string& why) {
  closing_ = draining_ = true;
  in_.clear();
  queue({.status = status, .body = fmt::format("{} {}: {}\n", status, reason_of(status), why)}, false, false);
  deadline_ = Clock::now() + options_->writing;
  writable();
}

void Connection::send_event(const std::string& text) {
  if (!streams_ || done()) return;
  if (out_.size() - sent_ > kMostWaiting) return close();
  if (sent_ == out_.size()) deadline_ = Clock::now() + options_->writing;
  out_ += text;
  writable();
}

void Connection::writable() {
  while (file_ >= 0 && sent_ < out_.size()) {
    const ssize_t put = ::send(file_, out_.data() + sent_, out_.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (put <= 0) return close();
    sent_ += static_cast<std::size_t>(put);
    deadline_ = Clock::now() + options_->writing;
  }
  if (file_ < 0) return;
  out_.clear();
  sent_ = 0;
  if (closing_) return drain();
  if (streams_) deadline_ = Clock::time_point::max();
  if (!streams_ && in_.empty()) deadline_ = Clock::now() + options_->idle;
}

// The client may still be sending what was refused. Closed at once, the answer could be lost to it.
void Connection::drain() {
  ::shutdown(file_, SHUT_WR);
  if (!draining_) return close();
  deadline_ = Clock::now() + kDrain;
}

void Connection::late() {
  if (draining_ || in_.empty() || sent_ < out_.size()) return close();
  refuse(408, "the request did not arrive in time");
}

}  // namespace luge::board::http
