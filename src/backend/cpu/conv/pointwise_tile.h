// Tiles of a convolution by windows of one point as generated code: a few points by a few blocks of filters
// stay in registers over blocks of the image's channels.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/cpu/x64/assembler.h"

namespace luge::cpu::conv {

using std::int64_t;

/// What is the same for all tiles of one code. Images lie in blocks of as many channels as a vector has
/// lanes, weights in blocks of as many filters inside blocks of as many channels. Steps are counted in
/// numbers.
struct PointwiseTile {
  int points = 0, vectors = 0;  // vectors of filters
  int64_t x_block = 0;          // from one block of channels of the image to the next
  int64_t w_block = 0;          // from one block of filters of the weights to the next
  int64_t y_block = 0;          // from one block of filters of the result to the next
  bool begins = false;          // the sum starts here, else it is added to what the result holds
  bool ends = false;            // the sum is complete: post-ops are applied
  bool part = false;            // only PointwiseCall::last lanes of the last vector are filters
  bool bias = false, addend = false, relu = false, limited = false;
  float slope = 0;  // of relu below 0
  int ahead = 0;    // lines of PointwiseCall::next that are asked for with each block of channels
};

/// `tiles` tiles side by side, each over `blocks` blocks of channels; all pointers are those of the first.
struct PointwiseCall {
  const float *x, *w;
  float* y;
  const float *bias, *addend;  // the bias in whole vectors
  const float* next;           // weights that are needed soon
  int64_t tiles, blocks;
  int64_t last;
  float limit;  // a result that is NaN stays so; a limit that is NaN has no effect
};
using PointwiseFunction = void(const PointwiseCall*);

/// The most points for which tiles of this many vectors have registers.
int most_points(x64::Isa isa, int vectors);
/// The code, a PointwiseFunction; empty where an address step is too long for an instruction.
std::vector<std::uint8_t> generate_pointwise(const PointwiseTile& tile, x64::Isa isa);

}  // namespace luge::cpu::conv
