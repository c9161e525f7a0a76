// Variable: a named, shared slot that holds a tensor and can be assigned. Layers, optimizers and metrics keep
// state in Variables and nowhere else.
#pragma once

#include <memory>
#include <string>

#include "luge/tensor.h"

namespace luge {

struct Slot;  // internal

struct VariableOptions {
  bool trainable = true;
};

/// Copies share the slot. Reading makes one node per version; a handle read earlier keeps the earlier value.
class Variable {
 public:
  Variable() = default;  // empty
  /// The initial value also fixes shape and dtype. `name` appears in errors, summaries and files.
  explicit Variable(const Tensor& initial, std::string name = "", VariableOptions options = {});

  /// Internal: another handle to a slot.
  explicit Variable(std::shared_ptr<Slot> slot) : slot_(std::move(slot)) {}

  bool defined() const { return slot_ != nullptr; }
  const std::string& name() const;
  void set_name(std::string name);
  const Shape& shape() const;
  DType dtype() const;
  bool trainable() const;
  void set_trainable(bool trainable);

  /// The current value: inside a trace what was assigned last in it, else what the slot holds.
  Tensor value() const;
  operator Tensor() const { return value(); }
  /// Replaces the value; same shape and dtype or ShapeError/DTypeError. Inside a trace it is recorded and
  /// takes place when the compiled function or operation runs.
  void assign(const Tensor& value);
  /// The value given at construction, as an expression (graph::initialize_all evaluates it).
  Tensor initial() const;

  bool same_as(const Variable& other) const { return slot_ == other.slot_; }
  const std::shared_ptr<Slot>& slot() const { return slot_; }

 private:
  std::shared_ptr<Slot> slot_;
};

using Variables = std::vector<Variable>;

}  // namespace luge
