// Rows of math.h, compare.h, check.h and linalg.h.
#include "fuzz/ops.h"
#include "luge/ops/check.h"
#include "luge/ops/compare.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"

namespace luge::fuzz {
namespace {

using Two = Tensor (*)(const Operand&, const Operand&);

// A second operand is a tensor or a number, which may stand in front.
Build with_number(Two function) {
  return [function](const Tensors& in, const Line& line, DType) {
    if (in.size() == 2) return function(in.at(0), in.at(1));
    const double value = line.number("number");
    const Operand number =
        is_floating(in.at(0).dtype()) ? Operand(value) : Operand(static_cast<std::int64_t>(value));
    return line.has("front") ? function(number, in.at(0)) : function(in.at(0), number);
  };
}

Tensor build_clamp(const Tensors& in, const Line& line, DType) {
  if (in.size() == 3) return clamp(in.at(0), in.at(1), in.at(2));
  if (!line.has("high")) return clamp_min(in.at(0), line.number("low"));
  if (!line.has("low")) return clamp_max(in.at(0), line.number("high"));
  return clamp(in.at(0), line.number("low"), line.number("high"));
}

Tensor build_matmul(const Tensors& in, const Line& line, DType) {
  const MatmulOptions options{line.has("transpose_a"), line.has("transpose_b")};
  return in.size() == 3 ? matmul(in.at(0), in.at(1), in.at(2), options) : matmul(in.at(0), in.at(1), options);
}

}  // namespace

Builds math_ops() {
  Builds rows;
  const auto one = [&](const char* name, Tensor (*function)(const Tensor&)) {
    rows[name] = [function](const Tensors& in, const Line&, DType) { return function(in.at(0)); };
  };
#define LUGE_ONE(f) one(#f, f);
  LUGE_ONE(neg)
  LUGE_ONE(abs)
  LUGE_ONE(sign)
  LUGE_ONE(square) LUGE_ONE(sqrt) LUGE_ONE(rsqrt) LUGE_ONE(reciprocal) LUGE_ONE(exp) LUGE_ONE(expm1)
      LUGE_ONE(log) LUGE_ONE(log1p) LUGE_ONE(log2) LUGE_ONE(floor) LUGE_ONE(ceil) LUGE_ONE(round)
          LUGE_ONE(trunc) LUGE_ONE(sin) LUGE_ONE(cos) LUGE_ONE(tan) LUGE_ONE(asin) LUGE_ONE(acos)
              LUGE_ONE(atan) LUGE_ONE(sinh) LUGE_ONE(cosh) LUGE_ONE(tanh) LUGE_ONE(asinh) LUGE_ONE(acosh)
                  LUGE_ONE(atanh) LUGE_ONE(erf) LUGE_ONE(erfc) LUGE_ONE(relu) LUGE_ONE(sigmoid)
                      LUGE_ONE(stop_gradient) LUGE_ONE(identity) LUGE_ONE(logical_not) LUGE_ONE(isnan)
                          LUGE_ONE(isinf) LUGE_ONE(isfinite) LUGE_ONE(softplus) LUGE_ONE(relu6)
#undef LUGE_ONE
                              const auto two =
                                  [&](const char* name, Two function) { rows[name] = with_number(function); };
#define LUGE_TWO(f) two(#f, f);
  LUGE_TWO(add)
  LUGE_TWO(sub)
  LUGE_TWO(mul)
  LUGE_TWO(div) LUGE_TWO(mod) LUGE_TWO(remainder) LUGE_TWO(floor_divide) LUGE_TWO(minimum) LUGE_TWO(maximum)
      LUGE_TWO(pow) LUGE_TWO(atan2) LUGE_TWO(equal) LUGE_TWO(not_equal) LUGE_TWO(less) LUGE_TWO(less_equal)
          LUGE_TWO(greater) LUGE_TWO(greater_equal) LUGE_TWO(logical_and) LUGE_TWO(logical_or)
              LUGE_TWO(logical_xor)
#undef LUGE_TWO
                  rows["clamp"] = build_clamp;
  rows["lerp"] = [](const Tensors& in, const Line& line, DType) {
    return in.size() == 3 ? lerp(in.at(0), in.at(1), in.at(2))
                          : lerp(in.at(0), in.at(1), line.number("number"));
  };
  rows["where"] = [](const Tensors& in, const Line& line, DType) {
    return in.size() == 3 ? where(in.at(0), in.at(1), in.at(2))
                          : where(in.at(0), in.at(1), line.number("number"));
  };
  rows["cast"] = [](const Tensors& in, const Line& line, DType real) {
    return cast(in.at(0), dtype_named(line.dtype, real));
  };
  rows["check_finite"] = [](const Tensors& in, const Line&, DType) { return check_finite(in.at(0), "fuzz"); };
  rows["matmul"] = build_matmul;
  rows["linear"] = [](const Tensors& in, const Line&, DType) {
    return in.size() == 3 ? linear(in.at(0), in.at(1), in.at(2)) : linear(in.at(0), in.at(1));
  };
  rows["dot"] = [](const Tensors& in, const Line&, DType) { return dot(in.at(0), in.at(1)); };
  rows["outer"] = [](const Tensors& in, const Line&, DType) { return outer(in.at(0), in.at(1)); };
  return rows;
}

}  // namespace luge::fuzz
