// What the operand of a post-op is to the result it meets. Broadcasting says it by shapes alone; libraries
// say it by masks, which mean something else where axes of one point are about. So kernels take what can be
// read in one way only, and everything else becomes a step of its own.
#pragma once

#include <cstdint>

#include "luge/shape.h"

namespace luge::cpu {

enum class Reach : std::uint8_t {
  number,   // one element for all of the result
  channel,  // one element for each point of one axis, the channels of an image or the columns of a matrix
  whole,    // one for each element of the result, and not a channel at the same time
  other,    // a number a sample, a row, a plane …
};

/// How `operand`, broadcast to `result`, reaches over it. `channels`: the position of that axis in the
/// result.
Reach reach_of(const Shape& operand, const Shape& result, int channels);

}  // namespace luge::cpu
