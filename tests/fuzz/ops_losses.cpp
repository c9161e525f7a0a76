// Rows of boxes.h, regression_losses.h, class_losses.h, embedding_losses.h and ctc_loss.h.
#include "fuzz/ops.h"
#include "luge/ops/activation.h"
#include "luge/ops/boxes.h"
#include "luge/ops/class_losses.h"
#include "luge/ops/ctc_loss.h"
#include "luge/ops/embedding_losses.h"
#include "luge/ops/math.h"
#include "luge/ops/regression_losses.h"
#include "luge/ops/shape.h"

namespace luge::fuzz {

Builds loss_ops() {
  Builds rows;
  using In = const Tensors&;
  using At = const Line&;
  rows["huber_loss"] = [](In in, At line, DType) {
    return huber_loss(in.at(0), in.at(1), line.number("delta", 1));
  };
  rows["smooth_l1_loss"] = [](In in, At line, DType) {
    return smooth_l1_loss(in.at(0), in.at(1), line.number("delta", 1));
  };
  rows["log_cosh_loss"] = [](In in, At, DType) { return log_cosh_loss(in.at(0), in.at(1)); };
  rows["squared_log_error"] = [](In in, At, DType) { return squared_log_error(in.at(0), in.at(1)); };
  rows["absolute_percentage_error"] = [](In in, At, DType) {
    return absolute_percentage_error(in.at(0), in.at(1));
  };
  rows["poisson_nll_loss"] = [](In in, At, DType) { return poisson_nll_loss(in.at(0), in.at(1)); };
  rows["gaussian_nll_loss"] = [](In in, At line, DType) {
    return gaussian_nll_loss(in.at(0), in.at(1), in.at(2), line.has("full"));
  };
  rows["kl_divergence"] = [](In in, At, DType) { return kl_divergence(in.at(0), in.at(1)); };
  rows["binary_focal_loss"] = [](In in, At line, DType) {
    return binary_focal_loss(in.at(0), in.at(1), line.number("gamma", 2), 0.25);
  };
  rows["hinge_loss"] = [](In in, At, DType) { return hinge_loss(in.at(0), in.at(1)); };
  rows["squared_hinge_loss"] = [](In in, At, DType) { return squared_hinge_loss(in.at(0), in.at(1)); };
  rows["exponential_loss"] = [](In in, At, DType) { return exponential_loss(in.at(0), in.at(1)); };
  rows["tversky_loss"] = [](In in, At, DType) {
    return tversky_loss(in.at(0), in.at(1), {.alpha = 0.25, .beta = 0.75});
  };
  rows["dice_loss"] = [](In in, At, DType) { return dice_loss(in.at(0), in.at(1)); };
  rows["nll_loss"] = [](In in, At, DType) { return nll_loss(in.at(0), in.at(1)); };
  rows["categorical_cross_entropy"] = [](In in, At, DType) {
    return categorical_cross_entropy(in.at(0), in.at(1));
  };
  rows["focal_loss"] = [](In in, At line, DType) {
    return focal_loss(in.at(0), in.at(1), {.gamma = line.number("gamma", 2)});
  };
  rows["categorical_hinge_loss"] = [](In in, At, DType) {
    return categorical_hinge_loss(in.at(0), in.at(1));
  };
  rows["multi_margin_loss"] = [](In in, At, DType) { return multi_margin_loss(in.at(0), in.at(1)); };
  rows["cosine_loss"] = [](In in, At, DType) { return cosine_loss(in.at(0), in.at(1)); };
  rows["contrastive_loss"] = [](In in, At, DType) {
    return contrastive_loss(in.at(0), in.at(1), in.at(2), 2);
  };
  rows["triplet_margin_loss"] = [](In in, At, DType) {
    return triplet_margin_loss(in.at(0), in.at(1), in.at(2));
  };
  // Corners and extents of both boxes.
  rows["box_overlap"] = [](In in, At line, DType) {
    const auto box = [&](std::size_t k) { return concat({in.at(k), in.at(k) + in.at(k + 1)}, -1); };
    return box_overlap(box(0), box(2), static_cast<Overlap>(line.whole("measure", 0)));
  };
  // All positions and all labels count; the last class is the blank.
  rows["ctc_loss"] = [](In in, At, DType) {
    const Shape &x = in.at(0).shape(), &t = in.at(1).shape();
    return ctc_loss(log_softmax(in.at(0)), in.at(1), full({x[1]}, x[0], i64), full({x[1]}, t[1], i64),
                    {.blank = x[2] - 1, .zero_infinity = true});
  };
  return rows;
}

}  // namespace luge::fuzz
