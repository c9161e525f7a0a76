#include "luge/nn/parameter.h"

#include <fmt/format.h>

#include "nn/cloning.h"

namespace luge::nn {

Parameter::Parameter(const Parameter& other) : cell_(cloning() ? cloned(other.cell_) : other.cell_) {}

const Variable& Parameter::variable() const {
  if (!cell_)
    throw StateError("a parameter that this layer does not have was asked for (a bias switched off?)");
  if (!cell_->variable.defined()) {
    throw StateError(
        fmt::format("parameter '{}' has no shape yet; call the model once or build({{…}})", cell_->name));
  }
  return cell_->variable;
}

void Parameter::assign(const Tensor& value) const {
  Variable variable = this->variable();
  variable.assign(value);
}

}  // namespace luge::nn
