#include "data/prefetch.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/threads.h"
#include "luge/error.h"

namespace luge::data {
int loader_workers(int wanted) {
  if (wanted != PrefetchOptions::automatic) return wanted;
  return std::clamp(processors() - thread_count(), 0, 2);
}

Prefetcher::Prefetcher(Load load, std::int64_t first, std::int64_t end, int workers, int depth)
    : load_(std::move(load)),
      claimed_(first),
      taken_(first),
      end_(end),
      slots_(static_cast<std::size_t>(std::max(depth, workers))) {
  try {
    for (int i = 0; i < workers; ++i) threads_.emplace_back([this] { work(); });
  } catch (const std::exception& error) {
    stop();
    throw StateError(
        fmt::format("prefetch: only {} of {} worker threads could be started ({}); use fewer workers",
                    threads_.size(), workers, error.what()));
  }
}

Prefetcher::~Prefetcher() { stop(); }

void Prefetcher::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  free_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Prefetcher::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    free_.wait(lock, [&] {
      return stop_ || claimed_ >= end_ || claimed_ < taken_ + static_cast<std::int64_t>(slots_.size());
    });
    if (stop_ || claimed_ >= end_) return;
    const std::int64_t index = claimed_++;
    lock.unlock();
    HostBatch batch;
    std::exception_ptr error;
    try {
      batch = load_(index);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    slot(index) = {true, std::move(batch), error};
    filled_.notify_all();
  }
}

HostBatch Prefetcher::take() {
  std::unique_lock lock(mutex_);
  Slot& next = slot(taken_);
  filled_.wait(lock, [&] { return next.ready; });
  Slot taken = std::exchange(next, {});
  ++taken_;
  lock.unlock();
  free_.notify_all();
  if (taken.error) std::rethrow_exception(taken.error);
  return std::move(taken.batch);
}

}  // namespace luge::data
