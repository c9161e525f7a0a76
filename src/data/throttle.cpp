#include "data/throttle.h"

#include <omp.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <thread>

#include "core/threads.h"

namespace luge::data {

void throttle_spinning() {
  static std::once_flag once;
  std::call_once(once, [] {
    const int threads = std::max(2, omp_get_num_procs() - thread_count() + 2);
    std::thread([threads] {
      int members = 0;
#pragma omp parallel num_threads(threads) reduction(+ : members)
      ++members;
      // The team lives as long as the thread that made it.
      while (members > 0) pause();
    }).detach();
  });
}

}  // namespace luge::data
