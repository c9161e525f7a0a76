// diag: a vector as a matrix' diagonal, composed, or a matrix' diagonal as a vector: the op diagonal, whose
// gradient, undiagonal, puts it back among zeros.
#include <algorithm>
#include <cstring>
#include <limits>

#include "graph/op_registry.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/positions.h"
#include "ops/strided.h"

namespace luge {
namespace {

struct DiagonalAttributes {
  std::int64_t offset = 0;
  static void fields(auto& self, auto&& field) { field("offset", self.offset); }
};

Type diagonal_type(std::string_view op, const Type& x, std::int64_t offset) {
  check_rank(op, "input", x, 2);
  if (!x.shape.known()) return {x.dtype, {unknown}};
  const std::int64_t rows = x.shape[0] + std::min<std::int64_t>(offset, 0);
  const std::int64_t columns = x.shape[1] - std::max<std::int64_t>(offset, 0);
  return {x.dtype, {std::max<std::int64_t>(0, std::min(rows, columns))}};
}

Strided diagonal_of(const View& matrix, std::int64_t offset) {
  const std::int64_t columns = matrix.type.shape[1];
  if (diagonal_type("diagonal", matrix.type, offset).shape[0] == 0) return {matrix.data, 0, {0}};
  return {matrix.data, offset < 0 ? -offset * columns : offset, {columns + 1}};
}

Tensor undiagonal(std::int64_t offset, const Tensor& g, const Tensor& like);

struct Diagonal : Op<Diagonal, DiagonalAttributes> {
  static constexpr auto name = "diagonal";
  static constexpr Traits traits{.narrowing = Narrowing::follows};
  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    return {diagonal_type(name, in[0], offset)};
  }
  Tensors gradient(const GradientCall& c) const { return {undiagonal(offset, c.g[0], c.in[0])}; }
  void reference(const ReferenceCall& call) const {
    const Type& y = call.out[0].type;
    copy_box(y.shape, size_of(y.dtype), diagonal_of(call.in[0], offset), {call.out[0].data, 0, {1}});
  }
};
const Registered<Diagonal> registered_diagonal;

struct Undiagonal : Op<Undiagonal, DiagonalAttributes> {
  static constexpr auto name = "undiagonal";
  static constexpr Traits traits{.type_only = 2, .narrowing = Narrowing::follows};
  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    check_same_shape(name, "gradient", in[0], "diagonal", diagonal_type(name, in[1], offset));
    return {Type{in[0].dtype, in[1].shape}};
  }
  Tensors gradient(const GradientCall& c) const { return {make<Diagonal>(*this, c.g[0]), Tensor()}; }
  void reference(const ReferenceCall& call) const {
    const View &g = call.in[0], &matrix = call.out[0];
    const std::size_t bytes = size_of(g.type.dtype);
    std::memset(matrix.data, 0, static_cast<std::size_t>(matrix.type.shape.elements()) * bytes);
    copy_box(g.type.shape, bytes, {g.data, 0, {1}}, diagonal_of(matrix, offset));
  }
};
const Registered<Undiagonal> registered_undiagonal;

Tensor undiagonal(std::int64_t offset, const Tensor& g, const Tensor& like) {
  return make<Undiagonal>({offset}, g, like);
}

}  // namespace

Tensor diag(const Tensor& x, std::int64_t offset) {
  check_rank_between("diag", "input", {x.dtype(), x.shape()}, 1, 2);
  if (x.rank() == 2) return make<Diagonal>({offset}, x);
  // What cannot be negated is too long as well.
  const std::int64_t shift =
      offset < 0 ? -std::max(offset, -std::numeric_limits<std::int64_t>::max()) : offset;
  const Tensor line = shift ? pad(x, {{0, 0, shift}}) : x;
  const Tensor columns = positions(line, 0), rows = unsqueeze(columns, 1);
  const Tensor zero = zeros({}, x.dtype());
  // Above the main diagonal the vector's index is the row, below it the column.
  return where(equal(columns - rows, offset), offset >= 0 ? unsqueeze(line, 1) : line, zero);
}

}  // namespace luge
