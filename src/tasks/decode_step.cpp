#include "tasks/decode_step.h"

#include "luge/nn/decoding.h"

namespace luge::tasks {

std::vector<nn::Entry> steps_of(const nn::Model& net, std::int64_t length) {
  const auto specs = nn::Decoding::state_of(*net, length);
  if (!specs) return {};
  nn::Entry entry{.name = kDecodeStep,
                  .inputs = {{kToken, i64, {unknown, 1}}},
                  .outputs = {kLogits},
                  .function = [net, length](const Tensors& inputs) {
                    nn::Decoding step(length, Tensors(inputs.begin() + 1, inputs.end()));
                    Tensors outputs{step.run(*net, inputs[0])};
                    outputs.insert(outputs.end(), step.next().begin(), step.next().end());
                    return outputs;
                  }};
  for (const nn::TensorSpec& spec : *specs) {
    entry.inputs.push_back(spec);
    entry.outputs.push_back("next_" + spec.name);
    entry.state.push_back({spec.name, "next_" + spec.name});
  }
  return {entry};
}

}  // namespace luge::tasks
