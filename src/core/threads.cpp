#include "core/threads.h"

#include <fmt/format.h>
#include <omp.h>
#include <sched.h>

#include <atomic>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "luge/error.h"

namespace luge {
namespace {

int processors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return omp_get_num_procs();
}

int initial() {
  if (const char* text = std::getenv("LUGE_THREADS")) {
    int wanted = 0;
    const char* end = text + std::strlen(text);
    if (std::from_chars(text, end, wanted).ptr != end || wanted < 1) {
      throw ValueError(fmt::format("LUGE_THREADS is '{}'; expected a whole number from 1", text));
    }
    return wanted;
  }
  return processors();
}

std::atomic<int>& count() {
  static std::atomic<int> threads = [] {
    const int threads = initial();
    omp_set_num_threads(threads);
    return threads;
  }();
  return threads;
}

}  // namespace

int thread_count() { return count(); }

void set_thread_count(int threads) {
  if (threads < 1) throw ValueError(fmt::format("threads is {}; expected at least 1", threads));
  count() = threads;
  omp_set_num_threads(threads);
}

}  // namespace luge
