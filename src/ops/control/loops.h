// What scan, while_loop and their gradients share.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "graph/body.h"

namespace luge {

/// More trips than this are refused: a file may ask for any number.
inline constexpr std::int64_t kMostTrips = std::int64_t{1} << 31;

Type type_of(const Tensor& tensor);
std::vector<Type> types_of(const Tensors& tensors);
/// Without axis 0. The rank is at least 1.
Type slice_type(const Type& sequence);
/// With a new axis 0. Throws ShapeError when there are 8 axes already.
Type stacked_type(const Type& slice, std::int64_t trips);

/// The type that a loop carries: `after` one trip must agree with `before`. `what` names it ("state 1").
Type carried(std::string_view op, std::string_view what, const Type& before, const Type& after);

/// Calls the step of a loop once. When it draws random numbers, it gets a state more, the number of the trip,
/// from which and a key (an input after the captured ones) each draw follows.
struct RecordedStep {
  RecordedBody recorded;
  bool counts_trips = false;  // the last state is the number of the trip
};
RecordedStep record_step(std::string_view op, const std::vector<Type>& states,
                         const std::vector<Type>& slices, const std::function<Tensors(const Tensors&)>& step);
/// What the loop takes after its states and sequences: captured tensors and new keys.
Tensors taken_from_outside(const RecordedBody& recorded);

/// A key for a trip, from the key of the loop: i64[2].
Tensor trip_key(const Tensor& key, const Tensor& trip);

/// A loop whose gradient is wanted.
struct Loop {
  const Body& step;
  Tensors states, sequences, captured;  // its inputs
  Tensors before;                       // the states before each trip, stacked
  Tensor count;                         // the number of trips, or empty
  std::int64_t length = -1;
  bool reverse = false;
};
/// The gradients of its outputs; empty where none arrives.
struct LoopGradients {
  Tensors states, outputs, before;
};
struct LoopSlopes {
  Tensors states, sequences, captured;  // empty where none is
};
/// The gradients of its inputs, as a scan that runs the other way: each trip computes the step again from the
/// states before it. `needs_…`: which of them are wanted.
LoopSlopes differentiate(const Loop& loop, const LoopGradients& gradients,
                         const std::vector<bool>& needs_sequences, const std::vector<bool>& needs_captured);

}  // namespace luge
