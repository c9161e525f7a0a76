// How many threads kernels may use: the one OpenMP pool (no other pool anywhere).
#pragma once

namespace luge {

/// LUGE_THREADS, else the processors this process may run on; never more than these. 1 in a child of a fork
/// that lost the pool's threads.
int thread_count();
/// More than processors() are as good as processors(). Throws ValueError below 1.
void set_thread_count(int threads);

/// The processors this process may run on.
int processors();

}  // namespace luge
