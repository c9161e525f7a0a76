// The workloads of docs/guide/bench.md: a network, what it is fed, how it learns.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "luge/nn/module.h"
#include "luge/options.h"
#include "luge/tensor.h"

namespace luge::cli::bench {

enum class Task : std::uint8_t {
  pictures,  // [N,C,H,W] and a label each
  maps,      // [N,C,H,W] and a map to hit
  masks,     // [N,C,H,W] and a label for each pixel
  texts      // ids [N,T] and the ids that follow
};

struct Workload {
  std::string name;
  std::string network;  // of the gallery
  std::int64_t batch;
  options::Values options = {};  // of the network
  Task task = Task::pictures;
  bool trains = true;             // else forward only, in eval mode
  bool momentum = false;          // SGD with momentum 0.9 and weight decay 5e-4 at 0.05; else Adam at 1e-3
  std::int64_t error_batch = 64;  // at most this number of samples where a float64 run is compared
};
const std::vector<Workload>& workloads();

/// What a loader would hand over, in host memory.
struct HostBatch {
  std::vector<float> numbers;        // pictures
  std::vector<std::int64_t> ids;     // texts
  std::vector<float> map;            // targets of maps
  std::vector<std::int64_t> labels;  // targets of pictures, masks and texts
};

/// A workload's network with the shapes of what it is fed.
class Contest {
 public:
  /// The network has weights of `dtype`, drawn with a fixed seed.
  Contest(const Workload& workload, std::int64_t batch, DType dtype = f32);

  const Workload& workload() const { return workload_; }
  const nn::Model& net() const { return net_; }
  std::int64_t batch() const { return batch_; }
  /// Of one sample.
  const Shape& input() const { return input_; }
  DType input_dtype() const;

  /// Batches of numbers that depend on nothing but the workload; fewer where pictures are large.
  std::vector<HostBatch> host_batches(std::size_t most) const;
  Tensor input_of(const HostBatch& host) const;
  Tensor target_of(const HostBatch& host) const;
  Tensor loss(const Tensor& output, const Tensor& target) const;

 private:
  Workload workload_;
  nn::Model net_;
  std::int64_t batch_;
  Shape input_, target_;  // of one sample
  std::int64_t outputs_ = 0;
};

}  // namespace luge::cli::bench
