// Rows of linalg.h but for the plain products. Subscripts are the codes of their characters.
#include "fuzz/ops.h"
#include "luge/ops/linalg.h"

namespace luge::fuzz {
namespace {

Tensor build_einsum(const Tensors& in, const Line& line, DType) {
  std::string subscripts;
  for (const std::int64_t code : line.wholes("subscripts")) subscripts += static_cast<char>(code);
  return einsum(subscripts, in);
}

Tensor build_tensordot(const Tensors& in, const Line& line, DType) {
  if (!line.has("axes_a")) return tensordot(in.at(0), in.at(1), static_cast<int>(line.whole("axes")));
  const auto a = line.wholes("axes_a"), b = line.wholes("axes_b");
  return tensordot(in.at(0), in.at(1), std::vector<int>(a.begin(), a.end()),
                   std::vector<int>(b.begin(), b.end()));
}

Tensor build_addmm(const Tensors& in, const Line& line, DType) {
  return addmm(in.at(0), in.at(1), in.at(2),
               {.alpha = line.number("alpha", 1),
                .beta = line.number("beta", 1),
                .transpose_a = line.whole("transpose_a") != 0,
                .transpose_b = line.whole("transpose_b") != 0});
}

Tensor build_triangular(const Tensors& in, const Line& line, DType) {
  return triangular_solve(in.at(0), in.at(1),
                          {.upper = line.whole("upper") != 0,
                           .transpose = line.whole("transpose") != 0,
                           .unit_diagonal = line.whole("unit") != 0});
}

}  // namespace

Builds linalg_ops() {
  Builds rows;
  using In = const Tensors&;
  using At = const Line&;
  rows["einsum"] = build_einsum;
  rows["tensordot"] = build_tensordot;
  rows["addmm"] = build_addmm;
  rows["triangular_solve"] = build_triangular;
  rows["cholesky"] = [](In in, At, DType) { return cholesky(in.at(0)); };
  rows["solve"] = [](In in, At, DType) { return solve(in.at(0), in.at(1)); };
  rows["inverse"] = [](In in, At, DType) { return inverse(in.at(0)); };
  rows["det"] = [](In in, At, DType) { return det(in.at(0)); };
  rows["slogdet"] = [](In in, At, DType) { return slogdet(in.at(0)).log; };
  rows["svd"] = [](In in, At, DType) { return svd(in.at(0)).s; };
  return rows;
}

}  // namespace luge::fuzz
