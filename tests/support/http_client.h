// A client that sends bytes to a server on this machine and reads what comes back.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace luge::testing {

struct Reply {
  int status = 0;  // 0: none came
  std::string head, body;
};

class Client {
 public:
  explicit Client(int port);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// False when the server has closed the connection.
  bool send(std::string_view bytes) const;
  /// What comes until the server closes the connection, or until `until` has come, or the time is over.
  std::string read(std::chrono::milliseconds time = std::chrono::seconds(10), std::string_view until = {});
  /// The next whole reply.
  Reply reply(std::chrono::milliseconds time = std::chrono::seconds(10), bool head_only = false);
  /// Whether the server closes the connection within the time.
  bool closed(std::chrono::milliseconds time = std::chrono::seconds(10));
  /// Says that no more is sent.
  void end_sending() const;

 private:
  bool wait(std::chrono::steady_clock::time_point end);
  int file_;
  std::string pending_;
};

/// GET of a path with a Host header that the server takes.
std::string get_text(std::string_view path, std::string_view more = {});
Reply get(int port, std::string_view path);

}  // namespace luge::testing
