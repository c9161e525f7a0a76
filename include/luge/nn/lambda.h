// Lambda: a function with a name as a layer.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "luge/nn/module.h"

namespace luge::nn {

/// A function of one tensor, which has no parameters.
using TensorFunction = std::function<Tensor(const Tensor&)>;
/// What a function of add_function does with the positions of sequences.
enum class Positions : std::uint8_t {
  apart,    ///< a result depends on one position alone, so that padded sequences keep their lengths
  together  ///< it does not; padded sequences are refused
};

/// Registers a function under a name that Lambda, network files and `luge list functions` take, with one line
/// that says what it is. Returns false when the name is taken.
bool add_function(const std::string& name, const std::string& description, TensorFunction function,
                  Positions positions = Positions::together);
/// Returns the names of the registered functions.
std::vector<std::string> function_names();

/// A registered function as a layer: Lambda("square"). A network with it can be written as text, and read
/// where a function of this name is registered. Source: Keras Lambda.
class Lambda : public Layer<Lambda> {
 public:
  /// Makes the layer. Throws ValueError for a name that is not registered.
  explicit Lambda(const std::string& function);
  Tensor forward(const Tensor& x) const override;
  Padded forward_padded(const Padded& x) const override;
  std::string describe() const override;
  std::optional<LayerText> text() const override;

 private:
  std::string name_;
  TensorFunction function_;
  Positions positions_;
};

}  // namespace luge::nn
