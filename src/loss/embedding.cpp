#include "luge/loss/embedding.h"

#include <fmt/format.h>

#include "loss/elementwise.h"
#include "luge/error.h"
#include "luge/facts.h"
#include "luge/loss/example.h"
#include "luge/ops/embedding_losses.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

// Reductions are left out: a training takes the mean.
template <>
struct luge::options::Listing<luge::loss::ContrastiveOptions> {
  static void fields(auto& self, auto&& field) {
    field("margin", self.margin, "the distance from which different pairs cost nothing", above(0));
  }
};
template <>
struct luge::options::Listing<luge::loss::TripletLossOptions> {
  static void fields(auto& self, auto&& field) {
    field("margin", self.margin, "how much nearer the positive must be", above(0));
    field("p", self.p, "distances are p-norms", at_least(1));
  }
};

namespace luge::loss {
namespace {

// The vectors [N,D] of a prediction [N,count,D].
Tensors vectors(const char* loss, const Tensor& prediction, const Tensor& target, std::int64_t count,
                const char* what) {
  if (prediction.rank() != 3 || prediction.extent(1) != count) {
    throw ShapeError(fmt::format("{}: prediction {} does not hold {}; expected [N,{},D]", loss,
                                 prediction.shape().to_string(), what, count));
  }
  const std::int64_t n = prediction.extent(0), m = target.rank() == 0 ? -2 : target.extent(0);
  if (m == -2 || (n != m && n != unknown && m != unknown)) {
    throw ShapeError(fmt::format("{}: prediction {} and target {} differ in the number of samples", loss,
                                 prediction.shape().to_string(), target.shape().to_string()));
  }
  Tensors all;
  for (std::int64_t k = 0; k < count; ++k) all.push_back(select(prediction, 1, k));
  return all;
}

const bool added_embedding[] = {add("cosine-similarity", "1 minus the cosine of the angle between vectors",
                                    [] { return CosineSimilarity(); }),
                                add("contrastive", "pulls pairs of vectors together or apart",
                                    [](const ContrastiveOptions& o) { return Contrastive(o); }),
                                add("triplet", "pulls an anchor to one vector and away from another",
                                    [](const TripletLossOptions& o) { return Triplet(o); })};

// A vector (x, 0), as one row of a prediction.
Tensor along(const Tensor& x) { return concat({x, full({1}, 0.0, f64)}); }
Tensor rows(const Tensors& all) { return unsqueeze(stack(all), 0); }

const bool shown[] = {
    add_example("cosine-similarity",
                [](const Loss&) {
                  return Example{"angle in radians between prediction and target",
                                 -3.14,
                                 3.14,
                                 {{"t = (1, 0)", tensor({1.0, 0.0}, Shape{1, 2}), [](const Tensor& x) {
                                     return unsqueeze(concat({cos(x), sin(x)}), 0);
                                   }}}};
                }),
    add_example("contrastive",
                [](const Loss&) {
                  const auto pair = [](const Tensor& x) { return rows({zeros({2}, f64), along(x)}); };
                  return Example{"distance d of the two vectors",
                                 0.01,
                                 2,
                                 {{"t = 1: alike", tensor({1.0}, Shape{1}), pair},
                                  {"t = 0: different", tensor({0.0}, Shape{1}), pair}}};
                }),
    add_example("triplet", [](const Loss&) {
      const auto triple = [](double near) {
        return [near](const Tensor& x) {
          return rows({zeros({2}, f64), tensor({near, 0.0}, Shape{2}), along(x)});
        };
      };
      return Example{
          "distance d(a, n) to the negative",
          0.01,
          4,
          {{"d(a, p) = 0.5", zeros({1}, f64), triple(0.5)}, {"d(a, p) = 1.5", zeros({1}, f64), triple(1.5)}}};
    })};

const bool told_embedding = facts::add(
    "loss", {{"cosine-similarity",
              {.formula = "L = 1 - y·t/(|y|·|t|)",
               .derivative = "∂L/∂y = -(t/|t| - cos·y/|y|)/|y|, where cos = y·t/(|y|·|t|)",
               .range = "[0, 2]",
               .use = "for vectors whose direction matters and whose length does not."}},
             {"contrastive",
              {.formula = "L = t·d² + (1 - t)·max(0, margin - d)², where d is the distance of two vectors",
               .derivative = "∂L/∂d = 2·t·d - 2·(1 - t)·max(0, margin - d)",
               .range = "[0, ∞)",
               .use = "to learn vectors from pairs: alike (t = 1) near each other, different (t = 0) at "
                      "least margin apart."}},
             {"triplet",
              {.formula = "L = max(0, d(a, p) - d(a, n) + margin)",
               .derivative = "∂L/∂d(a, p) = 1 and ∂L/∂d(a, n) = -1 where L > 0, else 0",
               .range = "[0, ∞)",
               .use = "to learn vectors from triples, as of faces: the anchor a nearer to the positive p "
                      "than to the negative n."}}});

}  // namespace

CosineSimilarity::CosineSimilarity(Reduction reduction)
    : Loss("cosine_similarity", reduction, [](const Tensor& prediction, const Tensor& target) {
        const Tensor each = cosine_loss(prediction, matched("cosine_similarity", prediction, target));
        return Cost{mean_per_sample(each), {}};
      }) {}

Contrastive::Contrastive(const ContrastiveOptions& o)
    : Loss("contrastive", o.reduction,
           [o](const Tensor& prediction, const Tensor& target) {
             const Tensors pair = vectors("contrastive", prediction, target, 2, "pairs of vectors");
             const Tensor similar = matched("contrastive", sum(pair[0], -1), target);
             return Cost{contrastive_loss(pair[0], pair[1], similar, o.margin), {}};
           },
           {.outputs = OutputKind::values, .targets = Targets::Kind::probabilities}) {
  options::check("contrastive", o);
}

Triplet::Triplet(const TripletLossOptions& o)
    : Loss("triplet", o.reduction, [o](const Tensor& prediction, const Tensor& target) {
        const Tensors v = vectors("triplet", prediction, target, 3, "an anchor, a positive and a negative");
        return Cost{triplet_margin_loss(v[0], v[1], v[2], {.margin = o.margin, .p = o.p}), {}};
      }) {
  options::check("triplet", o);
}

}  // namespace luge::loss
