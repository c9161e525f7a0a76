// Residual connections.
#pragma once

#include "luge/nn/module.h"

namespace luge::nn {

/// A residual connection: body(x) + x, or body(x) + shortcut(x) for blocks that change the shape. The
/// children are named "body" and "shortcut". Throws ShapeError when the shapes of the two terms differ. A
/// block that computes something else is a module of its own (see module.h). Source: He et al. 2016.
class Residual : public Layer<Residual> {
 public:
  /// Makes body(x) + x.
  template <std::derived_from<Module> Body>
  explicit Residual(const Body& body) {
    child("body", body);
  }
  /// Makes body(x) + shortcut(x).
  template <std::derived_from<Module> Body, std::derived_from<Module> Shortcut>
  Residual(const Body& body, const Shortcut& shortcut) : Residual(body) {
    child("shortcut", shortcut);
  }
  /// Makes body(x) + x of a network of any class.
  explicit Residual(const Model& body) { child("body", body); }
  /// Makes body(x) + shortcut(x) of networks of any class.
  Residual(const Model& body, const Model& shortcut) : Residual(body) { child("shortcut", shortcut); }
  Residual(const Residual&) = default;
  Residual(Residual&&) noexcept = default;
  Residual& operator=(const Residual&) = default;
  Residual& operator=(Residual&&) noexcept = default;
  ~Residual() override = default;

  Tensor forward(const Tensor& x) const override;
  Padded forward_padded(const Padded& x) const override;
  std::optional<LayerText> text() const override;
};

}  // namespace luge::nn
