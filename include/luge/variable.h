// Variable: a named, shared slot that holds a tensor and can be assigned. Layers, optimizers and metrics keep
// state in Variables and nowhere else.
#pragma once

#include <memory>
#include <string>

#include "luge/tensor.h"

namespace luge {

struct Slot;  // internal

/// Options of a Variable.
struct VariableOptions {
  bool trainable = true;  ///< optimizers may change it; a Variable that is not floating is never trainable
};

/// A named slot that holds a tensor and can be assigned. Copies share the slot. A tensor that was read before
/// an assignment keeps the earlier value.
///
///     Variable w(zeros({784, 10}), "w");
///     w.assign(w + 1);
class Variable {
 public:
  Variable() = default;  ///< an empty Variable, which has no slot
  /// Makes a Variable with an initial value, which also fixes its shape and dtype. The name appears in
  /// errors, summaries and files. Throws ShapeError when the shape of `initial` has an unknown extent.
  explicit Variable(const Tensor& initial, std::string name = "", VariableOptions options = {});

  /// Internal: makes another handle to a slot.
  explicit Variable(std::shared_ptr<Slot> slot) : slot_(std::move(slot)) {}

  /// Returns false for an empty Variable. Most other members throw StateError for an empty one.
  bool defined() const { return slot_ != nullptr; }
  /// Returns the name, "" when it has none.
  const std::string& name() const;
  /// Changes the name for all copies.
  void set_name(std::string name);
  /// Returns the shape, which never changes.
  const Shape& shape() const;
  /// Returns the dtype, which never changes.
  DType dtype() const;
  /// Returns true when optimizers may change it.
  bool trainable() const;
  /// Sets whether optimizers may change it. A Variable that is not floating stays not trainable.
  void set_trainable(bool trainable);

  /// Returns the current value. While a function is traced, this is the value assigned last in the trace, or
  /// else the value that the slot holds.
  Tensor value() const;
  /// Returns value(), so that a Variable can be used as a Tensor.
  operator Tensor() const { return value(); }
  /// Replaces the value. While a function is traced, the assignment is recorded and happens when the compiled
  /// function or the operation runs. Throws ShapeError when the shape does not match and DTypeError when the
  /// dtype does not match.
  void assign(const Tensor& value);
  /// Returns the initial value as an expression, which graph::initialize_all evaluates again.
  Tensor initial() const;

  /// Returns true when both share one slot.
  bool same_as(const Variable& other) const { return slot_ == other.slot_; }
  /// Internal: returns the slot.
  const std::shared_ptr<Slot>& slot() const { return slot_; }

 private:
  std::shared_ptr<Slot> slot_;
};

/// A list of Variables.
using Variables = std::vector<Variable>;

}  // namespace luge
