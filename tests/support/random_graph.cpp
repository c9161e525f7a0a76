#include "support/random_graph.h"

#include <cmath>
#include <random>

#include "graph/node.h"
#include "luge/autodiff.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/normalization.h"
#include "luge/ops/reduce.h"
#include "luge/ops/sequence.h"
#include "luge/ops/shape.h"

namespace luge::testing {
namespace {

class TensorGraph {
 public:
  TensorGraph(unsigned seed, DType dtype) : random_(seed), dtype_(dtype) {
    constexpr std::int64_t extents[] = {1, 2, 3, 7, 16, 17};
    for (int axis = pick(2, 3); axis > 0; --axis) whole_.push_back(extents[pick(0, 5)]);
    for (int k = pick(2, 5); k > 0; --k) values_.push_back(leaf());
    for (int k = pick(4, 16); k > 0; --k) values_.push_back(next());
    Tensor& cost = graph.cost;
    for (int k = pick(1, 3); k > 0; --k) {
      const Tensor& end = values_[values_.size() - static_cast<std::size_t>(k)];
      graph.roots.push_back(end);
      cost = cost.defined() ? cost + sum(square(end)) : sum(square(end));
    }
    Tensors wanted;
    for (const Tensor& input : graph.leaves) {
      if (pick(0, 2) == 0) wanted.push_back(input);
    }
    if (wanted.empty()) return;
    for (const Tensor& gradient : grad(cost, wanted, {.seed = {}, .allow_unused = true}))
      graph.roots.push_back(gradient);
  }
  RandomGraph graph;

 private:
  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  int axis() { return pick(0, static_cast<int>(whole_.size()) - 1); }
  Tensor leaf() {
    std::vector<std::int64_t> shape = whole_;
    if (pick(0, 1)) {
      for (std::int64_t& extent : shape) extent = pick(0, 1) ? 1 : extent;
    }
    return graph.leaf(dtype_, Shape(std::span<const std::int64_t>(shape)));
  }
  static std::int64_t last(const Tensor& a, int back) { return a.shape()[a.rank() - back]; }
  Tensor weight(std::int64_t extent) { return graph.leaf(dtype_, {extent, extent}) * 0.3; }
  // As normalization with given statistics does it: a factor and a summand of few elements each.
  Tensor scaled(const Tensor& a) {
    const auto leaf = [&] { return graph.leaf(dtype_, {a.shape()[1]}); };
    const Axes axes = a.rank() == 3 ? Axes({1}) : Axes({0});
    const Tensor scale = leaf() * rsqrt(leaf() + 0.1);
    const Tensor factor = unsqueeze(scale, axes), shift = unsqueeze(leaf() - leaf() * scale, axes);
    const Tensor n = a * factor + shift;
    return pick(0, 1) ? matmul(n * sigmoid(n), weight(last(n, 1))) : n;
  }
  const Tensor& any() {
    return values_[static_cast<std::size_t>(pick(0, static_cast<int>(values_.size()) - 1))];
  }

  Tensor next() {
    const Tensor a = pick(0, 1) ? values_.back() : any();  // chains grow
    switch (pick(0, 19)) {
      case 0:
      case 1: return (a + any()) * 0.5;
      case 2:
      case 3:
      case 4: return a * any();
      case 5: return a - any();
      case 6: return tanh(a);
      case 7: return sigmoid(a) * a;
      case 8: return square(a * 0.5);
      case 9: return relu(a - 0.2);
      case 10: return sum(a, axis(), keep_dims) * 0.1;
      case 11: return mean(a, whole_.size() == 3 ? Axes({0, 2}) : Axes({0}), keep_dims);
      case 12: return softmax(a, axis());
      case 13: return roll(a, 1, axis());
      case 14: return dtype_ == f64 ? sort(a, axis()).values : exp(a * -0.5);  // f32 may order otherwise
      case 15: return last(a, 1) == last(a, 2) ? transpose(a) : matmul(weight(last(a, 2)), a);
      case 16:
      case 17: return scaled(a);
      case 18: return any() * rsqrt(square(any()) + 1.0);
      default: return matmul(a, weight(last(a, 1)));
    }
  }

  std::mt19937 random_;
  DType dtype_;
  std::vector<std::int64_t> whole_;
  Tensors values_;
};

class LayerGraph {
 public:
  LayerGraph(unsigned seed, DType dtype) : random_(seed), dtype_(dtype) {
    constexpr std::int64_t sizes[] = {1, 2, 3, 8, 16};
    constexpr std::int64_t extents[] = {1, 4, 7, 13};
    values_.push_back(
        graph.leaf(dtype, {pick(1, 3), sizes[pick(0, 4)], extents[pick(0, 3)], extents[pick(0, 3)]}));
    for (int k = pick(2, 9); k > 0; --k) values_.push_back(next());
    const Tensor& end = values_.back();
    graph.cost = sum(square(pick(0, 1) ? end : mean(end, Axes({2, 3}))));
    Tensors wanted;
    for (const Tensor& leaf : graph.leaves) {
      if (pick(0, 2) == 0) wanted.push_back(leaf);
    }
    if (wanted.empty()) wanted = graph.leaves;
    graph.roots = grad(graph.cost, wanted, {.seed = {}, .allow_unused = true});
    if (pick(0, 1)) graph.roots.push_back(end);
  }
  RandomGraph graph;

 private:
  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  // One that was made earlier, of the same shape.
  Tensor other(const Tensor& a) {
    std::vector<Tensor> found;
    for (const Tensor& value : values_) {
      if (value.shape() == a.shape()) found.push_back(value);
    }
    return found[static_cast<std::size_t>(pick(0, static_cast<int>(found.size()) - 1))];
  }

  Tensor next() {
    const Tensor& a = values_.back();
    const std::int64_t channels = a.shape()[1];
    const auto one_each = [&] { return graph.leaf(dtype_, {channels}); };
    switch (pick(0, 13)) {
      case 0:
      case 1:
      case 2: {
        const std::int64_t size = pick(0, 1) ? 3 : 1, made = pick(0, 2) ? channels : 2 * pick(1, 8);
        const Tensor w = graph.leaf(dtype_, {made, channels, size, size}) - 0.8;
        return conv2d(a, w * 0.2, pick(0, 1) ? graph.leaf(dtype_, {made}) : Tensor(),
                      {.padding = PaddingMode::same});
      }
      case 3:
      case 4:
      case 5: {
        const Tensor scale = one_each(), shift = one_each(), mean = one_each(), variance = one_each();
        return batch_norm_inference(a, scale, shift, mean, variance);
      }
      case 6: {
        const Tensor scale = one_each(), shift = one_each();
        return batch_norm(a + 0.1 * square(a), scale, shift, 0.1).y;
      }
      case 7: return relu(a);
      case 8: return a * sigmoid(a);
      case 9: return a * other(a) * 0.3;
      case 10: return a + other(a);
      case 11: return leaky_relu(a, 0.2);
      case 12: return a * unsqueeze(sigmoid(mean(a, Axes({2, 3}))), Axes({2, 3}));  // channels weighed
      default:
        return a.shape()[2] > 1 && a.shape()[3] > 1 ? max_pool2d(a, {2}) : a - mean(a, Axes({1}), keep_dims);
    }
  }

  std::mt19937 random_;
  DType dtype_;
  Tensors values_;
};

class SequenceGraph {
 public:
  SequenceGraph(unsigned seed, DType dtype) : random_(seed), dtype_(dtype) {
    const std::int64_t batch = pick(1, 3), steps = pick(1, 5);
    Tensor a = graph.leaf(dtype, {batch, steps, sizes[pick(0, 4)]});
    for (int k = pick(2, 8); k > 0; --k) a = pick(0, 5) == 0 ? again(a) : next(a);
    graph.cost = pick(0, 2) == 0 ? labeled(a) : sum(square(a)) * 0.1;
    Tensors wanted;
    for (const Tensor& leaf : graph.leaves) {
      if (pick(0, 2) == 0) wanted.push_back(leaf);
    }
    if (wanted.empty()) wanted = graph.leaves;
    graph.roots = grad(graph.cost, wanted, {.seed = {}, .allow_unused = true});
    if (pick(0, 1)) graph.roots.push_back(a);
  }
  RandomGraph graph;

 private:
  static constexpr std::int64_t sizes[] = {1, 3, 8, 16, 33};
  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  // Leaves are positive; weights have both signs, and sums of them stay small.
  Tensor weight(std::int64_t rows, std::int64_t columns) {
    const double scale = 0.8 / std::sqrt(static_cast<double>(columns));
    const Tensor signs = cos(graph.leaf(dtype_, {rows, columns}) * 9.0);
    return signs * scale;
  }
  Tensor again(const Tensor& a) {
    return checkpoint([&](const Tensors& in) { return Tensors{next(next(in[0]))}; }, {a})[0];
  }
  Tensor labeled(const Tensor& a) {
    std::vector<std::int64_t> labels(static_cast<std::size_t>(a.shape()[0] * a.shape()[1]));
    for (std::int64_t& label : labels) label = pick(0, static_cast<int>(a.shape()[2]) - 1);
    return mean(softmax_cross_entropy(a, tensor(labels, {a.shape()[0], a.shape()[1]}), {.axis = 2}));
  }
  Tensor next(const Tensor& a) {
    const std::int64_t units = a.shape()[2], made = sizes[pick(0, 4)];
    const auto one_each = [&](std::int64_t count) { return graph.leaf(dtype_, {count}); };
    switch (pick(0, 11)) {
      case 0:
      case 1: return linear(a, weight(made, units), pick(0, 1) ? one_each(made) : Tensor());
      case 2: return gelu(a);
      case 3: {
        const Tensor scale = one_each(units);
        return layer_norm(a, scale, pick(0, 1) ? one_each(units) : Tensor(), -1, 0.1);
      }
      case 4: return softmax(a, -1);
      case 5: {
        const Tensor wi = weight(4 * made, units), wh = weight(4 * made, made);
        return lstm(a, wi, wh, pick(0, 1) ? one_each(4 * made) : Tensor(), {true}).y;
      }
      case 6: {
        const Tensor wi = weight(3 * made, units), wh = weight(3 * made, made);
        return gru(a, wi, wh, one_each(3 * made), one_each(3 * made), {true}).y;
      }
      case 7:
        return a + self_attention(linear(a, weight(3 * units, units), {}), 1, {.causal = pick(0, 1) == 1});
      case 8: return a * sigmoid(a);
      case 9: return relu(a - 0.1);
      case 10: return a * tanh(mean(a, 1, keep_dims));
      default: return tanh(a) + a * one_each(units) * 0.2;
    }
  }

  std::mt19937 random_;
  DType dtype_;
};

}  // namespace

Tensor RandomGraph::leaf(DType dtype, const Shape& shape) {
  return leaves.emplace_back(argument_leaf({dtype, shape}, "x"));
}
RandomGraph random_tensors(unsigned seed, DType dtype) { return TensorGraph(seed, dtype).graph; }
RandomGraph random_layers(unsigned seed, DType dtype) { return LayerGraph(seed, dtype).graph; }
RandomGraph random_sequences(unsigned seed, DType dtype) { return SequenceGraph(seed, dtype).graph; }

}  // namespace luge::testing
