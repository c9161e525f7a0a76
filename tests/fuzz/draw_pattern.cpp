// Patterns that passes of the compiler look for, and neighborhoods where they could go wrong.
#include <algorithm>

#include "fuzz/draw.h"

namespace luge::fuzz {
namespace {

double as_number(std::int64_t value) { return static_cast<double>(value); }

int conv_of(Draft& d, int x, std::int64_t out, std::int64_t kernel, bool bias, std::int64_t groups = 1) {
  const std::int64_t channels = d.shape(x)[1];
  if (groups < 1) throw Skip();  // a group for each of no channels
  std::vector<std::int64_t> shape = {out, channels / groups};
  std::int64_t terms = channels / groups;
  for (int k = 2; k < d.rank(x); ++k) shape.push_back(kernel), terms *= kernel;
  if (out * terms > 60000) throw Skip();
  std::vector<int> in = {x, d.weights(Shape(shape), terms, d.dtype(x))};
  if (bias) in.push_back(d.leaf({out}, -1, 1, d.dtype(x)));
  std::map<std::string, Numbers> with = {{"mode", {1}}};
  if (groups > 1) with["groups"] = {as_number(groups)};
  return d.add("conv", in, with, 1.5 * d.magnitude(x));
}

int norm_of(Draft& d, int x, bool training) {
  const std::int64_t c = d.shape(x)[1];
  const int scale = d.leaf({c}, 0.5, 1.5, d.dtype(x)), shift = d.leaf({c}, -1, 1, d.dtype(x));
  if (training) return d.add("batch_norm", {x, scale, shift}, {{"epsilon", {1e-3}}}, 4);
  return d.add("batch_norm_inference",
               {x, scale, shift, d.leaf({c}, -0.5, 0.5, d.dtype(x)), d.leaf({c}, 0.5, 2, d.dtype(x))},
               {{"epsilon", {1e-3}}}, 4);
}

int odd_image(Draft& d) {
  if (d.chance(0.5)) return d.tame(d.image(), 2);
  const std::int64_t side = d.one_of({5, 7, 8, 13, 16, 28});
  return d.leaf({d.between(1, 4), d.one_of({1, 3, 8, 16, 31}), side, d.chance(0.7) ? side : side + 3});
}

// Convolution, normalization, activation.
void block(Draft& d) {
  const int x = odd_image(d);
  int y = conv_of(d, x, d.one_of({4, 8, 16, 32, 33}), d.one_of({1, 3, 3, 5}), d.chance(0.3));
  y = norm_of(d, y, d.chance(0.6));
  if (d.chance(0.3) && d.shape(y) == d.shape(x)) y = d.add("add", {y, x}, {}, 6);
  if (d.chance(0.8))
    d.add("relu", {y});
  else
    d.add("mul", {y, d.add("sigmoid", {y}, {}, 1)});
}

// A convolution, leaky relu right after it or after statistics that are given.
void leaky(Draft& d) {
  int y = conv_of(d, odd_image(d), d.one_of({4, 16, 33}), d.one_of({1, 3}), d.chance(0.5));
  if (d.chance(0.3)) y = norm_of(d, y, false);
  d.add("leaky_relu", {y}, {{"slope", {d.one_of({0.1, 0.2, -0.5})}}});
}

// y = relu(norm(conv(relu(norm(conv x)))) + x)
void residual(Draft& d) {
  const int x = odd_image(d);
  const std::int64_t c = d.shape(x)[1];
  const bool training = d.chance(0.6);
  int y = d.add("relu", {norm_of(d, conv_of(d, x, c, 3, false), training)});
  y = norm_of(d, conv_of(d, y, c, d.one_of({1, 3}), false), training);
  int skip = x;
  if (d.chance(0.3)) skip = norm_of(d, conv_of(d, x, c, 1, false), training);
  y = d.chance(0.5) ? d.add("add", {y, skip}, {}, 6) : d.add("add", {skip, y}, {}, 6);
  if (d.chance(0.8)) d.add("relu", {y});
}

// A kernel of a convolution, a product with itself or what it came from, and another convolution.
void gated(Draft& d) {
  const int x = odd_image(d);
  int y = conv_of(d, x, d.one_of({8, 16}), d.one_of({1, 3}), d.chance(0.4));
  if (d.chance(0.5)) y = norm_of(d, y, false);
  y = d.chance(0.5) ? d.add("mul", {y, d.add("sigmoid", {y}, {}, 1)}) : d.add("mul", {y, y}, {}, 9);
  conv_of(d, d.tame(y, 3), d.one_of({4, 8}), d.one_of({1, 3}), d.chance(0.4));
}

void conv_pool(Draft& d) {
  const std::int64_t side = d.one_of({6, 8, 12, 16, 28});
  const int x = d.chance(0.5) ? odd_image(d) : d.leaf({d.between(1, 9), d.one_of({1, 3, 6, 16}), side, side});
  if (d.rank(x) != 4) throw Skip();
  int y = conv_of(d, x, d.one_of({6, 8, 16, 20}), d.one_of({3, 5}), d.chance(0.7));
  if (d.chance(0.3)) y = norm_of(d, y, d.chance(0.5));
  const std::int64_t kind = d.below(4);
  if (kind == 0)
    y = d.add("relu", {y});
  else if (kind == 1)
    y = d.add("leaky_relu", {y}, {{"slope", {0.1}}});
  y = d.add(d.chance(0.8) ? "max_pool" : "avg_pool", {y}, {{"kernel", {d.one_of({2.0, 2.0, 3.0})}}});
  if (kind == 2) d.add("relu", {y});
}

// Depthwise and pointwise, with or without a way around.
void separable(Draft& d) {
  const int x = odd_image(d);
  const std::int64_t c = d.shape(x)[1];
  int y = conv_of(d, x, c, d.one_of({3, 5, 7}), d.chance(0.4), c);
  if (d.chance(0.5)) y = d.add("relu6", {norm_of(d, y, d.chance(0.5))});
  if (d.chance(0.4))
    d.add("add", {y, x}, {}, 6);
  else
    conv_of(d, d.tame(y, 3), d.one_of({4, 16}), 1, d.chance(0.5));
}

// Squeeze and excitation: a sample's channels weighted.
void excite(Draft& d) {
  const int x = odd_image(d);
  const std::int64_t c = d.shape(x)[1];
  int s = d.add("global_avg_pool", {x});
  s = d.add("relu", {conv_of(d, s, std::max<std::int64_t>(c / 2, 1), 1, true)});
  s = d.add("sigmoid", {conv_of(d, s, c, 1, true)}, {}, 1);
  d.add("mul", {x, s});
}

void classifier(Draft& d) {
  int x = odd_image(d);
  if (d.chance(0.5)) x = d.add("relu", {conv_of(d, x, 8, 3, true)});
  x = d.chance(0.5) ? d.add("flatten", {d.add("global_avg_pool", {x})}, {{"first", {1}}, {"last", {-1}}})
                    : d.add("flatten", {x}, {{"first", {1}}, {"last", {-1}}});
  const std::int64_t inner = d.shape(x)[1], classes = d.one_of({2, 5, 10, 17});
  if (inner * classes > 40000) throw Skip();
  const int logits = d.add(
      "linear", {x, d.weights({classes, inner}, inner, d.dtype(x)), d.leaf({classes}, -1, 1, d.dtype(x))});
  if (d.dtype(x) != "real") return;
  const int labels = d.leaf({d.shape(x)[0]}, 0, as_number(classes), "i64");
  d.add("mean", {d.add("softmax_cross_entropy", {logits, labels}, {{"axis", {-1}}})});
}

void mlp(Draft& d) {
  int x = d.tame(d.real(2, 3), 3);
  for (std::int64_t k = d.between(1, 3); k > 0; --k) {
    const std::int64_t inner = d.shape(x)[d.rank(x) - 1], out = d.one_of({3, 8, 16, 33, 64, 128});
    if (inner == 0 || inner * out > 40000) throw Skip();
    x = d.add("linear", {x, d.weights({out, inner}, inner, d.dtype(x)), d.leaf({out}, -1, 1, d.dtype(x))}, {},
              2);
    const std::int64_t kind = d.below(5);
    if (kind == 0)
      x = d.add("relu", {x});
    else if (kind == 1)
      x = d.add("gelu", {x});
    else if (kind == 2)
      x = d.add("tanh", {x}, {}, 1);
    else if (kind == 3)
      x = d.add("mul", {x, d.add("sigmoid", {x}, {}, 1)});
    else
      x = d.add("sigmoid", {x}, {}, 1);
  }
}

// A product large enough for the generated tiles.
void wide(Draft& d) {
  const std::int64_t rows = d.one_of({128, 129, 140}), out = d.one_of({128, 131, 144}),
                     inner = d.one_of({256, 257, 270});
  const int x = d.leaf({rows, inner});
  const bool biased = d.chance(0.5);
  std::vector<int> in = {x, d.weights({out, inner}, inner, "real")};
  if (biased) in.push_back(d.leaf({out}, -1, 1));
  const int y = d.add("linear", in, {}, 2);
  const std::int64_t kind = d.below(4);
  if (kind == 0)
    d.add("relu", {y});
  else if (kind == 1)
    d.add("gelu", {y});
  else if (kind == 2)
    d.add("add", {y, d.partner(y)}, {}, 4);
}

// x + f(norm(x)), as transformers do.
void transformer(Draft& d) {
  const std::int64_t heads = d.one_of({1, 2, 4}), width = heads * d.one_of({4, 8}), t = d.one_of({3, 5, 8}),
                     n = d.between(1, 3);
  int x = d.leaf({n, t, width});
  const auto norm = [&](int value) {
    return d.add("layer_norm", {value, d.leaf({width}, 0.5, 1.5), d.leaf({width}, -1, 1)},
                 {{"axis", {-1}}, {"epsilon", {1e-5}}}, 3);
  };
  const auto linear = [&](int value, std::int64_t in, std::int64_t out) {
    return d.add("linear", {value, d.weights({out, in}, in, "real"), d.leaf({out}, -0.5, 0.5)}, {}, 3);
  };
  if (d.chance(0.8)) {
    std::map<std::string, Numbers> with = {{"heads", {as_number(heads)}}};
    if (d.chance(0.5)) with["causal"] = {1};
    const int y = d.add("self_attention", {linear(norm(x), width, 3 * width)}, with);
    x = d.add("add", {x, linear(y, width, width)}, {}, 4);
  }
  const int y = linear(d.add("gelu", {linear(norm(x), width, 2 * width)}), 2 * width, width);
  d.add("add", {x, y}, {}, 5);
}

// Operands that a convolution could take along, of every shape.
void tail(Draft& d) {
  int x = odd_image(d);
  const std::int64_t out = d.one_of({1, 2, 8, 16, 33});
  x = d.chance(0.3) ? conv_of(d, x, d.shape(x)[1], d.one_of({1, 3, 5}), d.chance(0.5), d.shape(x)[1])
                    : conv_of(d, x, out, d.one_of({1, 1, 3}), d.chance(0.5));
  for (std::int64_t k = d.between(1, 3); k > 0; --k) {
    std::vector<std::int64_t> shape(d.shape(x).begin(), d.shape(x).end());
    for (std::int64_t& extent : shape) {
      if (d.chance(0.4)) extent = 1;
    }
    const int other = d.leaf(Shape(shape), -1, 1, d.dtype(x));
    const std::string op = d.one_of<std::string>({"add", "mul", "sub", "maximum"});
    x = d.chance(0.7) ? d.add(op, {x, other}, {}, 2 * d.magnitude(x))
                      : d.add(op, {other, x}, {}, 2 * d.magnitude(x));
    if (d.chance(0.4)) x = d.add(d.one_of<std::string>({"relu", "tanh", "sigmoid"}), {d.tame(x)});
  }
}

// A vector broadcast over rows at the beginning and at the end of one fused step.
void around(Draft& d) {
  const int x = d.tame(d.real(2, 4));
  std::vector<std::int64_t> shape(d.shape(x).begin(), d.shape(x).end());
  shape[static_cast<std::size_t>(d.below(d.rank(x)))] = 1;
  const int v = d.leaf(Shape(shape), -1.5, 1.5, d.dtype(x));
  int y = d.add("mul", {x, v}, {}, d.magnitude(x) * 1.5);
  const std::int64_t kind = d.below(4);
  if (kind == 0)
    y = d.add("square", {d.tame(y, 2)}, {}, 4);
  else if (kind == 1)
    y = d.add("sort", {y}, {{"axis", {as_number(d.axis(y))}}});
  else if (kind == 2)
    y = d.add("softmax", {y}, {{"axis", {as_number(d.axis(y))}}}, 1);
  else
    y = d.add("sub", {y, d.add("mean", {y}, d.some_axes(y))});
  y = d.add("add", {y, v}, {}, 4);
  if (d.chance(0.5)) d.add("tanh", {y}, {}, 1);
}

}  // namespace

std::vector<Draw> pattern_draws() {
  return {{"block", 4, block},
          {"leaky", 1, leaky},
          {"residual", 2, residual},
          {"gated", 2, gated},
          {"conv_pool", 3, conv_pool},
          {"separable", 2, separable},
          {"excite", 1, excite},
          {"classifier", 2, classifier},
          {"mlp", 3, mlp},
          {"wide", 1, wide},
          {"transformer", 2, transformer},
          {"tail", 4, tail},
          {"around", 3, around}};
}

}  // namespace luge::fuzz
