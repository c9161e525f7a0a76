// How many threads kernels may use: the one OpenMP pool (no other pool anywhere).
#pragma once

namespace luge {

/// LUGE_THREADS, else the processors this process may run on.
int thread_count();
/// Throws ValueError below 1.
void set_thread_count(int threads);

}  // namespace luge
