// Metadata: what a model file states about its network besides the graph, so that a program that does not
// know the network can feed it and read its output.
#pragma once

#include <string>
#include <vector>

#include "luge/dtype.h"
#include "luge/nn/tensor_spec.h"
#include "luge/output_kind.h"
#include "luge/shape.h"

namespace luge::nn {

/// What the outputs of a network mean.
using Output = OutputKind;

/// What is known about a network besides its graph. It is saved with the network.
struct Metadata {
  std::string name;   ///< the name of the network, such as "lenet5"
  std::string data;   ///< the data set that it was trained on
  Shape input;        ///< the shape of one sample
  DType dtype = f32;  ///< the dtype of a sample
  /// The input is (raw - offset) · scale. There is one number, or one for each index of the first axis of a
  /// sample.
  std::vector<float> offset = {0.0f};
  std::vector<float> scale = {1.0f};  ///< the factor: one number, or one for each index
  std::vector<std::string> classes;   ///< class names by label; empty when the outputs are not classes
  std::vector<std::string> features;  ///< the columns of a table, in the order of the input
  std::string target;                 ///< the column of a table that is predicted
  Output output = Output::values;     ///< what the outputs mean
  std::vector<TensorSpec> inputs;     ///< the inputs by name; empty for a network with the one above
  std::vector<TensorSpec> outputs;    ///< the outputs by name; empty when they are not known
  std::string task;                   ///< the name of the task that it was trained on; empty: not known
  std::string task_options;           ///< the options of the task, a JSON object
  std::string recipe;  ///< the steps that make inputs from what the data set holds, a JSON array
};

}  // namespace luge::nn
