// Loads a model file without the code of its network, calls it or one of its entries with named tensors, and
// writes what comes out: luge_run_model MODEL ENTRY|- INPUTS OUTPUTS.
#include <iostream>

#include "luge/io/safetensors.h"
#include "luge/nn/load.h"

namespace {

luge::NamedTensors read(const std::string& path) {
  const luge::io::SafetensorsFile file(path);
  luge::NamedTensors tensors;
  for (const auto& stored : file.tensors())
    tensors.set(stored.name, luge::tensor_from_bytes(file.read(stored.name), stored.dtype, stored.shape));
  return tensors;
}

void write(const std::string& path, const luge::NamedTensors& tensors) {
  std::vector<luge::io::TensorView> views;
  for (const auto& [name, value] : tensors)
    views.push_back({name, value.dtype(), value.shape(), value.bytes()});
  luge::io::write_safetensors(path, views, {});
}

}  // namespace

int main(int, char** words) {
  try {
    const auto net = luge::nn::load(words[1]);
    const std::string entry = words[2];
    const luge::NamedTensors inputs = read(words[3]);
    write(words[4], entry == "-" ? net(inputs) : net.entry(entry)(inputs));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
