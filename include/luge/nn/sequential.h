// Sequential: layers one behind the other.
#pragma once

#include "luge/nn/module.h"

namespace luge::nn {

/// Layers one behind the other. A layer without a name of its own is called after its type and counted from
/// 1: conv1, relu1, pool1, conv2, …, linear1.
class Sequential : public Layer<Sequential> {
 public:
  Tensor forward(const Tensor& x) const override;

  template <std::derived_from<Module> L>
  Sequential& add(const L& layer) {
    return add(free_name(layer), layer);
  }
  template <std::derived_from<Module> L>
  Sequential& add(std::string name, const L& layer) {
    child(std::move(name), layer);
    return *this;
  }
  std::size_t size() const { return children().size(); }

 private:
  std::string free_name(const Module& layer) const;
};

/// nn::sequential(nn::Linear(128), nn::Relu(), nn::Linear(10)).
template <std::derived_from<Module>... Layers>
Sequential sequential(const Layers&... layers) {
  Sequential result;
  (result.add(layers), ...);
  return result;
}

}  // namespace luge::nn
