// Decoding: a network over sequences that reads one element at a time and keeps what it needs of earlier ones.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "luge/nn/module.h"
#include "luge/nn/tensor_spec.h"

namespace luge::nn {

/// A network of your own says with this base class that its forward can run inside a Decoding: it mixes
/// positions by its layers alone, and takes its own numbers of positions from Decoding::position.
class ReadsInSteps {
 public:
  virtual ~ReadsInSteps() = default;
};

/// Runs a network on one element of each sequence. Causal attention keeps the keys and values of earlier
/// elements in arrays of a fixed length, and recurrent layers keep their last state, so that the work for an
/// element does not grow with what was read before. The caller passes the state from call to call.
///
///     const auto specs = nn::Decoding::state_of(net, 64);
///     nn::Decoding step(64, states);
///     Tensor logits = step.run(net, ids);  // [N,1,…] for ids [N,1]
///     states = step.next();
class Decoding {
 public:
  /// Returns what a network keeps, with an unknown batch axis; nothing when it cannot be read in steps: it
  /// attends to later elements, reads backward, or has layers of which that is not known. The state before
  /// the first element is 0. `length` is the most elements that attention keeps.
  static std::optional<std::vector<TensorSpec>> state_of(const Module& net, std::int64_t length,
                                                         DType ids = i64);
  /// The name of the state that counts the elements, i64 [N,1]. A network that has it reads at most `length`.
  static constexpr const char* kPosition = "position";

  /// Begins a call with the state that the one before left.
  Decoding(std::int64_t length, Tensors states) : length_(length), given_(std::move(states)) {}
  /// Runs the network on ids [N,1].
  Tensor run(const Module& net, const Tensor& ids);
  /// Returns the state after the call.
  const Tensors& next() const { return next_; }

  /// For layers: returns the Decoding that runs on this thread; null: there is none.
  static Decoding* current();
  /// For layers: returns a state of one sample of this shape; `keep` gives its next value.
  Tensor state(const std::string& name, const Shape& sample, DType dtype);
  /// For layers: gives the next value of the state that was asked for as the n-th.
  void keep(std::size_t n, const Tensor& value) { next_[n] = value; }
  /// For layers: returns how many states were asked for.
  std::size_t count() const { return next_.size(); }
  /// For layers: returns the number of elements before this one, i64 [N,1].
  Tensor position();
  /// For layers: returns an array [N,heads,length,d] with x [N,heads,1,d] written at this position.
  Tensor append(const std::string& name, const Tensor& x);
  /// For layers: returns which entries of such an array hold something, bool [N,1,1,length].
  Tensor filled();

 private:
  explicit Decoding(std::int64_t length) : length_(length), finding_(true) {}
  std::int64_t length_;
  bool finding_ = false;  // the states are found out
  Tensors given_, next_;
  std::vector<TensorSpec> specs_;
  Tensor position_;
};

}  // namespace luge::nn
