// A small server for reading, over HTTP/1.1: one thread waits for all connections, so that a slow client does
// not hold up others. What a client can do has limits of time, size and number.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "board/http/request.h"

namespace luge::board::http {

struct Response {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  bool stream = false;  // the connection stays open for publish()
};

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;                               // 0: one that is free
  std::size_t connections = 64;               // more get 503
  std::size_t streams = 32;                   // more get 503
  std::chrono::milliseconds head{10'000};     // for all headers of a request
  std::chrono::milliseconds idle{15'000};     // between two requests
  std::chrono::milliseconds writing{20'000};  // without a byte taken
  Limits limits = {};
};

class Server {
 public:
  using Handler = std::function<Response(const Request&)>;
  /// Listens. Throws FileError naming address and reason, such as a port that is taken.
  Server(const ServerOptions& options, Handler handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const;
  /// "http://127.0.0.1:6006/"
  std::string address() const;

  /// Serves until `stop` is true; it is asked several times a second, after `tick`.
  void run(const std::function<bool()>& stop, const std::function<void()>& tick = {});
  /// Sends an event to all streams. One that does not take what came before is closed.
  void publish(std::string_view event, std::string_view data);
  std::size_t streams() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace luge::board::http
