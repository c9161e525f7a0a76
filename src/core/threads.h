// The number of threads that kernels may use. They all share one OpenMP pool.
#pragma once

namespace luge {

/// LUGE_THREADS, else the processors this process may run on; never more than these. 1 in a child of a fork
/// that lost the pool's threads.
int thread_count();
/// More than processors() are as good as processors(). Throws ValueError below 1.
void set_thread_count(int threads);

/// The processors this process may run on, and no more than its container may keep busy, rounded up
/// (core/processor_quota.h).
int processors();

}  // namespace luge
