// Members of Tensor that spell functions: x.sum(1) for sum(x, 1).
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/tensor.h"

namespace luge {

Tensor Tensor::operator[](std::int64_t index) const { return luge::select(*this, 0, index); }

Tensor Tensor::sum() const { return luge::sum(*this); }
Tensor Tensor::sum(const Axes& axes) const { return luge::sum(*this, axes); }
Tensor Tensor::sum(const Axes& axes, Keep keep) const { return luge::sum(*this, axes, keep); }

Tensor Tensor::mean() const { return luge::mean(*this); }
Tensor Tensor::mean(const Axes& axes) const { return luge::mean(*this, axes); }
Tensor Tensor::mean(const Axes& axes, Keep keep) const { return luge::mean(*this, axes, keep); }

Tensor Tensor::prod() const { return luge::prod(*this); }
Tensor Tensor::prod(const Axes& axes) const { return luge::prod(*this, axes); }
Tensor Tensor::prod(const Axes& axes, Keep keep) const { return luge::prod(*this, axes, keep); }

Tensor Tensor::max() const { return luge::max(*this); }
Tensor Tensor::max(const Axes& axes) const { return luge::max(*this, axes); }
Tensor Tensor::max(const Axes& axes, Keep keep) const { return luge::max(*this, axes, keep); }

Tensor Tensor::min() const { return luge::min(*this); }
Tensor Tensor::min(const Axes& axes) const { return luge::min(*this, axes); }
Tensor Tensor::min(const Axes& axes, Keep keep) const { return luge::min(*this, axes, keep); }

Tensor Tensor::any() const { return luge::any(*this); }
Tensor Tensor::any(const Axes& axes) const { return luge::any(*this, axes); }
Tensor Tensor::any(const Axes& axes, Keep keep) const { return luge::any(*this, axes, keep); }

Tensor Tensor::all() const { return luge::all(*this); }
Tensor Tensor::all(const Axes& axes) const { return luge::all(*this, axes); }
Tensor Tensor::all(const Axes& axes, Keep keep) const { return luge::all(*this, axes, keep); }

Tensor Tensor::logsumexp() const { return luge::logsumexp(*this); }
Tensor Tensor::logsumexp(const Axes& axes) const { return luge::logsumexp(*this, axes); }
Tensor Tensor::logsumexp(const Axes& axes, Keep keep) const { return luge::logsumexp(*this, axes, keep); }

Tensor Tensor::var() const { return luge::var(*this); }
Tensor Tensor::var(const Axes& axes) const { return luge::var(*this, axes); }
Tensor Tensor::var(const Axes& axes, Keep keep) const { return luge::var(*this, axes, keep); }

Tensor Tensor::norm() const { return luge::norm(*this); }

Tensor Tensor::argmax() const { return luge::argmax(*this); }
Tensor Tensor::argmax(int axis) const { return luge::argmax(*this, axis); }
Tensor Tensor::argmax(int axis, Keep keep) const { return luge::argmax(*this, axis, keep); }

Tensor Tensor::argmin() const { return luge::argmin(*this); }
Tensor Tensor::argmin(int axis) const { return luge::argmin(*this, axis); }
Tensor Tensor::argmin(int axis, Keep keep) const { return luge::argmin(*this, axis, keep); }

Tensor Tensor::abs() const { return luge::abs(*this); }
Tensor Tensor::exp() const { return luge::exp(*this); }
Tensor Tensor::log() const { return luge::log(*this); }
Tensor Tensor::sqrt() const { return luge::sqrt(*this); }
Tensor Tensor::rsqrt() const { return luge::rsqrt(*this); }
Tensor Tensor::sin() const { return luge::sin(*this); }
Tensor Tensor::cos() const { return luge::cos(*this); }
Tensor Tensor::round() const { return luge::round(*this); }
Tensor Tensor::reciprocal() const { return luge::reciprocal(*this); }
Tensor Tensor::pow(const Operand& exponent) const { return luge::pow(*this, exponent); }
Tensor Tensor::square() const { return luge::square(*this); }
Tensor Tensor::tanh() const { return luge::tanh(*this); }
Tensor Tensor::sigmoid() const { return luge::sigmoid(*this); }
Tensor Tensor::relu() const { return luge::relu(*this); }

Tensor Tensor::softmax(std::int64_t axis) const { return luge::softmax(*this, axis); }
Tensor Tensor::matmul(const Tensor& other) const { return luge::matmul(*this, other); }
Tensor Tensor::reshape(const Shape& shape) const { return luge::reshape(*this, shape); }
Tensor Tensor::flatten(int first, int last) const { return luge::flatten(*this, first, last); }
Tensor Tensor::squeeze() const { return luge::squeeze(*this); }
Tensor Tensor::squeeze(const Axes& axes) const { return luge::squeeze(*this, axes); }
Tensor Tensor::unsqueeze(const Axes& axes) const { return luge::unsqueeze(*this, axes); }
Tensor Tensor::transpose(int axis_a, int axis_b) const { return luge::transpose(*this, axis_a, axis_b); }
Tensor Tensor::permute(const std::vector<int>& order) const { return luge::permute(*this, order); }
Tensor Tensor::cast(DType dtype) const { return luge::cast(*this, dtype); }
Tensor Tensor::stop_gradient() const { return luge::stop_gradient(*this); }

}  // namespace luge
