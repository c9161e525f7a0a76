#include "core/spinning.h"

#include <omp.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "core/threads.h"

namespace luge {
namespace {

constexpr double window_seconds = 0.02;
// Preemptions in a second of processor time: by the clock, a process that hardly runs would hardly be
// preempted. A machine without other load has a few.
constexpr double shared_rate = 40;
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
};

Usage usage_now() {
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0) return {};
  return {seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_nivcsw};
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

bool SpinDecision::update(double seconds, double busy, std::int64_t preemptions) {
  constexpr std::int64_t chance = 1;  // one preemption alone means nothing
  if (preemptions > chance && static_cast<double>(preemptions) > shared_rate * busy) {
    calm_ = 0;
    throttled_ = true;
  } else {
    calm_ += seconds;
    if (calm_ >= calm_seconds) throttled_ = false;
  }
  return throttled_;
}

void watch_spinning() {
  using Clock = std::chrono::steady_clock;
  static Clock::time_point since = Clock::now();
  static Usage counted = usage_now();
  static SpinDecision decision;
  static ParkedTeam* team = nullptr;
  const Clock::time_point now = Clock::now();
  const double seconds = std::chrono::duration<double>(now - since).count();
  if (seconds < window_seconds || thread_count() < 2) return;
  const Usage all = usage_now();
  const bool throttle =
      decision.update(seconds, all.busy - counted.busy, all.preemptions - counted.preemptions);
  since = now;
  counted = all;
  if (throttle && !team) team = park();
  if (!throttle) delete std::exchange(team, nullptr);
}

void throttle_spinning() {
  static ParkedTeam* const team = park();
  static_cast<void>(team);
}

}  // namespace luge
