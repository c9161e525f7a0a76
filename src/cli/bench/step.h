// A workload's compiled step: what `luge bench` measures, plans and shows.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/bench/workloads.h"
#include "luge/compile.h"
#include "luge/optim/optimizer.h"

namespace luge::cli::bench {

/// Forward, loss, backward, update and the loss read back; for inference forward and the outputs read back.
class Step {
 public:
  explicit Step(const Workload& workload);

  /// Takes the next batch from host memory and computes.
  void run();
  PlanInfo plan() const;
  std::string program() const;
  const Contest& contest() const { return contest_; }

 private:
  Contest contest_;
  optim::Optimizer optimizer_;
  CompiledFunction<Tensor, Tensor, Tensor> train_;
  CompiledFunction<Tensor, Tensor> infer_;
  std::vector<HostBatch> data_;
  std::size_t count_ = 0;
};

/// Multiply-adds of one step by the speed that they can have, in 1e9 operations of two each, and the bytes of
/// weights and optimizer state that a step must read and write.
struct Arithmetic {
  double matmul_gflop = 0;
  double conv_gflop = 0;     // direct convolutions
  double conv3x3_gflop = 0;  // stride 1 and many channels: Winograd may do them
  double state_gb = 0;
};
Arithmetic arithmetic(const Step& step);

/// Of all gradients of one step, or of the outputs, against float64 with the same weights: |g - e| / |e|.
double error(const Workload& workload);

}  // namespace luge::cli::bench
