// The rows that a walk over the steps works in. Per-target include guard, as Highway wants it.
#if defined(LUGE_RECURRENT_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LUGE_RECURRENT_ROWS_INL_H_
#undef LUGE_RECURRENT_ROWS_INL_H_
#else
#define LUGE_RECURRENT_ROWS_INL_H_
#endif

#include <algorithm>
#include <utility>

#include "backend/cpu/recurrent/cells-inl.h"
#include "backend/cpu/vector/product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::recurrent::HWY_NAMESPACE {
namespace {

using cpu::vector::HWY_NAMESPACE::accumulate;
using cpu::vector::HWY_NAMESPACE::for_row_blocks;
using cpu::vector::HWY_NAMESPACE::kLanes;

// Of each row of the batch two left sides of a product, one being read and one being written, and its state.
// Forward a left side is [x | h], and c is the state; backward it is the gradient before a step, and the
// state is the gradient of c (LSTM) or z·dh (GRU).
struct StepRows {
  float *now, *next, *state;
  int64_t apart, state_apart;
  StepRows(float* scratch, int64_t rows, const RowScratch& row)
      : now(scratch),
        next(now + rows * row.left),
        state(next + rows * row.left),
        apart(row.left),
        state_apart(row.state) {}
};

void start_state(float* to, int64_t apart, const float* from, int64_t first, int64_t rows, int64_t units) {
  for (int64_t r = 0; r < rows; ++r) {
    std::fill_n(to + r * apart, (units + 63) / 64 * 64, 0.0f);
    if (from) std::copy_n(from + (first + r) * units, units, to + r * apart);
  }
}

}  // namespace
}  // namespace luge::cpu::recurrent::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
