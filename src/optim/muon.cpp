#include <algorithm>
#include <array>
#include <cmath>

#include "luge/facts.h"
#include "luge/ops/linalg.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "optim/rules.h"

template <>
struct luge::options::Names<luge::optim::MuonScale> {
  static constexpr std::pair<luge::optim::MuonScale, const char*> all[] = {
      {luge::optim::MuonScale::match_rms, "match_rms"}, {luge::optim::MuonScale::spectral, "spectral"}};
};

template <>
struct luge::options::Listing<luge::optim::MuonOptions> {
  static void fields(auto& self, auto&& field) {
    field("momentum", self.momentum, "share of the mean of gradients that stays", at_least(0).below(1),
          elsewhere({"mu"}));
    field("nesterov", self.nesterov, "look one step ahead");
    field("iterations", self.iterations, "Newton-Schulz iterations", within(1, 99), elsewhere({"ns_steps"}));
    field("epsilon", self.epsilon, "smallest norm that is divided by", above(0), elsewhere({"eps"}));
    field("scale", self.scale, "match_rms: steps as long as those of adam; spectral: √max(1, rows/columns)",
          elsewhere({"adjust_lr_fn"}));
    field("beta1", self.beta1, "of adam for vectors: share of the mean of gradients that stays",
          at_least(0).below(1));
    field("beta2", self.beta2, "of adam for vectors: share of the mean of squares that stays",
          at_least(0).below(1));
  }
};

namespace luge::optim {
namespace {

constexpr std::array kQuintic = {3.4445, -4.7750, 2.0315};  // Jordan et al. 2024
constexpr double kVectorEpsilon = 1e-8;

struct Step : Rule {
  explicit Step(const MuonOptions& options) : options_(options) { options::check("Muon", options); }
  std::string name() const override { return "muon"; }
  Tensor update(const Tensor& parameter, const Tensor& gradient, Slots& slot) const override {
    if (parameter.rank() < 2) return of_vector(parameter, gradient, slot);
    const double mu = options_.momentum;
    Tensor& mean = slot("mean");
    mean = flush_subnormals(lerp(gradient, mean, mu));
    const Tensor direction = options_.nesterov ? lerp(gradient, mean, mu) : mean;
    const Tensor step = reshape(orthogonal(flatten(direction, 1)), parameter.shape());
    return parameter - slot.learning_rate() * scale(parameter.shape()) * step;
  }
  Tensor of_vector(const Tensor& parameter, const Tensor& gradient, Slots& slot) const {
    update_moments(slot, gradient, options_.beta1, options_.beta2);
    const Tensor deviation = root_of_squares(slot, slot("v"), options_.beta2) + kVectorEpsilon;
    return parameter - slot.learning_rate() / slot.bias_correction(options_.beta1) * slot("m") / deviation;
  }
  // A matrix with the same singular vectors, whose singular values are near 1.
  Tensor orthogonal(const Tensor& matrix) const {
    const auto [a, b, c] = kQuintic;
    const bool tall = matrix.shape()[0] > matrix.shape()[1];
    Tensor x = tall ? transpose(matrix) : matrix;
    x = x / maximum(norm(x), options_.epsilon);
    for (std::int64_t k = 0; k < options_.iterations; ++k) {
      const Tensor gram = matmul(x, x, {.transpose_b = true});
      x = a * x + matmul(b * gram + c * matmul(gram, gram), x);
    }
    return tall ? transpose(x) : x;
  }
  double scale(const Shape& shape) const {
    const double rows = static_cast<double>(shape[0]);
    const double columns =
        static_cast<double>(std::max<std::int64_t>(1, shape.elements())) / std::max(1.0, rows);
    return options_.scale == MuonScale::spectral ? std::sqrt(std::max(1.0, rows / columns))
                                                 : 0.2 * std::sqrt(std::max(rows, columns));
  }
  MuonOptions options_;
};

const bool added_muon = add("muon", "momentum of matrices with all its directions made equally long",
                            make_named<Muon, MuonOptions>);

const bool told_muon = facts::add(
    "optimizer", {{"muon",
                   {.formula = "b ← momentum·b + (1 - momentum)·g; w ← w - rate·scale·O, where O is b with "
                               "its singular values brought near 1; vectors take steps of adam",
                    .use = "for the matrices of hidden layers of large networks."}}});

}  // namespace

Muon::Muon(double learning_rate, const MuonOptions& options, const OptimizerOptions& common)
    : Optimizer(std::make_shared<Step>(options), learning_rate, with_decay(common, Decay::decoupled)) {}

}  // namespace luge::optim
