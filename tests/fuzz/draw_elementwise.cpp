// Draws of math.h and compare.h. Arguments are brought into the function's domain, off its kinks.
#include <algorithm>
#include <string>

#include "fuzz/draw.h"

namespace luge::fuzz {
namespace {

int any_place(Draft& d) { return d.tame(d.real()); }
// Into [0.3, 1.3], (-0.9, 0.9), [1.2, …).
int positive(Draft& d, int x) {
  return d.add("add", {d.add("sigmoid", {x}, {}, 1)}, {{"number", {0.25}}}, 1.3);
}
int inside(Draft& d, int x) { return d.add("mul", {d.add("tanh", {x}, {}, 1)}, {{"number", {0.875}}}, 0.9); }
int above_one(Draft& d, int x) {
  return d.add("add", {d.add("square", {d.tame(x, 2)}, {}, 4)}, {{"number", {1.25}}}, 5);
}

void smooth(Draft& d) {
  const std::string op = d.one_of<std::string>(
      {"neg",      "square", "exp",  "expm1",    "sin",           "cos",          "sinh",
       "cosh",     "tanh",   "atan", "asinh",    "erf",           "erfc",         "sigmoid",
       "softplus", "gelu",   "gelu", "identity", "stop_gradient", "check_finite", "dropout_off"});
  const bool grows = op == "exp" || op == "expm1" || op == "sinh" || op == "cosh" || op == "square";
  const int x = d.tame(d.real(), grows ? 2 : 4);
  std::map<std::string, Numbers> with;
  if (op == "gelu" && d.chance(0.4)) with["form"] = {1};
  d.add(op, {x}, with, grows ? 8 : -1);
}

void kinked(Draft& d) {
  const std::string op = d.one_of<std::string>({"relu", "relu", "relu", "abs", "leaky_relu", "leaky_relu",
                                                "relu6", "sign", "floor", "ceil", "round", "trunc"});
  std::map<std::string, Numbers> with;
  if (op == "leaky_relu") with["slope"] = {d.one_of({0.01, 0.2, 0.5, -0.5})};
  d.add(op, {any_place(d)}, with);
}

void of_domain(Draft& d) {
  const int x = any_place(d);
  switch (d.below(3)) {
    case 0:
      d.add(d.one_of<std::string>({"sqrt", "rsqrt", "log", "log1p", "log2", "reciprocal"}), {positive(d, x)},
            {}, 4);
      break;
    case 1: d.add(d.one_of<std::string>({"asin", "acos", "atanh", "tan"}), {inside(d, x)}, {}, 2); break;
    default: d.add(d.one_of<std::string>({"acosh", "sqrt", "log", "reciprocal"}), {above_one(d, x)}, {}, 3);
  }
}

void arithmetic(Draft& d) {
  const std::string op =
      d.one_of<std::string>({"add", "add", "add", "sub", "mul", "mul", "mul", "minimum", "maximum", "atan2"});
  int a = any_place(d), b = d.partner(a);
  b = d.tame(b);
  if (d.chance(0.3)) std::swap(a, b);
  d.add(op, {a, b}, {}, op == "mul" ? d.magnitude(a) * d.magnitude(b) : d.magnitude(a) + d.magnitude(b));
}

void with_number(Draft& d) {
  const std::string op = d.one_of<std::string>({"add", "sub", "mul", "div", "minimum", "maximum"});
  std::map<std::string, Numbers> with = {{"number", {d.one_of({-1.5, 0.125, 0.5, 0.7, 2.0, 3.0})}}};
  if (op != "div" && d.chance(0.3)) with["front"] = {1};
  const int x = any_place(d);
  d.add(op, {x}, with, d.magnitude(x) * (op == "div" ? 8 : 2) + 2);
}

void quotient(Draft& d) {
  const int a = any_place(d);
  int b = d.partner(a, 0.4, 1.6);
  if (d.chance(0.3)) b = positive(d, d.tame(d.partner(a)));
  const std::string op = d.one_of<std::string>({"div", "div", "mod", "remainder", "floor_divide"});
  d.add(op, {a, b}, {}, op == "div" ? 3 * d.magnitude(a) : 3);
}

void power(Draft& d) {
  if (d.chance(0.4)) {
    d.add("pow", {d.tame(d.real(), 2)}, {{"number", {d.one_of({0.0, 1.0, 2.0, 3.0})}}}, 8);
    return;
  }
  const int base = positive(d, any_place(d));
  if (d.chance(0.5))
    d.add("pow", {base}, {{"number", {d.one_of({0.5, -0.5, -1.0, 2.5})}}}, 3);
  else
    d.add("pow", {base, d.partner(base)}, {}, 4);
}

void limited(Draft& d) {
  const int x = any_place(d);
  if (d.chance(0.3)) {
    const int low = d.partner(x), high = d.add("add", {low}, {{"number", {0.75}}});
    d.add("clamp", {x, low, high});
    return;
  }
  std::map<std::string, Numbers> with;
  if (d.chance(0.7)) with["low"] = {-0.6};
  if (with.empty() || d.chance(0.7)) with["high"] = {0.7};
  d.add("clamp", {x}, with);
}

void mixed(Draft& d) {
  const int a = any_place(d), b = d.partner(a);
  if (d.chance(0.5))
    d.add("lerp", {a, b}, {{"number", {0.3}}});
  else
    d.add("lerp", {a, b, d.partner(a)}, {}, 3 * d.magnitude(a) + 3);
}

int comparison(Draft& d, int a) {
  const std::string op =
      d.one_of<std::string>({"less", "less_equal", "greater", "greater_equal", "equal", "not_equal"});
  if (d.chance(0.4)) return d.add(op, {a}, {{"number", {0.3}}});
  return d.add(op, {a, d.partner(a)});
}

void compared(Draft& d) {
  const int a = any_place(d);
  int condition = comparison(d, a);
  if (d.chance(0.3))
    condition = d.add(d.one_of<std::string>({"logical_and", "logical_or", "logical_xor"}),
                      {condition, comparison(d, a)});
  if (d.chance(0.2)) condition = d.add("logical_not", {condition});
  if (d.chance(0.2)) condition = d.add(d.one_of<std::string>({"isnan", "isinf", "isfinite"}), {a});
  if (d.chance(0.8))
    d.add("where",
          d.chance(0.3) ? std::vector<int>{condition, a} : std::vector<int>{condition, a, d.partner(a)},
          {{"number", {0.5}}});
}

void masked_by_leaf(Draft& d) {
  const int a = any_place(d);
  std::vector<std::int64_t> shape(d.shape(a).begin(), d.shape(a).end());
  for (std::int64_t& extent : shape) {
    if (d.chance(0.4)) extent = 1;
  }
  d.add("where", {d.leaf(Shape(shape), 0, 2, "bool"), a, d.partner(a)});
}

void half(Draft& d) {
  int x = any_place(d);
  const std::string to = d.dtype(x) == "real" ? d.one_of<std::string>({"bf16", "f16"}) : "real";
  d.add(Line{"cast", {x}, {}, to});
}

// float64 for a while, whatever the mode.
void wide(Draft& d) {
  int x = any_place(d);
  const std::string before = d.dtype(x);
  x = d.add(Line{"cast", {x}, {}, "f64"});
  x = d.add(d.one_of<std::string>({"sin", "tanh", "square", "neg"}), {x}, {}, 4);
  d.add(Line{"cast", {x}, {}, before});
}

void whole_numbers(Draft& d) {
  const std::string dtype = d.one_of<std::string>({"i64", "i32", "i16", "i8", "u8"});
  int x = d.leaf(d.random_shape(0, 3), dtype == "u8" ? 0 : -9, 10, dtype);
  for (std::int64_t k = d.between(1, 3); k > 0; --k) {
    const std::string op = d.one_of<std::string>(
        {"add", "sub", "mul", "minimum", "maximum", "div", "mod", "remainder", "floor_divide"});
    if (d.chance(0.3))
      x = d.add(op, {x}, {{"number", {3}}});
    else
      x = d.add(op, {x, d.partner(x, dtype == "u8" ? 0 : -4, 5)});
  }
  if (d.chance(0.3)) x = d.add(d.one_of<std::string>({"abs", "neg", "sign", "square"}), {x});
  switch (d.below(4)) {
    case 0:
      d.add(d.one_of<std::string>({"sum", "max", "min", "count_nonzero", "prod"}), {x}, d.some_axes(x));
      break;
    case 1: d.add(Line{"cast", {x}, {}, d.one_of<std::string>({"i32", "i64", "bool", "i16"})}); break;
    case 2: d.add("mul", {d.add(Line{"cast", {x}, {}, "real"}, 10), d.leaf(d.shape(x))}, {}, 10); break;
    default: d.add("less", {x}, {{"number", {2}}});
  }
}

}  // namespace

std::vector<Draw> elementwise_draws() {
  return {{"smooth", 6, smooth},
          {"kinked", 5, kinked},
          {"of_domain", 4, of_domain},
          {"arithmetic", 10, arithmetic},
          {"number", 4, with_number},
          {"quotient", 3, quotient},
          {"power", 2, power},
          {"limited", 2, limited},
          {"mixed", 2, mixed},
          {"compared", 3, compared},
          {"masked", 2, masked_by_leaf},
          {"half", 1, half},
          {"wide", 1, wide},
          {"whole_numbers", 2, whole_numbers}};
}

}  // namespace luge::fuzz
