#include "backend/cpu/onednn/wrong.h"

#include <algorithm>

namespace luge::cpu::onednn {
namespace {

bool is(std::string_view implementation, std::string_view part) {
  return implementation.find(part) != std::string_view::npos;
}

// Names begin with a family of kernels, "jit_1x1:avx2".
bool of(std::string_view implementation, std::string_view family) {
  return implementation.substr(0, implementation.find(':')) == family;
}

bool strided(const ConvProblem& problem) {
  return std::any_of(problem.geometry.stride.begin(), problem.geometry.stride.end(),
                     [](memory::dim stride) { return stride > 1; });
}

// Some point of the window meets nothing but padding, wherever the window is.
bool has_blind_taps(const ConvProblem& problem) {
  const Geometry& g = problem.geometry;
  for (std::size_t k = 0; k < g.stride.size(); ++k) {
    const memory::dim image = problem.x[k + 2], positions = problem.y[k + 2], taps = problem.w_public[k + 2],
                      step = g.dilation[k] + 1;
    for (memory::dim tap = 0; tap < taps; ++tap) {
      bool meets = false;
      for (memory::dim position = 0; position < positions && !meets; ++position) {
        const memory::dim at = position * g.stride[k] - g.pad_begin[k] + tap * step;
        meets = at >= 0 && at < image;
      }
      if (!meets) return true;
    }
  }
  return false;
}

// Wherever the window is along an axis, some point of it meets padding.
bool is_never_whole(const ConvProblem& problem, std::size_t axis) {
  const Geometry& g = problem.geometry;
  const memory::dim image = problem.x[axis + 2], positions = problem.y[axis + 2],
                    last = (problem.w_public[axis + 2] - 1) * (g.dilation[axis] + 1);
  for (memory::dim position = 0; position < positions; ++position) {
    const memory::dim at = position * g.stride[axis] - g.pad_begin[axis];
    if (at >= 0 && at + last < image) return false;
  }
  return true;
}

}  // namespace

bool wrong_forward(std::string_view implementation, bool operands) {
  // The walk has compared these with operands of each kind. Of the others, 2.6's gemm reads an operand next
  // to channels last as if the channels lay apart, and its brgdmm_dw was seen to read whole ones wrongly.
  const bool compared = implementation.starts_with("jit") || implementation.starts_with("brgconv");
  return operands && !compared;
}

bool wrong_data(std::string_view, const ConvProblem&) { return false; }

bool wrong_weights(std::string_view implementation, const ConvProblem& problem, Family family) {
  // 2.6: gathers the points of a strided image into scratch that is booked too small, and writes beyond its
  // end.
  const bool one_by_one = of(implementation, "jit_1x1") || of(implementation, "jit_bf16_1x1");
  if (one_by_one && family == Family::channels_last && strided(problem)) return true;
  if (problem.dtype != DType::bf16 || is(implementation, "gemm")) return false;
  // 2.6: the weights of such points are never written. With three axes, nor are those of points that meet
  // padding at the first position, where the steps of the first axis leave no position without padding.
  const bool in_steps = problem.geometry.stride.size() == 3 && problem.geometry.stride[0] > 1;
  return has_blind_taps(problem) || (in_steps && is_never_whole(problem, 0));
}

bool wrong_matmul(std::string_view implementation, bool operands) {
  return operands && !of(implementation, "brg") && !is(implementation, "gemm:jit");
}

}  // namespace luge::cpu::onednn
