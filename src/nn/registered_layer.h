// RegisteredLayer: a layer's line in the registry, next to its class. The name of the layer is written there
// alone.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "luge/nn/layers.h"

namespace luge::nn {

/// The options of a layer that has none.
struct NoOptions {
  static void fields(auto&, auto&&) {}
};

/// Registers a layer; O lists what a network file says of it.
template <class O = NoOptions>
class RegisteredLayer {
 public:
  RegisteredLayer(std::string name, const std::string& description, LayerMaker make,
                  std::vector<std::string> parts = {})
      : name_(std::move(name)) {
    add_layer(name_, description, std::move(make), std::move(parts));
  }
  /// What a layer with these options is as text.
  LayerText text(const O& options = {}, Parts parts = {}) const {
    return {name_, values_as_text(options), std::move(parts)};
  }

 private:
  std::string name_;
};

}  // namespace luge::nn
