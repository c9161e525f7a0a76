// What this machine can do at most, measured: the roofs over the workloads.
#pragma once

namespace luge::cli::bench {

struct Peaks {
  double matmul_gflops = 0;         // 1024x1024 matrices, float32
  double conv_direct_gflops = 0;    // 3x3, 128 channels to 128 on 16x16, math = strict
  double conv_winograd_gflops = 0;  // the same with math = fast, counted as if it were direct
  double bandwidth_gbs = 0;         // reading and writing an array larger than any cache
};
Peaks peaks(double seconds);

}  // namespace luge::cli::bench
