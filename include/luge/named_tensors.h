// NamedTensors: tensors with names, in order: what a batch holds, and what networks with several inputs and
// outputs take and return.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "luge/tensor.h"

namespace luge {

/// The end of the name of the lengths of padded values: "tokens.length" is i64 [N] for "tokens" [N,T].
inline constexpr const char* kLengthEnd = ".length";

/// A list of tensors with distinct names. Copies are cheap, as those of Tensors are.
///
///     NamedTensors out = net(NamedTensors{{"source", s}, {"target", t}});
///     Tensor scores = out["scores"];
class NamedTensors {
 public:
  /// A tensor with its name.
  using Entry = std::pair<std::string, Tensor>;

  NamedTensors() = default;  ///< no tensors
  /// Makes a list of these tensors. Throws ValueError for an empty name and for a name that is given twice.
  NamedTensors(std::initializer_list<Entry> entries);
  /// Makes a list of values and their names. Throws ValueError as above, and when the numbers differ.
  NamedTensors(const std::vector<std::string>& names, const Tensors& values);

  /// Returns the number of tensors.
  std::size_t size() const { return entries_.size(); }
  /// Returns true when there are none.
  bool empty() const { return entries_.empty(); }
  /// Returns true when there is a tensor of this name.
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  /// Returns the tensor of this name, or null.
  const Tensor* find(std::string_view name) const;
  /// Returns the tensor of this name. Throws ValueError that lists the names when there is none.
  const Tensor& operator[](std::string_view name) const;
  /// Adds a tensor at the end, or replaces the tensor of this name. Throws ValueError for an empty name.
  void set(std::string_view name, Tensor value);
  /// Removes the tensor of this name, if there is one.
  void erase(std::string_view name);
  /// Returns the names in order.
  std::vector<std::string> names() const;
  /// Returns the tensors in order.
  Tensors values() const;
  /// Returns the tensors of these names, in the order of `names`. Throws ValueError that lists the names when
  /// one is missing.
  Tensors select(const std::vector<std::string>& names) const;

  /// Returns the first tensor with its name.
  auto begin() const { return entries_.begin(); }
  /// Returns the end.
  auto end() const { return entries_.end(); }

 private:
  std::vector<Entry> entries_;
};

}  // namespace luge
