// A server that runs while a test looks at it.
#pragma once

#include <atomic>
#include <thread>

namespace luge::testing {

/// Runs `server` (with port() and run(stop)) on a thread of its own until the end of the scope.
template <class Server>
class Serving {
 public:
  explicit Serving(Server& server)
      : thread_([this, &server] { server.run([this] { return stop_.load(); }); }) {}
  ~Serving() {
    stop_ = true;
    thread_.join();
  }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace luge::testing
