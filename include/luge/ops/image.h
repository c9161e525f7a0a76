// Functions of images: patches, resizing, sampling at positions that are data, regions.
#pragma once

#include <cstdint>
#include <vector>

#include "luge/ops/window.h"
#include "luge/tensor.h"

namespace luge {

/// Options of unfold and fold.
struct UnfoldOptions {
  PerAxis kernel = 3;                    ///< extents of a patch
  PerAxis stride = 1;                    ///< elements between two patches
  PerAxis dilation = 1;                  ///< distance between two elements of a patch
  Padding padding = PaddingMode::valid;  ///< zeros around the image
};

/// Returns the patches of x [N,C,…] with one to three spatial axes as columns: [N, C·taps, patches]. Row
/// c·taps + t of a sample holds element t of each patch of channel c; patches and elements are in row-major
/// order. x must hold numbers. Throws ShapeError when the patch is longer than the padded input, and
/// ValueError for a kernel, a stride or a dilation below 1. Source: PyTorch functional.unfold (im2col).
///
///     Tensor columns = unfold(x, {.kernel = 3, .padding = 1});  // conv2d is a matmul with these
Tensor unfold(const Tensor& x, const UnfoldOptions& options);
/// Returns the image [N, C, output…] whose patches are `columns` [N, C·taps, patches]; where patches overlap,
/// their elements are added. `output` are the spatial extents of the image. Throws ShapeError when the
/// columns are not what unfold gives for such an image, and otherwise as unfold does. Source: ONNX Col2Im,
/// PyTorch functional.fold.
Tensor fold(const Tensor& columns, const std::vector<std::int64_t>& output, const UnfoldOptions& options);

/// How interpolate finds an element between the elements of its input.
enum class Interpolation : std::uint8_t {
  nearest,  ///< the nearest element
  linear,   ///< between the two nearest elements of each axis (bilinear, trilinear)
  cubic,    ///< between the four nearest elements of each axis (bicubic), Keys 1981
};
/// How interpolate finds the input coordinate x of an output coordinate i; s = output / input extent.
enum class Coordinates : std::uint8_t {
  half_pixel,          ///< x = (i + 0.5)/s - 0.5; PyTorch with align_corners = false
  pytorch_half_pixel,  ///< as half_pixel, but 0 where the output extent is 1
  align_corners,       ///< x = i·(input - 1)/(output - 1): the corners are at the corners
  asymmetric,          ///< x = i/s
};
/// Which element is the nearest one to a coordinate between two elements.
enum class NearestRounding : std::uint8_t {
  prefer_floor,  ///< the nearest; the lower one of two at the same distance
  prefer_ceil,   ///< the nearest; the upper one of two at the same distance
  floor,         ///< the lower one
  ceil,          ///< the upper one
};
/// Options of interpolate. Either `sizes` or `scales` are given: one number for all spatial axes, or one
/// each.
struct InterpolateOptions {
  PerAxis sizes = {};                                        ///< the spatial extents of the result
  std::vector<double> scales = {};                           ///< factors of the spatial extents, rounded down
  Interpolation mode = Interpolation::nearest;               ///< how elements are found
  Coordinates coordinates = Coordinates::half_pixel;         ///< what an output coordinate means
  NearestRounding rounding = NearestRounding::prefer_floor;  ///< for Interpolation::nearest
  double cubic = -0.75;                                      ///< for Interpolation::cubic: the a of Keys
};
/// Returns x [N,C,…], with one to three spatial axes, resized. Coordinates outside the image mean its border.
/// x must be floating; Interpolation::nearest takes all numbers. Throws ShapeError for an axis without
/// elements and for a result that is empty or too large, ValueError for sizes or scales that are not above 0,
/// when both or neither are given, or when their number does not match. There is no antialiasing. PyTorch's
/// "nearest" is {.coordinates = asymmetric, .rounding = floor}, its "nearest-exact" {.rounding =
/// prefer_ceil}. Source: ONNX Resize, PyTorch functional.interpolate.
///
///     Tensor twice_as_large = interpolate(x, {.scales = {2}, .mode = Interpolation::linear});
Tensor interpolate(const Tensor& x, const InterpolateOptions& options);

/// Between which elements grid_sample computes.
enum class Sampling : std::uint8_t {
  linear,   ///< between the two nearest elements of each axis (bilinear, trilinear)
  nearest,  ///< the nearest element; a half is rounded to the even index
};
/// What grid_sample reads outside the image.
enum class GridBorder : std::uint8_t {
  zeros,       ///< 0
  border,      ///< the nearest element of the border
  reflection,  ///< the mirror image
};
/// Options of grid_sample.
struct GridSampleOptions {
  Sampling mode = Sampling::linear;       ///< between which elements
  GridBorder border = GridBorder::zeros;  ///< what is outside
  bool align_corners = false;             ///< -1 and 1 are the centers of the outer elements, not their edges
};
/// Returns x [N,C,H,W] read at the positions of grid [N,H',W',2]: [N,C,H',W']. The last axis of the grid
/// holds the position along W, then the one along H; -1 is the first and 1 the last edge of the image.
/// Volumes x [N,C,D,H,W] take a grid [N,D',H',W',3]. Positions that are NaN or infinite count as outside.
/// Both have gradients; that of the grid is 0 with Sampling::nearest. x and grid have one floating dtype.
/// Throws ShapeError when the ranks, the batches or the last axis of the grid do not match. Source: ONNX
/// GridSample, PyTorch functional.grid_sample; bicubic sampling is left out.
Tensor grid_sample(const Tensor& x, const Tensor& grid, const GridSampleOptions& options = {});
/// Returns the grid [N,H,W,2] for grid_sample of the affine maps theta [N,2,3], or [N,D,H,W,3] of [N,3,4].
/// `output` are the spatial extents {H,W} or {D,H,W}. theta must be floating. Throws ShapeError when theta
/// does not match, and ValueError for an extent below 1. Source: ONNX AffineGrid, PyTorch
/// functional.affine_grid.
Tensor affine_grid(const Tensor& theta, const std::vector<std::int64_t>& output, bool align_corners = false);

/// Options of roi_align.
struct RoiAlignOptions {
  PerAxis output = 7;               ///< height and width of the result
  double scale = 1;                 ///< image coordinates = box coordinates · scale
  std::int64_t sampling_ratio = 0;  ///< samples a bin and axis; 0: ⌈box extent / output extent⌉
  bool aligned = true;              ///< boxes are moved by half a pixel, so that they count pixel centers
};
/// Returns [K,C,H',W']: for each of K boxes the means of H'·W' bins of x [N,C,H,W], each the mean of bilinear
/// samples. `boxes` [K,4] are x1, y1, x2, y2; `batch` [K], integers, says which sample each box is of.
/// Samples more than one pixel outside the image are 0. The gradient goes to x alone. x and boxes have one
/// floating dtype. Throws IndexError for a batch index out of range when the program runs, ShapeError when
/// the shapes do not match, and ValueError for an extent below 1, a negative sampling_ratio, or a scale that
/// is not above 0. A box that is not finite gives NaN. Source: ONNX RoiAlign with mode = avg (half_pixel is
/// aligned), torchvision ops.roi_align, whose default is aligned = false.
Tensor roi_align(const Tensor& x, const Tensor& boxes, const Tensor& batch,
                 const RoiAlignOptions& options = {});

}  // namespace luge
