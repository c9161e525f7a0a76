// Lease: large scratch tables that a thread uses again and again, one user at a time. Code that leases them
// gives them back empty, however the scope ends; a second user on the same thread gets tables of its own.
#pragma once

#include <memory>
#include <utility>

namespace luge {

template <class T>  // with clear()
class Lease {
 public:
  Lease() : held_(take()) {}
  ~Lease() {
    held_->clear();
    give(std::move(held_));
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  T& operator*() const { return *held_; }
  T* operator->() const { return held_.get(); }

 private:
  // The thread's last destructors may still evaluate: then there is nothing to use again.
  struct Spare {
    std::unique_ptr<T> tables;
    ~Spare() { gone = true; }
  };
  static std::unique_ptr<T>& spare() {
    thread_local Spare spare;
    return spare.tables;
  }
  static std::unique_ptr<T> take() {
    if (!gone && spare()) return std::move(spare());
    return std::make_unique<T>();
  }
  static void give(std::unique_ptr<T> tables) {
    if (!gone && !spare()) spare() = std::move(tables);
  }

  inline static thread_local bool gone = false;
  std::unique_ptr<T> held_;
};

}  // namespace luge
