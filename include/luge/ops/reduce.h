// Functions that work along whole axes: sums, extremes, statistics, running sums, orders.
/// @file
/// Negative axes count from the end; no axes means all axes (see axes.h). The result leaves out the
/// reduced axes, or keeps them with extent 1 when keep_dims is given. An axis that is out of range or named
/// twice throws ShapeError. The dtype stays and bool throws DTypeError (write cast), unless the docstring
/// says otherwise. Floating elements are summed in float32 or wider, in a fixed order.
#pragma once

#include "luge/ops/axes.h"
#include "luge/tensor.h"

namespace luge {

/// Returns the sum of the elements, 0 for no elements. Source: ONNX ReduceSum.
///
///     Tensor rows = sum(x, 1);             // [N,C] -> [N]
///     Tensor kept = sum(x, 1, keep_dims);  // [N,C] -> [N,1]
Tensor sum(const Tensor& x, const Axes& axes = {}, Keep keep = Keep::no);
/// Returns the mean of the elements, NaN for no elements. x must be floating. Source: ONNX ReduceMean.
Tensor mean(const Tensor& x, const Axes& axes = {}, Keep keep = Keep::no);
/// Returns the product of the elements, 1 for no elements. The gradient is exact when elements are 0. Source:
/// ONNX ReduceProd.
Tensor prod(const Tensor& x, const Axes& axes = {}, Keep keep = Keep::no);
/// Returns the largest element, or NaN when one element is NaN. Equal largest elements share the gradient
/// evenly. Throws ShapeError for no elements. Source: ONNX ReduceMax, PyTorch amax.
Tensor max(const Tensor& x, const Axes& axes = {}, Keep keep = Keep::no);
/// Returns the smallest element, or NaN when one element is NaN. Equal smallest elements share the gradient
/// evenly. Throws ShapeError for no elements. Source: ONNX ReduceMin, PyTorch amin.
Tensor min(const Tensor& x, const Axes& axes = {}, Keep keep = Keep::no);

/// Returns the row-major position of the largest element of the whole tensor, i64. Of equal elements the
/// first counts, and NaN counts as the largest. It has no gradient. Throws ShapeError for no elements.
/// Source: ONNX ArgMax.
Tensor argmax(const Tensor& x);
/// Returns the position of the largest element along an axis, i64. Otherwise as above.
Tensor argmax(const Tensor& x, int axis, Keep keep = Keep::no);
/// Returns the row-major position of the smallest element of the whole tensor, i64. Of equal elements the
/// first counts, and NaN counts as the smallest. It has no gradient. Throws ShapeError for no elements.
/// Source: ONNX ArgMin.
Tensor argmin(const Tensor& x);
/// Returns the position of the smallest element along an axis, i64. Otherwise as above.
Tensor argmin(const Tensor& x, int axis, Keep keep = Keep::no);

/// Returns true when at least one element is true; false for no elements. x must be bool. It has no gradient.
/// Source: NumPy any.
Tensor any(const Tensor& x, const Axes& axes = {}, Keep keep = Keep::no);
/// Returns true when each element is true; true for no elements. x must be bool. It has no gradient. Source:
/// NumPy all.
Tensor all(const Tensor& x, const Axes& axes = {}, Keep keep = Keep::no);
/// Returns the number of elements that are not 0 (that are true, for bool), i64. It has no gradient. Source:
/// NumPy count_nonzero.
Tensor count_nonzero(const Tensor& x, const Axes& axes = {}, Keep keep = Keep::no);
/// Returns the number of elements along the axes, as a rank-0 tensor of `dtype`. It depends on the shape of x
/// only and has no gradient. Throws DTypeError when `dtype` is bool.
Tensor count(const Tensor& x, const Axes& axes = {}, DType dtype = i64);

/// Returns (Σ |x|^p)^(1/p). p = 0 counts the elements that are not 0; p = infinity gives the largest |x|. The
/// gradient is 0 where the norm is 0. x must be floating. Throws ValueError for a negative p. Source: PyTorch
/// linalg.vector_norm.
Tensor norm(const Tensor& x, double p = 2, const Axes& axes = {}, Keep keep = Keep::no);
/// Returns log Σ exp(x); the computation does not overflow. The result is -infinity for no elements. x must
/// be floating. Source: ONNX ReduceLogSumExp.
Tensor logsumexp(const Tensor& x, const Axes& axes = {}, Keep keep = Keep::no);
/// Returns the variance Σ (x - mean)² / (count - correction). Correction 1 estimates the variance from a
/// sample, correction 0 gives the variance of the elements. x must be floating. Source: PyTorch var.
Tensor var(const Tensor& x, const Axes& axes = {}, Keep keep = Keep::no, double correction = 1);
/// Returns the standard deviation √var. The gradient is 0 where the deviation is 0. x must be floating.
/// Source: PyTorch std.
Tensor std(const Tensor& x, const Axes& axes = {}, Keep keep = Keep::no, double correction = 1);

/// Options of cumsum and cumprod.
struct CumulativeOptions {
  bool exclusive = false;  ///< element k leaves itself out; the first is 0 (1 for products)
  bool reverse = false;    ///< start at the end of the axis
};
/// Returns the running sum along an axis, in the shape of x. Source: ONNX CumSum.
Tensor cumsum(const Tensor& x, int axis, CumulativeOptions options = {});
/// Returns the running product along an axis, in the shape of x. The gradient is exact when elements are 0.
/// Source: PyTorch cumprod.
Tensor cumprod(const Tensor& x, int axis, CumulativeOptions options = {});
/// Returns y[k] = a[k]·y[k-1] + b[k] along an axis, where y is 0 before the first element. a and b have one
/// shape and one dtype. Source: the first-order linear recurrence, Blelloch 1990.
Tensor linear_recurrence(const Tensor& a, const Tensor& b, int axis);

/// The result of sort and topk.
struct Sorted {
  Tensor values;   ///< the elements in order
  Tensor indices;  ///< i64: the position of each element along the axis of x
};
/// Options of sort and argsort.
struct SortOptions {
  bool descending = false;  ///< the largest element first
};
/// Returns the elements in order along an axis. Equal elements keep their order, and NaN counts as larger
/// than all other elements. The gradient goes back to where each element came from. x may be bool. Source:
/// PyTorch sort with stable = true.
Sorted sort(const Tensor& x, int axis = -1, SortOptions options = {});
/// Returns the indices of sort. They have no gradient. Source: PyTorch argsort with stable = true.
Tensor argsort(const Tensor& x, int axis = -1, SortOptions options = {});

/// Options of topk.
struct TopkOptions {
  int axis = -1;        ///< the axis to choose from
  bool largest = true;  ///< the largest elements; false: the smallest
};
/// Returns the k largest (or smallest) elements along an axis, in order. Throws ShapeError when the axis has
/// fewer than k elements and ValueError for a negative k. Source: ONNX TopK.
Sorted topk(const Tensor& x, std::int64_t k, TopkOptions options = {});

/// Returns the middle element in order of the whole tensor. For an even number of elements it is the lower of
/// the two in the middle, and NaN when one element is NaN. Throws ShapeError for no elements. Source: PyTorch
/// median.
Tensor median(const Tensor& x);
/// Returns the middle element along an axis. Otherwise as above.
Tensor median(const Tensor& x, int axis, Keep keep = Keep::no);

/// The result of unique_consecutive. A run is a sequence of equal elements.
struct Runs {
  Tensor values;   ///< one element of each run
  Tensor inverse;  ///< i64, in the shape of x: the number of the run that each element is in
  Tensor counts;   ///< i64: the length of each run
};
/// Returns the runs of equal elements of x in row-major order. The number of runs depends on the elements, so
/// x is evaluated; while a function is traced this throws GraphError. There is no gradient. Source: PyTorch
/// unique_consecutive.
Runs unique_consecutive(const Tensor& x);

}  // namespace luge
