// Fused steps as training has them, to be checked and timed alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ops/attributes/fused.h"

namespace luge::cpu::fused {

struct Sample {
  std::string name;
  TileProgram program;
  std::vector<DType> in;      // of the operands
  int reads = 1, writes = 1;  // arrays of the whole size that must pass through memory
  double bytes = 4;           // of one element of them
  int in_place = 0;           // this number of outputs overwrite the inputs with the same index
};

/// About `elements` each; matrices have rows of `columns`.
std::vector<Sample> samples(std::int64_t elements, std::int64_t columns);

}  // namespace luge::cpu::fused
