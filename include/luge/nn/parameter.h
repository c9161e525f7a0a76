// Parameter: a Variable of a module, whose shape may not be known yet.
#pragma once

#include <memory>
#include <string>

#include "luge/variable.h"

namespace luge::nn {

/// Internal: what a module and the copies of a Parameter share.
struct ParameterCell {
  std::string name;        ///< the name inside the module, such as "weight"
  Variable variable;       ///< empty until the shape is known
  bool is_buffer = false;  ///< it is state that no optimizer changes, such as running statistics
};

/// A parameter or a buffer of a module, made by Module::parameter or Module::buffer. Copies share the
/// Variable. A copy that is made while its module is cloned belongs to the clone. A default-constructed
/// Parameter is absent: defined() is false, and it reads as an empty Tensor.
class Parameter {
 public:
  Parameter() = default;  ///< an absent Parameter
  /// Internal: makes a handle to a cell.
  explicit Parameter(std::shared_ptr<ParameterCell> cell) : cell_(std::move(cell)) {}
  Parameter(const Parameter& other);
  Parameter(Parameter&&) noexcept = default;
  Parameter& operator=(const Parameter&) = default;
  Parameter& operator=(Parameter&&) noexcept = default;
  ~Parameter() = default;

  /// Returns false when it is absent, such as a bias that is switched off.
  bool defined() const { return cell_ != nullptr; }
  /// Returns the Variable. Throws StateError when the module has not been built or the parameter is absent.
  const Variable& variable() const;
  /// Returns the current value; an empty Tensor when the parameter is absent. Throws StateError when the
  /// module has not been built.
  Tensor value() const { return defined() ? variable().value() : Tensor(); }
  /// Returns value(), so that a Parameter can be used as a Tensor.
  operator Tensor() const { return value(); }
  /// Replaces the value, as Variable::assign does. Throws StateError as variable() does.
  void assign(const Tensor& value) const;

  /// Internal: returns the cell.
  const std::shared_ptr<ParameterCell>& cell() const { return cell_; }

 private:
  std::shared_ptr<ParameterCell> cell_;
};

}  // namespace luge::nn
