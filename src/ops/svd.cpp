// svd: thin singular value decompositions.
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "ops/matrices.h"
#include "ops/singular_values.h"
#include "ops/wide.h"

namespace luge {
namespace {

// A vector for each matrix along its rows, or along its columns.
Tensor of_rows(const Tensor& s) { return unsqueeze(s, -1); }
Tensor of_columns(const Tensor& s) { return unsqueeze(s, -2); }

Tensor skew(const Tensor& x) { return x - transpose(x); }

struct SvdOp : Op<SvdOp> {
  static constexpr auto name = "svd";

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_matrices(name, "input", in[0]);
    const Shape &shape = in[0].shape, batch = batch_of(shape);
    const std::int64_t m = shape[shape.rank() - 2], n = shape[shape.rank() - 1];
    const std::int64_t k = m == unknown || n == unknown ? unknown : std::min(m, n);
    return {Type{in[0].dtype, batch.appended(m).appended(k)}, Type{in[0].dtype, batch.appended(k)},
            Type{in[0].dtype, batch.appended(k).appended(n)}};
  }

  // u·(skew(uᵀ·gu)/e·s + s·skew(vᵀ·gv)/e + gs)·vᵀ with e[i,j] = s[j]² - s[i]², and what of gu and gv is
  // orthogonal to u and v, divided by s (Townsend 2016).
  Tensors gradient(const GradientCall& c) const {
    const Tensor &u = c.out[0], &s = c.out[1], &vh = c.out[2];
    const Tensor &gu = c.g[0], &gs = c.g[1], &gvh = c.g[2];
    Tensor total;
    const auto add = [&](const Tensor& part) { total = total.defined() ? total + part : part; };
    if (gs.defined()) add(matmul(u * of_columns(gs), vh));
    if (gu.defined() || gvh.defined()) {
      const Tensor distances = (of_columns(s) - of_rows(s)) * (of_columns(s) + of_rows(s));
      const Tensor diagonal = identity_like(distances);
      const Tensor factor = (1 - diagonal) / (distances + diagonal);
      if (gu.defined()) {
        const Tensor inner = matmul(u, gu, {.transpose_a = true});
        add(matmul(matmul(u, skew(inner) * factor * of_columns(s)), vh));
        if (!is_square_or_less(u)) add(matmul((gu - matmul(u, inner)) / of_columns(s), vh));
      }
      if (gvh.defined()) {
        const Tensor inner = matmul(vh, gvh, {.transpose_b = true});
        add(matmul(matmul(u, of_rows(s) * skew(inner) * factor), vh));
        if (!is_square_or_less(transpose(vh)))
          add(matmul(u, (gvh - matmul(inner, vh, {.transpose_a = true})) / of_rows(s)));
      }
    }
    return {total};
  }

  void reference(const ReferenceCall& call) const {
    const Shape& shape = call.in[0].type.shape;
    const std::int64_t m = shape[shape.rank() - 2], n = shape[shape.rank() - 1];
    std::vector<double> matrix(static_cast<std::size_t>(m * n));
    SingularParts parts;
    for (std::int64_t index = 0, count = matrices_of(name, shape); index < count; ++index) {
      load_matrix(call.in[0], index, matrix);
      decompose_singular(matrix, m, n, parts);
      if (call.out[0].data) store_matrix(parts.u, call.out[0], index);
      if (call.out[1].data) store_matrix(parts.s, call.out[1], index);
      if (call.out[2].data) store_matrix(parts.vh, call.out[2], index);
    }
  }

 private:
  // The columns of u span everything, and nothing is orthogonal to them.
  static bool is_square_or_less(const Tensor& u) {
    const std::int64_t rows = u.shape()[u.rank() - 2], columns = u.shape()[u.rank() - 1];
    return rows != unknown && rows == columns;
  }
};
const Registered<SvdOp> registered_svd;

}  // namespace

Svd svd(const Tensor& x) {
  const Tensors parts = make_all<SvdOp>({}, to_accumulator(x));
  return {cast(parts[0], x.dtype()), cast(parts[1], x.dtype()), cast(parts[2], x.dtype())};
}

}  // namespace luge
