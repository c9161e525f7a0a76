#include "core/threads.h"

#include <fmt/format.h>
#include <omp.h>
#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "core/processor_quota.h"
#include "luge/error.h"

namespace luge {
namespace {

int initial() {
  if (const char* text = std::getenv("LUGE_THREADS")) {
    int wanted = 0;
    const char* end = text + std::strlen(text);
    if (std::from_chars(text, end, wanted).ptr != end || wanted < 1) {
      throw ValueError(fmt::format("LUGE_THREADS is '{}'; expected a whole number from 1", text));
    }
    return std::min(wanted, processors());
  }
  return processors();
}

// The pool's threads do not live on in a child, which would wait for them without end: it computes on one
// thread. Where this is the only thread, there is no pool, and the child makes its own.
std::atomic<bool> pool_lost{false};
bool alone = false;

void before_fork() {
  std::error_code error;
  const std::filesystem::directory_iterator tasks("/proc/self/task", error);
  alone = !error && std::distance(begin(tasks), end(tasks)) == 1;
}

void after_fork_in_child() {
  if (alone) return;
  pool_lost = true;
  omp_set_num_threads(1);
}

std::atomic<int>& count() {
  static std::atomic<int> threads = [] {
    const int threads = initial();
    omp_set_num_threads(threads);
    pthread_atfork(before_fork, nullptr, after_fork_in_child);
    return threads;
  }();
  return threads;
}

}  // namespace

int processors() {
  cpu_set_t set;
  const bool known = sched_getaffinity(0, sizeof set, &set) == 0;
  const double count = known ? CPU_COUNT(&set) : omp_get_num_procs();
  return static_cast<int>(std::max(1.0, std::min(count, std::ceil(processor_quota()))));
}

int thread_count() {
  const int threads = count();
  return pool_lost.load(std::memory_order_relaxed) ? 1 : threads;
}

void set_thread_count(int threads) {
  if (threads < 1) throw ValueError(fmt::format("threads is {}; expected at least 1", threads));
  const int used = std::min(threads, processors());
  count() = used;
  if (!pool_lost) omp_set_num_threads(used);
}

}  // namespace luge
