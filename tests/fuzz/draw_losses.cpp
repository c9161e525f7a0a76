// Draws of the activations besides those of math.h, of normalizations of samples, and of losses.
#include <string>

#include "fuzz/draw.h"

namespace luge::fuzz {
namespace {

using With = std::map<std::string, Numbers>;

double as_number(std::int64_t value) { return static_cast<double>(value); }

void rectified(Draft& d) {
  const int x = d.tame(d.real());
  const std::string op =
      d.one_of<std::string>({"elu", "selu", "celu", "silu", "mish", "sharp_softplus", "hard_swish",
                             "threshold", "softsign", "hard_sigmoid", "hard_tanh", "step", "prelu"});
  With with;
  if (op == "elu" || op == "celu") with["alpha"] = {d.one_of({0.5, 1.0, 2.0})};
  if (op == "silu" || op == "sharp_softplus") with["beta"] = {d.one_of({0.5, 1.0, 2.0})};
  if (op == "threshold") with = {{"at", {0.25}}, {"value", {-1}}};
  if (op == "hard_tanh") with["low"] = {d.one_of({-1.0, -0.25})};
  if (op == "prelu")
    d.add(op, {x, d.leaf({}, 0.1, 0.5, d.dtype(x))});
  else
    d.add(op, {op == "step" ? d.add("stop_gradient", {x}) : x}, with);  // it has no gradient
}

void along_axis(Draft& d) {
  const int x = d.tame(d.real(1));
  const With with = {{"axis", {as_number(d.axis(x))}}};
  const std::string op = d.one_of<std::string>({"softmin", "hardmax", "glu", "lp_normalize"});
  const int axis = static_cast<int>(with.at("axis")[0]);
  const std::int64_t extent = d.shape(x)[axis < 0 ? axis + d.rank(x) : axis];
  if (op == "glu" && extent % 2 != 0) throw Skip();
  if (op == "lp_normalize" && extent < 2) throw Skip();
  const int from = op == "hardmax" ? d.add("stop_gradient", {x}) : x;  // it has none
  d.add(op, {from}, with, op == "glu" ? -1 : 1);
}

void of_samples(Draft& d) {
  const int x = d.tame(d.real(2, 5));
  const std::int64_t channels = d.shape(x)[1];
  if (d.shape(x).elements() == 0) throw Skip();
  const auto of_channels = [&] { return d.leaf({channels}, 0.5, 1.5, d.dtype(x)); };
  switch (d.below(4)) {
    case 0: {
      const std::int64_t groups = channels % 2 == 0 && d.chance(0.5) ? 2 : 1;
      if (d.shape(x).elements() / d.shape(x)[0] / groups < 3) throw Skip();
      d.add("group_norm", {x, of_channels(), of_channels()}, {{"groups", {as_number(groups)}}}, 4);
      break;
    }
    case 1:
      if (d.rank(x) < 3 || d.shape(x).elements() / d.shape(x)[0] / channels < 3) throw Skip();
      d.add("instance_norm", {x, of_channels(), of_channels()}, {}, 4);
      break;
    case 2: {
      const std::int64_t last = d.shape(x)[d.rank(x) - 1];
      if (last < 2) throw Skip();
      d.add("rms_norm", {x, d.leaf({last}, 0.5, 1.5, d.dtype(x))}, {}, 3);
      break;
    }
    default: d.add("local_response_norm", {x}, {{"size", {as_number(d.between(1, 5))}}, {"alpha", {0.5}}});
  }
}

// Costs of elements; targets of the kind that the loss takes.
void of_elements(Draft& d) {
  const int x = d.tame(d.real());
  const std::string op = d.one_of<std::string>(
      {"huber_loss", "smooth_l1_loss", "log_cosh_loss", "squared_log_error", "absolute_percentage_error",
       "poisson_nll_loss", "gaussian_nll_loss", "kl_divergence", "binary_focal_loss", "hinge_loss",
       "squared_hinge_loss", "exponential_loss"});
  const bool shares = op == "kl_divergence" || op == "binary_focal_loss" || op == "poisson_nll_loss";
  const double low = op == "absolute_percentage_error" ? 0.5 : shares ? 0.1 : -1, high = shares ? 0.9 : 1.5;
  std::vector<int> in = {x, d.leaf(d.shape(x), low, high, d.dtype(x))};
  if (op == "gaussian_nll_loss") in.push_back(d.leaf(d.shape(x), 0.5, 1.5, d.dtype(x)));
  With with;
  if (op == "huber_loss" || op == "smooth_l1_loss") with["delta"] = {d.one_of({0.5, 1.0})};
  if (op == "binary_focal_loss") with["gamma"] = {d.one_of({0.0, 1.5, 2.0})};
  const double magnitude = op == "absolute_percentage_error" ? 500 : op == "exponential_loss" ? 100 : 16;
  d.add("mul", {d.add(op, in, with, magnitude)}, {{"number", {4 / magnitude}}}, 4);
}

void of_masks(Draft& d) {
  const int x = d.add("sigmoid", {d.tame(d.real(1))}, {}, 1);
  d.add(d.one_of<std::string>({"dice_loss", "tversky_loss"}), {x, d.leaf(d.shape(x), 0, 1, d.dtype(x))}, {},
        1);
}

void of_classes(Draft& d) {
  const int x = d.tame(d.real(2, 3));
  const std::int64_t classes = d.shape(x)[d.rank(x) - 1];
  if (classes < 2) throw Skip();
  const int labels = d.leaf(d.shape(x).without(d.rank(x) - 1), 0, as_number(classes), "i64");
  const std::string op = d.one_of<std::string>(
      {"nll_loss", "categorical_cross_entropy", "focal_loss", "categorical_hinge_loss", "multi_margin_loss"});
  const int scores = op == "categorical_cross_entropy" ? d.add("softmax", {x}, {{"axis", {-1}}}, 1) : x;
  With with;
  if (op == "focal_loss") with["gamma"] = {d.one_of({0.5, 1.0, 2.0})};
  d.add(op, {scores, labels}, with, 4);
}

void of_vectors(Draft& d) {
  const Shape shape{d.between(1, 5), d.one_of({2, 3, 8, 17})};
  const int a = d.leaf(shape), b = d.leaf(shape);
  switch (d.below(3)) {
    case 0: d.add("cosine_loss", {a, b}, {}, 2); break;
    case 1: d.add("contrastive_loss", {a, b, d.leaf({shape[0]}, 0, 1)}, {}, 8); break;
    default: d.add("triplet_margin_loss", {a, b, d.leaf(shape)}, {}, 4);
  }
}

// Corners and extents of boxes: what a box is stays a box in every dtype.
void of_boxes(Draft& d) {
  const Shape shape{d.between(1, 9), 2};
  const auto part = [&](double low, double high) { return d.leaf(shape, low, high); };
  d.add("box_overlap", {part(0, 2), part(0.5, 2), part(0, 2), part(0.5, 2)},
        {{"measure", {as_number(d.between(0, 3))}}}, 4);
}

void of_sequences(Draft& d) {
  const std::int64_t time = d.between(2, 8), samples = d.between(1, 4), classes = d.between(2, 6);
  const int x = d.leaf({time, samples, classes}, -2, 2);
  d.add("ctc_loss", {x, d.leaf({samples, d.between(1, 4)}, 0, as_number(classes - 1), "i64")}, {}, 16);
}

}  // namespace

std::vector<Draw> loss_draws() {
  return {{"rectified", 5, rectified},     {"along_axis", 3, along_axis},     {"of_samples", 4, of_samples},
          {"of_elements", 5, of_elements}, {"of_masks", 1, of_masks},         {"of_classes", 3, of_classes},
          {"of_vectors", 2, of_vectors},   {"of_sequences", 1, of_sequences}, {"of_boxes", 1, of_boxes}};
}

}  // namespace luge::fuzz
