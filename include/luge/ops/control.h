// Loops and branches over functions of tensors.
/// @file
/// The functions are called once, when the loop or branch is made, with tensors that have no values; what
/// they do becomes a program that runs once for each trip. They may read Variables and tensors from outside,
/// and gradients reach these. They may not assign Variables. Numbers that they make are part of the program;
/// numbers made outside may change without another compilation. Loops and branches may contain others.
///
/// Random numbers in a function are drawn again for each trip. A loop takes the draws of the generator that
/// its function takes once. The numbers of a trip depend on seed, draw, trip and position only.
#pragma once

#include <cstdint>
#include <functional>

#include "luge/tensor.h"

namespace luge {

/// What a trip of scan gives.
struct ScanTrip {
  Tensors states;   ///< the next states, one for each state
  Tensors outputs;  ///< what is stacked, any number
};
/// What scan gives.
struct Scanned {
  Tensors states;   ///< the last states
  Tensors outputs;  ///< the outputs of all trips, with a new axis 0 of the number of trips
};
/// Options of scan.
struct ScanOptions {
  std::int64_t length = -1;  ///< the number of trips; -1: the extent of axis 0 of the sequences
  /// True: from the last position to the first; outputs are at the positions of their slices.
  bool reverse = false;
};
/// Runs `step` once for each position of axis 0 of the sequences: it takes the states and the slices at that
/// position (without axis 0), and gives the next states and outputs. The sequences have one extent of axis 0,
/// which may be 0 or unknown. Without sequences, `length` is the number of trips. A state keeps its shape and
/// dtype, which may be any. Gradients reach states, sequences and captured tensors; the backward pass keeps
/// the states before each trip and computes the rest of the step again. Throws ShapeError or DTypeError when
/// sequences do not match each other or `length`, or a state changes its type, ValueError for another number
/// of states and for a negative `length` without sequences, StateError when the step assigns a Variable. An
/// error in a trip names the trip. Source: JAX lax.scan, ONNX Scan.
///
///     auto [states, sums] = scan(
///         [](const Tensors& s, const Tensors& x) { return ScanTrip{{s[0] + x[0]}, {s[0] + x[0]}}; },
///         {zeros({3})}, {x});  // sums[0] is cumsum(x, 0) for x f32 [T,3]
Scanned scan(const std::function<ScanTrip(const Tensors& states, const Tensors& slices)>& step,
             const Tensors& initial_states, const Tensors& sequences, const ScanOptions& options = {});

/// Options of while_loop.
struct WhileOptions {
  std::int64_t max_trips = -1;  ///< an upper bound of the number of trips; -1: none, and no gradient
};
/// Runs `step` on the states while `condition` gives true, which it does as a rank-0 bool tensor. Gives the
/// last states, each with the shape and dtype it began with. With `max_trips` there are gradients: memory for
/// the states before each of that number of trips is taken when a gradient is. Without it, grad throws
/// GraphError. A loop whose condition is still true after `max_trips` trips throws ValueError when it runs;
/// to end it there without an error, count the trips in a state. Throws ShapeError or DTypeError when a state
/// changes its type or the condition is not a rank-0 bool, ValueError for another number of states,
/// StateError when a function assigns a Variable. An error in a trip names the trip. Source: JAX
/// lax.while_loop, ONNX Loop.
///
///     Tensors halved = while_loop([](const Tensors& s) { return greater(sum(s[0]), 1); },
///                                 [](const Tensors& s) { return Tensors{s[0] / 2}; }, {x}, {.max_trips =
///                                 100});
Tensors while_loop(const std::function<Tensor(const Tensors& states)>& condition,
                   const std::function<Tensors(const Tensors& states)>& step, const Tensors& initial_states,
                   const WhileOptions& options = {});

/// Gives then(operands) where `predicate`, a rank-0 bool, is true, and otherwise(operands) where it is false.
/// Only that function runs, so NaN and infinity of the other reach neither values nor gradients. Both give
/// the same number of tensors with the same shapes and dtypes. Throws ShapeError or DTypeError naming the
/// output that differs, and for a predicate that is not a rank-0 bool, ValueError when the numbers of outputs
/// differ, StateError when a function assigns a Variable. Source: JAX lax.cond, ONNX If.
///
///     Tensor y = cond(greater(sum(x), 0), [](const Tensors& in) { return Tensors{sqrt(in[0])}; },
///                     [](const Tensors& in) { return Tensors{-in[0]}; }, {x})[0];
Tensors cond(const Tensor& predicate, const std::function<Tensors(const Tensors& operands)>& then,
             const std::function<Tensors(const Tensors& operands)>& otherwise, const Tensors& operands = {});

}  // namespace luge
