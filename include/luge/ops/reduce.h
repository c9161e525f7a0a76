// Functions that run over whole axes: sums, extremes, statistics, running sums, orders.
//
// Axes count from the end when negative; none given means all of them (see axes.h). The result drops the axes
// that were reduced, or keeps them with extent 1 when told keep_dims. An axis out of range or named twice
// throws ShapeError. Unless a text says otherwise the dtype stays, and bool throws DTypeError (write cast).
// Floating elements are accumulated in float32 or wider, in a fixed order.
#pragma once

#include "luge/ops/axes.h"
#include "luge/tensor.h"

namespace luge {

/// Σ x; 0 over zero elements. Source: ONNX ReduceSum.
Tensor sum(const Tensor& x, const Axes& axes = {}, Keep keep = Keep::no);
/// Σ x / count. Floating; NaN over zero elements. Source: ONNX ReduceMean.
Tensor mean(const Tensor& x, const Axes& axes = {}, Keep keep = Keep::no);
/// Product; 1 over zero elements. The gradient is exact with zeros among the factors. Source: ONNX
/// ReduceProd.
Tensor prod(const Tensor& x, const Axes& axes = {}, Keep keep = Keep::no);
/// Largest element; NaN if one is. Equal largest elements share the gradient evenly. Throws ShapeError over
/// zero elements. Source: ONNX ReduceMax, PyTorch amax.
Tensor max(const Tensor& x, const Axes& axes = {}, Keep keep = Keep::no);
/// Smallest element; as max. Source: ONNX ReduceMin, PyTorch amin.
Tensor min(const Tensor& x, const Axes& axes = {}, Keep keep = Keep::no);

/// Position i64 of the largest (smallest) element along an axis, the first among equals, NaN before all;
/// without an axis the row-major position in the whole tensor. Throws ShapeError over zero elements. No
/// gradient. Source: ONNX ArgMax, ArgMin.
Tensor argmax(const Tensor& x);
Tensor argmax(const Tensor& x, int axis, Keep keep = Keep::no);
Tensor argmin(const Tensor& x);
Tensor argmin(const Tensor& x, int axis, Keep keep = Keep::no);

/// Whether at least one element (every element) of a bool tensor holds; over zero elements false (true). No
/// gradient. Source: NumPy any, all.
Tensor any(const Tensor& x, const Axes& axes = {}, Keep keep = Keep::no);
Tensor all(const Tensor& x, const Axes& axes = {}, Keep keep = Keep::no);
/// Number i64 of elements that are not 0 (hold, for bool). No gradient. Source: NumPy count_nonzero.
Tensor count_nonzero(const Tensor& x, const Axes& axes = {}, Keep keep = Keep::no);
/// Number of elements along the axes, as a rank-0 tensor of `dtype`; known as soon as the shape of x is. No
/// gradient.
Tensor count(const Tensor& x, const Axes& axes = {}, DType dtype = i64);

/// (Σ |x|^p)^(1/p); p = 0 counts the elements that are not 0, p = infinity gives the largest |x|. Floating, p
/// ≥ 0 (else ValueError). The gradient where the norm is 0 is 0. Source: PyTorch linalg.vector_norm.
Tensor norm(const Tensor& x, double p = 2, const Axes& axes = {}, Keep keep = Keep::no);
/// log Σ exp x without overflow. Floating; -infinity over zero elements. Source: ONNX ReduceLogSumExp.
Tensor logsumexp(const Tensor& x, const Axes& axes = {}, Keep keep = Keep::no);
/// Σ (x - mean)² / (count - correction): correction 1 is the sample's estimate, 0 the population's. Floating.
/// Source: PyTorch var.
Tensor var(const Tensor& x, const Axes& axes = {}, Keep keep = Keep::no, double correction = 1);
/// √var; its gradient where it is 0 is 0. Source: PyTorch std.
Tensor std(const Tensor& x, const Axes& axes = {}, Keep keep = Keep::no, double correction = 1);

struct CumulativeOptions {
  bool exclusive = false;  // element k does not count itself; the first is 0 (1 for products)
  bool reverse = false;    // run from the end
};
/// Running sum along an axis, same shape. Source: ONNX CumSum.
Tensor cumsum(const Tensor& x, int axis, CumulativeOptions options = {});
/// Running product along an axis, same shape; its gradient is exact with zeros. Source: PyTorch cumprod.
Tensor cumprod(const Tensor& x, int axis, CumulativeOptions options = {});
/// y[k] = a[k]·y[k-1] + b[k] along an axis, y before the first element 0. a and b of one shape, floating.
/// Source: the first-order linear recurrence, Blelloch 1990.
Tensor linear_recurrence(const Tensor& a, const Tensor& b, int axis);

struct Sorted {
  Tensor values;
  Tensor indices;  // i64: where along the axis each value stood
};
struct SortOptions {
  bool descending = false;
};
/// Elements in order along an axis; equal ones keep their order, NaN counts as larger than all. The gradient
/// goes back to where each value stood. bool allowed. Source: PyTorch sort with stable = true.
Sorted sort(const Tensor& x, int axis = -1, SortOptions options = {});
/// Indices of sort. No gradient. Source: PyTorch argsort with stable = true.
Tensor argsort(const Tensor& x, int axis = -1, SortOptions options = {});

struct TopkOptions {
  int axis = -1;
  bool largest = true;
};
/// The k largest (smallest) along an axis, in order. Throws ShapeError when the axis is shorter. Source: ONNX
/// TopK.
Sorted topk(const Tensor& x, std::int64_t k, TopkOptions options = {});

/// The middle element in order; of an even number the lower of the two; NaN if one is. Throws
/// ShapeError over zero elements. Source: PyTorch median.
Tensor median(const Tensor& x);
Tensor median(const Tensor& x, int axis, Keep keep = Keep::no);

struct Runs {
  Tensor values;   // one element of each run
  Tensor inverse;  // i64, shape of x: the run each element is in
  Tensor counts;   // i64: length of each run
};
/// Runs of equal elements of x in row-major order. Their number depends on the elements, so this evaluates x
/// (and throws GraphError while tracing). No gradient. Source: PyTorch unique_consecutive.
Runs unique_consecutive(const Tensor& x);

}  // namespace luge
