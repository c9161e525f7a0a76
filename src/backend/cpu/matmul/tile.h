// One tile of a product of matrices as generated code: its rows and vectors of columns stay in registers over
// a block of the inner extent.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/cpu/x64/assembler.h"

namespace luge::cpu::matmul {

using std::int64_t;

/// What happens to a finished element, in this order, after the bias.
enum class TilePostOp : std::uint8_t { add, mul, relu };
inline constexpr int most_post_ops = 4;

/// What is the same for all tiles of one code. Steps are counted in numbers, not bytes.
struct TileShape {
  int rows = 0, vectors = 0;
  int64_t a_row = 0;   // from one row of A to the next
  int64_t a_step = 1;  // from one step of the inner extent to the next, in A
  int64_t b_step = 0;  // and in B
  int64_t width = 0;   // from one row of the result to the next
  bool part = false;   // only TileCall::last numbers of the last vector are there
  bool add = false;    // to what the result holds
  bool bias = false;
  std::vector<TilePostOp> post_ops;
};

/// A tile's addresses: element (r, k) of A lies at a[r · a_row + k · a_step], whole vectors of B at
/// b[k · b_step], what is written at c[r · width]; bias and operands begin at the tile's first element.
struct TileCall {
  const float* a;
  const float* b;
  float* c;
  const float* bias;
  const float* operands[most_post_ops];
  int64_t fours, rest;  // the inner extent as fours · 4 + rest steps
  int64_t last;
};
using TileFunction = void(const TileCall*);

/// Numbers of a vector.
int lanes(x64::Isa isa);
/// The most rows for which tiles of this many vectors have registers.
int tallest(x64::Isa isa, int vectors);
/// The code, a TileFunction; empty where an address step is too long for an instruction.
std::vector<std::uint8_t> generate_tile(const TileShape& shape, x64::Isa isa);

}  // namespace luge::cpu::matmul
