// Notes: what a model file tells about its network beside the graph, so that a program that has never heard
// of the network can feed it and read its answer.
#pragma once

#include <string>
#include <vector>

#include "luge/dtype.h"
#include "luge/shape.h"

namespace luge::nn {

/// What the outputs mean.
enum class Output { values, logits, binary_logits };

struct Notes {
  std::string name;  // "lenet5"
  std::string data;  // what it was trained on
  Shape input;       // of one sample
  DType dtype = f32;
  std::vector<float> offset = {
      0.0f};  // input = (raw - offset) * scale; one number, or one for each index of the
  std::vector<float> scale = {1.0f};  // sample's first axis
  std::vector<std::string> classes;   // by index; empty when outputs are no classes
  std::vector<std::string> features;  // columns of a table, in the order of the input
  std::string target;                 // the column that is predicted
  Output output = Output::values;
};

}  // namespace luge::nn
