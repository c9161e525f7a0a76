// Residual connections.
#pragma once

#include "luge/nn/module.h"

namespace luge::nn {

/// body(x) + x, or body(x) + shortcut(x) where the shapes differ: children "body" and "shortcut". Blocks that
/// do more between are modules of their own (see module.h). Throws ShapeError when the two do not fit.
/// Source: He et al. 2016.
class Residual : public Layer<Residual> {
 public:
  template <std::derived_from<Module> Body>
  explicit Residual(const Body& body) {
    child("body", body);
  }
  template <std::derived_from<Module> Body, std::derived_from<Module> Shortcut>
  Residual(const Body& body, const Shortcut& shortcut) : Residual(body) {
    child("shortcut", shortcut);
  }
  Residual(const Residual&) = default;
  Residual(Residual&&) noexcept = default;
  Residual& operator=(const Residual&) = default;
  Residual& operator=(Residual&&) noexcept = default;
  ~Residual() override = default;

  Tensor forward(const Tensor& x) const override;
};

}  // namespace luge::nn
