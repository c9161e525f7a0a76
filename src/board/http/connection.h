// One connection of a server: what came in, what is to go out, and until when something must happen.
#pragma once

#include <chrono>
#include <string>

#include "board/http/server.h"

namespace luge::board::http {

using Clock = std::chrono::steady_clock;

class Connection {
 public:
  Connection(int file, const ServerOptions& options);
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;
  ~Connection();

  int file() const { return file_; }
  bool streams() const { return streams_; }
  bool done() const { return file_ < 0; }
  /// What poll shall wait for.
  short wanted() const;
  Clock::time_point deadline() const { return deadline_; }

  /// Reads what has come and answers complete requests. `may_stream` says whether one more stream is allowed.
  void readable(const Server::Handler& handler, bool may_stream);
  /// Sends what can be sent.
  void writable();
  /// The deadline has passed.
  void late();
  /// Answers with an error and closes.
  void refuse(int status, const std::string& why);
  /// Adds an event of a stream.
  void send_event(const std::string& text);

 private:
  void answer(const Request& request, Response response);
  void take_requests(const Server::Handler& handler, bool may_stream);
  void queue(const Response& response, bool head, bool keep);
  void drain();
  void close();

  const ServerOptions* options_;
  int file_ = -1;
  std::string in_, out_;
  std::size_t sent_ = 0;
  bool streams_ = false, closing_ = false, draining_ = false;
  Clock::time_point deadline_;
};

}  // namespace luge::board::http
