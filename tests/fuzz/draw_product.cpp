// Draws of matrix products, row norms, softmax, attention and recurrent layers.
#include <algorithm>

#include "fuzz/draw.h"

namespace luge::fuzz {
namespace {

double as_number(std::int64_t value) { return static_cast<double>(value); }
constexpr std::int64_t kWidths[] = {1, 1, 2, 3, 4, 5, 7, 8, 16, 17, 31, 32, 33, 64, 65, 128};

using With = std::map<std::string, Numbers>;

void linear(Draft& d) {
  const int x = d.tame(d.real(1, 4), 3);
  const std::int64_t inner = d.shape(x)[d.rank(x) - 1], out = d.one_of(kWidths);
  if (inner == 0 || inner * out > 40000) throw Skip();
  std::vector<int> in = {x, d.weights({out, inner}, inner, d.dtype(x))};
  if (d.chance(0.6)) in.push_back(d.leaf({out}, -1, 1, d.dtype(x)));
  d.add("linear", in, {}, 1.5 * d.magnitude(x));
}

void matmul(Draft& d) {
  const int a = d.tame(d.real(1, 4), 3);
  With with;
  const bool turn_a = d.rank(a) >= 2 && d.chance(0.3), turn_b = d.chance(0.3);
  const std::int64_t inner = d.shape(a)[d.rank(a) - (turn_a ? 2 : 1)], out = d.one_of(kWidths);
  if (inner == 0 || inner * out > 40000) throw Skip();
  std::vector<std::int64_t> shape;
  if (d.chance(0.6)) {
    for (int k = 0; k + 2 < d.rank(a); ++k) shape.push_back(d.chance(0.3) ? 1 : d.shape(a)[k]);
  } else if (d.chance(0.2)) {
    shape.push_back(d.between(1, 3));
  }
  shape.push_back(turn_b ? out : inner);
  shape.push_back(turn_b ? inner : out);
  if (turn_a) with["transpose_a"] = {1};
  if (turn_b) with["transpose_b"] = {1};
  if (!turn_b && d.chance(0.1)) shape = {inner};
  std::vector<int> in = {a, d.weights(Shape(shape), inner, d.dtype(a))};
  if (d.rank(a) >= 2 && shape.size() >= 2 && d.chance(0.25)) in.push_back(d.leaf({out}, -1, 1, d.dtype(a)));
  d.add("matmul", in, with, 1.5 * d.magnitude(a));
}

void vectors(Draft& d) {
  const int a = d.tame(d.real(1, 1));
  if (d.chance(0.5))
    d.add("outer", {a, d.leaf({d.one_of(kWidths)}, -1, 1, d.dtype(a))}, {}, d.magnitude(a));
  else
    d.add("dot", {a, d.leaf(d.shape(a), -1, 1, d.dtype(a))}, {}, 4);
}

void softmax(Draft& d) {
  const int x = d.tame(d.real(1));
  const With with = {{"axis", {as_number(d.chance(0.6) ? -1 : d.axis(x))}}};
  if (d.chance(0.6))
    d.add("softmax", {x}, with, 1);
  else
    d.add("log_softmax", {x}, with, 5);
}

void layer_norm(Draft& d) {
  const int x = d.tame(d.real(1));
  const int axis = d.chance(0.7) ? d.rank(x) - 1 : static_cast<int>(d.below(d.rank(x)));
  std::vector<std::int64_t> shape(d.shape(x).begin() + axis, d.shape(x).end());
  if (Shape(shape).elements() < 3) throw Skip();
  std::vector<int> in = {x, d.leaf(Shape(shape), 0.5, 1.5, d.dtype(x))};
  if (d.chance(0.8)) in.push_back(d.leaf(Shape(shape), -1, 1, d.dtype(x)));
  d.add(
      "layer_norm", in,
      {{"axis", {as_number(axis - (d.chance(0.5) ? d.rank(x) : 0))}}, {"epsilon", {d.one_of({1e-5, 1e-3})}}},
      4);
}

void attention(Draft& d) {
  const std::int64_t n = d.between(1, 3), heads = d.one_of({1, 2, 3, 4}), t = d.one_of({1, 3, 5, 8, 17}),
                     s = d.chance(0.5) ? t : d.one_of({1, 4, 9, 16});
  const std::int64_t width = d.one_of({1, 4, 8, 16, 17, 32}), e = d.chance(0.7) ? width : d.one_of({2, 5, 8});
  With with;
  if (d.chance(0.4)) with["causal"] = {1};
  if (d.chance(0.3)) with["scale"] = {0.5};
  if (d.chance(0.4)) {
    std::vector<int> in = {d.leaf({n, t, 3 * heads * width})};
    with["heads"] = {as_number(heads)};
    if (d.chance(0.3))
      in.push_back(
          d.add("logical_or", {d.leaf({n, 1, t, t}, 0, 2, "bool"), d.add("less_equal",
                                                                         {
                                                                             d.leaf({1, 1, t, 1}, 0, 1),
                                                                         },
                                                                         {{"number", {-1}}})}));
    const int y = d.add("self_attention", in, with);
    if (d.chance(0.5)) d.add("linear", {y, d.weights({heads * width, heads * width}, heads * width, "real")});
    return;
  }
  std::vector<int> in = {d.leaf({n, heads, t, width}), d.leaf({n, heads, s, width}),
                         d.leaf({n, heads, s, e})};
  if (d.chance(0.3)) in.push_back(d.leaf({n, 1, t, s}, 0, 2, "bool"));
  d.add("attention", in, with);
}

void recurrent(Draft& d) {
  const std::int64_t t = d.one_of({1, 2, 3, 6}), n = d.one_of({1, 2, 3, 5}), in = d.one_of({1, 3, 8, 17}),
                     h = d.one_of({1, 4, 8, 16, 17, 33});
  const bool lstm = d.chance(0.5), first = d.chance(0.4), biased = d.chance(0.7), started = d.chance(0.4);
  const std::int64_t gates = lstm ? 4 : 3;
  std::vector<int> inputs = {d.leaf(first ? Shape{n, t, in} : Shape{t, n, in}),
                             d.weights({gates * h, in}, in, "real"), d.weights({gates * h, h}, h, "real")};
  With with;
  if (first) with["batch_first"] = {1};
  if (biased) {
    inputs.push_back(d.leaf({gates * h}, -0.5, 0.5));
    if (!lstm) inputs.push_back(d.leaf({gates * h}, -0.5, 0.5));
    if (started) {
      inputs.push_back(d.leaf({n, h}, -1, 1));
      if (lstm) inputs.push_back(d.leaf({n, h}, -1, 1));
    }
  }
  const std::string op = lstm ? "lstm" : "gru";
  if (d.chance(0.8)) d.add(op, inputs, with, 1);
  if (d.chance(0.4)) {
    with["out"] = {as_number(d.between(1, lstm ? 2 : 1))};
    d.add(op, inputs, with, 2);
  }
}

}  // namespace

std::vector<Draw> product_draws() {
  return {{"linear", 8, linear},      {"matmul", 7, matmul},         {"vectors", 1, vectors},
          {"softmax", 4, softmax},    {"layer_norm", 4, layer_norm}, {"attention", 2, attention},
          {"recurrent", 2, recurrent}};
}

}  // namespace luge::fuzz
