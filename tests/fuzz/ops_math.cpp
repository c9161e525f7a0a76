// Rows of math.h, compare.h, check.h and linalg.h.
#include "fuzz/ops.h"
#include "luge/ops/check.h"
#include "luge/ops/compare.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"

namespace luge::fuzz {
namespace {

using One = Tensor (*)(const Tensor&);
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

struct OneRow {
  const char* name;
  One function;
};
constexpr OneRow kOnes[] = {{"neg", neg},
                            {"abs", abs},
                            {"sign", sign},
                            {"square", square},
                            {"sqrt", sqrt},
                            {"rsqrt", rsqrt},
                            {"reciprocal", reciprocal},
                            {"exp", exp},
                            {"expm1", expm1},
                            {"log", log},
                            {"log1p", log1p},
                            {"log2", log2},
                            {"floor", floor},
                            {"ceil", ceil},
                            {"round", round},
                            {"trunc", trunc},
                            {"sin", sin},
                            {"cos", cos},
                            {"tan", tan},
                            {"asin", asin},
                            {"acos", acos},
                            {"atan", atan},
                            {"sinh", sinh},
                            {"cosh", cosh},
                            {"tanh", tanh},
                            {"asinh", asinh},
                            {"acosh", acosh},
                            {"atanh", atanh},
                            {"erf", erf},
                            {"erfc", erfc},
                            {"relu", relu},
                            {"sigmoid", sigmoid},
                            {"stop_gradient", stop_gradient},
                            {"identity", identity},
                            {"logical_not", logical_not},
                            {"isnan", isnan},
                            {"isinf", isinf},
                            {"isfinite", isfinite},
                            {"softplus", softplus},
                            {"relu6", relu6}};

struct TwoRow {
  const char* name;
  Two function;
};
constexpr TwoRow kTwos[] = {{"add", add},
                            {"sub", sub},
                            {"mul", mul},
                            {"div", div},
                            {"mod", mod},
                            {"remainder", remainder},
                            {"floor_divide", floor_divide},
                            {"minimum", minimum},
                            {"maximum", maximum},
                            {"pow", pow},
                            {"atan2", atan2},
                            {"equal", equal},
                            {"not_equal", not_equal},
                            {"less", less},
                            {"less_equal", less_equal},
                            {"greater", greater},
                            {"greater_equal", greater_equal},
                            {"logical_and", logical_and},
                            {"logical_or", logical_or},
                            {"logical_xor", logical_xor}};

}  // namespace

Builds math_ops() {
  Builds rows;
  for (const auto& [name, function] : kOnes) {
    rows[name] = [function](const Tensors& in, const Line&, DType) { return function(in.at(0)); };
  }
  for (const auto& [name, function] : kTwos) rows[name] = with_number(function);
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
