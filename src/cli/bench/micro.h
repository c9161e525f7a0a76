// Micro-benchmarks of what surrounds the kernels: starting, compiling, calling, looking up, holding memory.
#pragma once

#include <string>
#include <vector>

namespace luge::cli::bench {

struct Figure {
  std::string name;
  double value;
  std::string unit;
  double limit;  // what it should stay below; for a ratio what it should reach; 0: none
};
std::vector<Figure> micro(double seconds);

/// This many training steps of a network too small for its kernels to matter, run eagerly or compiled: what
/// bench/guard counts the instructions of.
void host_steps(bool compiled, std::size_t count);

}  // namespace luge::cli::bench
