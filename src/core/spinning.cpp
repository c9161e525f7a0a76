#include "core/spinning.h"

#include <omp.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "core/threads.h"
#include "core/waiting_threads.h"

namespace luge {
namespace {

// Shorter windows see a slice of a process of low priority as a shared machine.
constexpr double shortest_window = 0.1;    // seconds
constexpr double most_for_looking = 1e-3;  // of the time; looking costs some microseconds a thread
// Preemptions in a second of processor time, where there is nothing better to go by. By the clock, a process
// that hardly runs would hardly be preempted. A quiet machine has a few.
constexpr double preemption_rate = 40;
// Of the time in which its threads wanted a processor, the part that a process goes without when sleeping
// pays. One process that computes all the time takes a third of two processors, one of the lowest priority
// some hundredths.
constexpr double shared_part = 0.15;
constexpr double calm_seconds = 2;

// A team that sleeps. With it libgomp counts more threads than processors, and then its waiting threads spin
// for microseconds instead of milliseconds. It lives as long as the thread that made it.
class ParkedTeam {
 public:
  ParkedTeam() {
    const int threads = std::max(2, omp_get_num_procs() - thread_count() + 2);
    thread_ = std::thread([this, threads] {
      int members = 0;
#pragma omp parallel num_threads(threads) reduction(+ : members)
      ++members;
      std::unique_lock lock(mutex_);
      over_.wait(lock, [&] { return stop_ || members == 0; });
    });
  }
  ~ParkedTeam() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    over_.notify_all();
    thread_.join();
  }
  ParkedTeam(const ParkedTeam&) = delete;
  ParkedTeam& operator=(const ParkedTeam&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable over_;
  bool stop_ = false;
  std::thread thread_;
};

struct Usage {
  double busy = 0;  // seconds
  std::int64_t preemptions = 0;
  std::optional<double> waited;
};

Usage usage_now() {
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0) return {};
  return {seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_nivcsw, seconds_without_processor()};
}

// Without the team, kernels are slower at worst; a machine without free threads has other problems.
ParkedTeam* park() {
  try {
    return new ParkedTeam;
  } catch (const std::exception&) {
    return nullptr;
  }
}

}  // namespace

double SpinDecision::waited_part(double busy, std::optional<double> waited, std::int64_t preemptions) {
  if (!waited) return static_cast<double>(preemptions) > preemption_rate * busy ? 1 : 0;
  return *waited > 0 ? *waited / (*waited + busy) : 0;
}

bool SpinDecision::update(double seconds, double waited) {
  if (waited > shared_part) {
    calm_ = 0;
    throttled_ = true;
  } else {
    calm_ += seconds;
    if (calm_ >= calm_seconds) throttled_ = false;
  }
  return throttled_;
}

void throttle_spinning(bool throttle) {
  static ParkedTeam* team = nullptr;
  if (throttle && !team) team = park();
  if (!throttle) delete std::exchange(team, nullptr);
}

void watch_spinning() {
  using Clock = std::chrono::steady_clock;
  const auto seconds_since = [](Clock::time_point from) {
    return std::chrono::duration<double>(Clock::now() - from).count();
  };
  static Clock::time_point since = Clock::now();
  static Usage counted = usage_now();
  static SpinDecision decision;
  static double window = shortest_window;
  const double seconds = seconds_since(since);
  if (seconds < window || thread_count() < 2) return;
  since += std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  const Usage all = usage_now();
  window = std::max(shortest_window, seconds_since(since) / most_for_looking);
  // Threads that ended took their part along.
  std::optional<double> waited;
  if (all.waited && counted.waited) waited = std::max(0.0, *all.waited - *counted.waited);
  throttle_spinning(decision.update(
      seconds,
      SpinDecision::waited_part(all.busy - counted.busy, waited, all.preemptions - counted.preemptions)));
  counted = all;
}

}  // namespace luge
