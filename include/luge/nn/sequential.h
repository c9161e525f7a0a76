// Sequential: layers one after the other.
#pragma once

#include "luge/nn/module.h"

namespace luge::nn {

/// Runs layers one after the other. A layer that is added without a name is named after its type and numbered
/// from 1: conv1, relu1, pool1, conv2, …, linear1.
class Sequential : public Layer<Sequential> {
 public:
  Tensor forward(const Tensor& x) const override;
  Padded forward_padded(const Padded& x) const override;
  std::optional<LayerText> text() const override;

  /// Adds a layer at the end, with a name made from its type. Returns this network.
  template <std::derived_from<Module> L>
  Sequential& add(const L& layer) {
    return add(free_name(layer), layer);
  }
  /// Adds a layer at the end under a name. Throws ValueError when the name is empty, has a dot or is taken.
  template <std::derived_from<Module> L>
  Sequential& add(std::string name, const L& layer) {
    child(std::move(name), layer);
    return *this;
  }
  /// Adds a layer of any class at the end, with a name made from its type.
  Sequential& add(const Model& layer) { return add(free_name(*layer), layer); }
  /// Adds a layer of any class at the end under a name. Throws as above.
  Sequential& add(std::string name, const Model& layer) {
    child(std::move(name), layer);
    return *this;
  }
  /// Returns the number of layers.
  std::size_t size() const { return children().size(); }

 private:
  std::string free_name(const Module& layer) const;
};

/// Makes a Sequential of these layers, each a Module or a Model:
///
///     auto net = nn::sequential(nn::Linear(128), nn::Relu(), nn::Linear(10));
template <std::convertible_to<Model>... Layers>
Sequential sequential(const Layers&... layers) {
  Sequential result;
  (result.add(layers), ...);
  return result;
}

}  // namespace luge::nn
