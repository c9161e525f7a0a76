#include "luge/ops/class_losses.h"

#include "luge/ops/activation.h"
#include "luge/ops/ctc_loss.h"
#include "luge/ops/embedding_losses.h"
#include "luge/ops/math.h"
#include "support/op_case.h"

namespace luge::testing {
namespace {

using T = const Tensor&;
using CeOptions = CrossEntropyOptions;

// Labels, and shares of the classes.
std::vector<Inputs> classes(double low = -2, double high = 2) {
  return {{distinct({4, 5}, low, high), indices({4}, 5)},
          {distinct({2, 3}, low, high), uniform({2, 3}, 0.1, 1)}};
}
std::vector<Inputs> middle(double low = -2, double high = 2) {
  return {{distinct({3, 4, 2}, low, high), indices({3, 2}, 4)}};
}
std::vector<Inputs> pairs(double low, double high) {
  return {{distinct({3, 4}), uniform({3, 4}, low, high)}, {distinct({3, 1}), uniform({4}, low, high)}};
}
const OpCases by_class = {
    {.name = "class_shares",
     .build = of_two([](T y, T t) { return class_shares(t, y); }),
     .inputs = {{uniform({4, 5}), indices({4}, 5)}, {uniform({2, 3, 4}), indices({2, 3}, 4)}},
     .gradient = false,
     .golden = false},
    {.name = "nll_loss", .build = of_two([](T p, T t) { return nll_loss(p, t); }), .inputs = classes()},
    {.name = "nll_loss/smoothed",
     .build = of_two([](T p, T t) {
       return nll_loss(p, t, CeOptions{.axis = 1, .label_smoothing = 0.1, .ignore_index = 2});
     }),
     .inputs = middle()},
    {.name = "categorical_cross_entropy",
     .build = of_two([](T p, T t) { return categorical_cross_entropy(p, t); }),
     .inputs = classes(0.1, 0.9)},
    {.name = "categorical_cross_entropy/smoothed",
     .build = of_two([](T p, T t) {
       return categorical_cross_entropy(p, t,
                                        CeOptions{.axis = 1, .label_smoothing = 0.1, .ignore_index = 2});
     }),
     .inputs = middle(0.1, 0.9)},
    {.name = "kl_divergence",
     .build = of_two([](T p, T t) { return kl_divergence(p, t); }),
     .inputs = pairs(0.1, 1)},
    {.name = "kl_divergence/log",
     .build = of_two([](T p, T t) { return kl_divergence(p, t, true); }),
     .inputs = pairs(-2, 0)},
    {.name = "focal_loss", .build = of_two([](T p, T t) { return focal_loss(p, t); }), .inputs = classes()},
    {.name = "focal_loss/half",
     .build =
         of_two([](T p, T t) { return focal_loss(p, t, {.gamma = 0.5, .axis = 1, .label_smoothing = 0.1}); }),
     .inputs = middle()},
    {.name = "binary_focal_loss",
     .build = of_two([](T p, T t) { return binary_focal_loss(p, t); }),
     .inputs = pairs(0, 1),
     .golden = false},
    {.name = "binary_focal_loss/labels",
     .build = of_two([](T p, T t) { return binary_focal_loss(p, cast(t, p.dtype()), 1.5, 0.25); }),
     .inputs = {{distinct({3, 4}), indices({3, 4}, 2)}}},
};

const OpCases margins = {
    {.name = "to_signs",
     .build = of_one([](T t) { return to_signs(t, f64, true); }),
     .inputs = {{indices({3, 4}, 2)}, {indices({0, 2}, 2)}},
     .gradient = false,
     .golden = false},
    {.name = "hinge_loss",
     .build = of_two([](T p, T t) { return hinge_loss(p, t); }),
     .inputs = pairs(-1.9, 1.9)},
    {.name = "squared_hinge_loss", .build = of_two(squared_hinge_loss), .inputs = pairs(-1.9, 1.9)},
    {.name = "exponential_loss", .build = of_two(exponential_loss), .inputs = pairs(-1, 1)},
    {.name = "categorical_hinge_loss",
     .build = of_two([](T p, T t) { return categorical_hinge_loss(p, t); }),
     .inputs = classes()},
    {.name = "categorical_hinge_loss/middle",
     .build = of_two([](T p, T t) { return categorical_hinge_loss(p, t, 1); }),
     .inputs = middle()},
    {.name = "multi_margin_loss",
     .build = of_two([](T p, T t) { return multi_margin_loss(p, t); }),
     .inputs = {{distinct({4, 5}), indices({4}, 5)}, {distinct({3, 2}), indices({3}, 2)}}},
    {.name = "multi_margin_loss/squared",
     .build = of_two([](T p, T t) { return multi_margin_loss(p, t, 2, 0.85); }),
     .inputs = {{distinct({4, 5}), indices({4}, 5)}}},
    {.name = "tversky_loss",
     .build = of_two([](T p, T t) { return tversky_loss(p, t, {.alpha = 0.3, .beta = 0.7, .smooth = 0.5}); }),
     .inputs = {{uniform({3, 2, 4}, 0, 1), uniform({3, 2, 4}, 0, 1)},
                {uniform({3}, 0, 1), uniform({3}, 0, 1)}}},
    {.name = "dice_loss",
     .build = of_two([](T p, T t) { return dice_loss(p, t); }),
     .inputs = {{uniform({3, 2, 4}, 0, 1), uniform({3, 2, 4}, 0, 1)}}},
};

const OpCases vectors = {
    {.name = "cosine_loss",
     .build = of_two(cosine_loss),
     .inputs = {{uniform({3, 4}), uniform({3, 4})}, {uniform({2, 3, 4}), uniform({4})}}},
    {.name = "contrastive_loss",
     .build = of_three([](T a, T b, T s) { return contrastive_loss(a, b, s, 3); }),
     .inputs = {{uniform({4, 3}), uniform({4, 3}), uniform({4}, 0, 1)}}},
    {.name = "triplet_margin_loss",
     .build = of_three([](T a, T p, T n) { return triplet_margin_loss(a, p, n); }),
     .inputs = {{uniform({4, 3}), uniform({4, 3}), uniform({4, 3})}}},
    {.name = "triplet_margin_loss/3",
     .build = of_three([](T a, T p, T n) { return triplet_margin_loss(a, p, n, {.margin = 2, .p = 3}); }),
     .inputs = {{uniform({4, 3}), uniform({4, 3}), uniform({4, 3})}}},
};

Tensor wholes(std::vector<std::int64_t> values) {
  return tensor(values, Shape{static_cast<std::int64_t>(values.size())});
}

const OpCases sequences = {
    {.name = "ctc_loss",
     .build = of_two([](T x, T t) {
       return ctc_loss(log_softmax(x), t, wholes({6, 5}), wholes({2, 3}), {.blank = 3});
     }),
     .inputs = {{uniform({6, 2, 4}), indices({2, 3}, 3)}},
     .second = false,
     .batch = false,
     .tolerance = 1e-11},  // probabilities from logarithms of about 1e4
    {.name = "ctc_loss/impossible",
     .build = of_two([](T x, T t) {
       return ctc_loss(log_softmax(x), t, wholes({4, 1, 3}), wholes({0, 2, 1}),
                       {.blank = 3, .zero_infinity = true});
     }),
     .inputs = {{uniform({4, 3, 4}), indices({3, 2}, 3)}},
     .second = false,
     .batch = false},
};

}  // namespace
}  // namespace luge::testing
