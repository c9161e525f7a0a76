// layer_profile: how long each layer takes in a training step, and what it writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "luge/data/batches.h"
#include "luge/train/trainer.h"

namespace luge::train {

/// The times of one layer in a training step, in seconds.
struct LayerTime {
  std::string
      layer;  ///< the path of the layer; "network", "loss", "metrics", "optimizer" for what is in none
  double forward = 0;          ///< the forward pass
  double backward = 0;         ///< the gradients
  double update = 0;           ///< the optimizer; all parameters are updated together, in the row "optimizer"
  std::size_t bytes = 0;       ///< what its kernels write in a step, workspaces included
  std::size_t parameters = 0;  ///< bytes of its parameters
  /// Returns the sum of all three.
  double seconds() const { return forward + backward + update; }
};

/// One kernel of a training step.
struct KernelTime {
  std::string op;         ///< the op, such as "conv2d"
  std::string kernel;     ///< the kernel that was chosen, and its remarks
  std::string layer;      ///< as LayerTime::layer; of several fused layers the first
  std::string phase;      ///< "forward", "backward" or "update"
  double seconds = 0;     ///< the mean time of one run
  std::size_t bytes = 0;  ///< what it writes, its workspace included
};

/// The profile of a training step.
struct LayerProfile {
  std::int64_t steps = 0;           ///< the number of steps that were timed
  std::int64_t samples = 0;         ///< the number of samples of a step
  double seconds = 0;               ///< the sum over the kernels of one step
  std::vector<LayerTime> layers;    ///< in the order in which they compute
  std::vector<KernelTime> kernels;  ///< in the order in which they run

  /// Returns a table with a row for each layer.
  std::string to_string() const;
  /// Returns one step as a trace in JSON, a line of kernels and a line of layers, which chrome://tracing and
  /// Perfetto show. Source: Trace Event Format.
  std::string chrome_trace() const;
};

/// Returns the steps of several profiles as one trace, each as a process of its name: the stages of a
/// training.
std::string chrome_trace(const std::vector<std::pair<std::string, LayerProfile>>& profiles);

/// Runs this many training steps on a batch and returns how long its kernels take. The step is compiled again
/// for it. The state is afterwards that before the call. Kernels that compute ops of several layers count for
/// the first of them. Not while another thread compiles. Throws ValueError when `steps` is below 1.
///
///     std::cout << train::profile_layers(trainer, batch, 20).to_string();
LayerProfile profile_layers(Trainer trainer, const data::Batch& batch, std::int64_t steps = 20);

}  // namespace luge::train
