// Prefetcher: threads that read batches ahead, in order, into host memory.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "luge/data/batches.h"

namespace luge::data {

/// Returns the number of loader threads for `wanted`: automatic gives the processors that kernels leave free,
/// at most 2; with none free the caller reads by itself.
int loader_workers(int wanted);

class Prefetcher {
 public:
  using Load = std::function<HostBatch(std::int64_t index)>;
  Prefetcher(Load load, std::int64_t first, std::int64_t end, int workers, int depth);
  ~Prefetcher();
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  /// The next batch in order; throws what its loader threw.
  HostBatch take();

 private:
  struct Slot {
    bool ready = false;
    HostBatch batch;
    std::exception_ptr error;
  };
  void work();
  void stop();
  Slot& slot(std::int64_t index) { return slots_[static_cast<std::size_t>(index) % slots_.size()]; }

  Load load_;
  std::int64_t claimed_, taken_, end_;
  bool stop_ = false;
  std::mutex mutex_;
  std::condition_variable free_, filled_;
  std::vector<Slot> slots_;
  std::vector<std::thread> threads_;
};

}  // namespace luge::data
