// Rows of image.h, of transposed convolutions, and of pools with powers, indices or numbers of windows.
#include "fuzz/ops.h"
#include "luge/ops/convolution.h"
#include "luge/ops/image.h"
#include "luge/ops/index.h"
#include "luge/ops/math.h"
#include "luge/ops/pooling.h"
#include "luge/ops/shape.h"

namespace luge::fuzz {
namespace {

PerAxis axes_of(const Line& line, const std::string& key, PerAxis fallback) {
  if (line.has(key)) fallback.values = line.wholes(key);
  return fallback;
}

// All befores and then all afters.
Padding pads_of(const Line& line) {
  if (line.whole("mode") == 1) return PaddingMode::same;
  const auto given = line.wholes("padding");
  if (given.empty()) return PaddingMode::valid;
  const auto half = given.begin() + static_cast<std::ptrdiff_t>(given.size() / 2);
  return Padding({given.begin(), half}, {half, given.end()});
}

template <class F>
F by_rank(const Tensor& x, F one, F two, F three) {
  return x.rank() == 3 ? one : x.rank() == 4 ? two : three;
}

Tensor build_transposed(const Tensors& in, const Line& line, DType) {
  const ConvTransposeOptions options{.stride = axes_of(line, "stride", 1),
                                     .dilation = axes_of(line, "dilation", 1),
                                     .padding = pads_of(line),
                                     .output_padding = axes_of(line, "output_padding", 0),
                                     .groups = line.whole("groups", 1)};
  const auto function = by_rank(in.at(0), conv_transpose1d, conv_transpose2d, conv_transpose3d);
  return function(in.at(0), in.at(1), in.size() > 2 ? in[2] : Tensor(), options);
}

Tensor build_lp_pool(const Tensors& in, const Line& line, DType) {
  const PoolOptions options{
      .kernel = axes_of(line, "kernel", 2), .stride = axes_of(line, "stride", {}), .padding = pads_of(line)};
  return by_rank(in.at(0), lp_pool1d, lp_pool2d, lp_pool3d)(in.at(0), line.number("p", 2), options);
}

// Pooled, and put back: the indices are those of the pool.
Tensor build_unpool(const Tensors& in, const Line& line, DType) {
  const Tensor& x = in.at(0);
  const PooledWithIndices pooled =
      by_rank(x, max_pool1d_with_indices, max_pool2d_with_indices, max_pool3d_with_indices)(
          x, {.kernel = axes_of(line, "kernel", 2)});
  const UnpoolOptions options{.kernel = axes_of(line, "kernel", 2), .output = axes_of(line, "output", {})};
  return by_rank(x, max_unpool1d, max_unpool2d, max_unpool3d)(pooled.values, pooled.indices, options);
}

UnfoldOptions unfold_of(const Line& line) {
  return {.kernel = axes_of(line, "kernel", 3),
          .stride = axes_of(line, "stride", 1),
          .dilation = axes_of(line, "dilation", 1),
          .padding = pads_of(line)};
}

Tensor build_interpolate(const Tensors& in, const Line& line, DType) {
  return interpolate(in.at(0), {.sizes = axes_of(line, "sizes", {}),
                                .mode = static_cast<Interpolation>(line.whole("how")),
                                .coordinates = static_cast<Coordinates>(line.whole("coordinates")),
                                .rounding = static_cast<NearestRounding>(line.whole("rounding"))});
}

Tensor build_grid_sample(const Tensors& in, const Line& line, DType) {
  return grid_sample(
      in.at(0), in.at(1),
      {.border = static_cast<GridBorder>(line.whole("border")), .align_corners = line.has("corners")});
}

// Boxes have no gradient.
Tensor build_roi_align(const Tensors& in, const Line& line, DType) {
  return roi_align(in.at(0), stop_gradient(in.at(1)), in.at(2),
                   {.output = axes_of(line, "output", 2), .sampling_ratio = line.whole("samples", 2)});
}

}  // namespace

Builds image_ops() {
  Builds rows;
  using In = const Tensors&;
  using At = const Line&;
  rows["conv_transpose"] = build_transposed;
  rows["lp_pool"] = build_lp_pool;
  rows["adaptive_avg_pool"] = [](In in, At line, DType) {
    return by_rank(in.at(0), adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)(
        in.at(0), axes_of(line, "output", 1));
  };
  rows["adaptive_max_pool"] = [](In in, At line, DType) {
    return by_rank(in.at(0), adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d)(
        in.at(0), axes_of(line, "output", 1));
  };
  rows["global_max_pool"] = [](In in, At, DType) { return global_max_pool(in.at(0)); };
  rows["global_lp_pool"] = [](In in, At line, DType) {
    return global_lp_pool(in.at(0), line.number("p", 2));
  };
  rows["max_unpool"] = build_unpool;
  rows["unfold"] = [](In in, At line, DType) { return unfold(in.at(0), unfold_of(line)); };
  rows["fold"] = [](In in, At line, DType) { return fold(in.at(0), line.wholes("output"), unfold_of(line)); };
  rows["interpolate"] = build_interpolate;
  rows["grid_sample"] = build_grid_sample;
  rows["affine_grid"] = [](In in, At line, DType) {
    return affine_grid(in.at(0), line.wholes("output"), line.has("corners"));
  };
  rows["roi_align"] = build_roi_align;
  return rows;
}

}  // namespace luge::fuzz
