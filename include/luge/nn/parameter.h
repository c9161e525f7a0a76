// Parameter: a module's Variable, which may still wait for its shape.
#pragma once

#include <memory>
#include <string>

#include "luge/variable.h"

namespace luge::nn {

/// What a module and the copies of a Parameter share.
struct ParameterCell {
  std::string name;
  Variable variable;       // empty until the shape is known
  bool is_buffer = false;  // state that no optimizer changes, such as running statistics
};

/// Made by Module::parameter and Module::buffer. Copies share the Variable; a copy made while its module is
/// cloned belongs to the clone. A default-constructed one is absent: defined() is false, and it reads as an
/// empty Tensor.
class Parameter {
 public:
  Parameter() = default;
  explicit Parameter(std::shared_ptr<ParameterCell> cell) : cell_(std::move(cell)) {}
  Parameter(const Parameter& other);
  Parameter(Parameter&&) noexcept = default;
  Parameter& operator=(const Parameter&) = default;
  Parameter& operator=(Parameter&&) noexcept = default;
  ~Parameter() = default;

  bool defined() const { return cell_ != nullptr; }
  /// Throws StateError while the module is not built.
  const Variable& variable() const;
  /// The current value; empty when absent.
  Tensor value() const { return defined() ? variable().value() : Tensor(); }
  operator Tensor() const { return value(); }
  void assign(const Tensor& value) const;

  const std::shared_ptr<ParameterCell>& cell() const { return cell_; }

 private:
  std::shared_ptr<ParameterCell> cell_;
};

}  // namespace luge::nn
