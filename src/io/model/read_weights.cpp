// read_weights: parameters, buffers and averages by name.
#include "luge/io/weights.h"

#include "io/model/keys.h"
#include "luge/io/model_file.h"
#include "luge/io/safetensors.h"

namespace luge::io {
namespace {

nn::NamedWeights all_tensors(const SafetensorsFile& file) {
  nn::NamedWeights weights;
  for (const StoredTensor& each : file.tensors())
    weights.emplace_back(each.name, tensor_from_bytes(file.read(each.name), each.dtype, each.shape));
  return weights;
}

}  // namespace

nn::NamedWeights read_weights(const std::string& path, const WeightsOptions& options) {
  {
    const SafetensorsFile file(path);
    if (!file.metadata().contains(kFormat)) return all_tensors(file);
  }
  const nn::Loaded net = read_model(path).net;
  const auto averages = options.averages ? net.eval_weights() : decltype(net.eval_weights())();
  nn::NamedWeights weights;
  for (const auto& list : {net.named_parameters(), net.named_buffers()}) {
    for (const auto& [name, variable] : list) {
      Tensor value = variable.value();
      for (const auto& [own, average] : averages) {
        if (own.same_as(variable)) value = average.variable.value();
      }
      weights.emplace_back(name, value);
    }
  }
  return weights;
}

}  // namespace luge::io
