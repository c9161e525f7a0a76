#include "luge/nn/noise.h"

#include <fmt/format.h>

#include "luge/facts.h"
#include "luge/ops/noise.h"
#include "luge/ops/shape.h"
#include "nn/padded_axes.h"
#include "nn/registered_layer.h"

namespace luge::nn {
namespace {

using options::elsewhere, options::required;

struct RateText {
  double rate = 0;
  static void fields(auto& self, auto&& field) {
    field("rate", self.rate, "the share that is dropped", options::within(0, 1), required,
          elsewhere({"p", "drop_prob"}));
  }
};
struct StrictRateText {
  double rate = 0;
  static void fields(auto& self, auto&& field) {
    field("rate", self.rate, "the share that is dropped", options::at_least(0).below(1), required,
          elsewhere({"p"}));
  }
};
struct DeviationText {
  double deviation = 0;
  static void fields(auto& self, auto&& field) {
    field("deviation", self.deviation, "the standard deviation of the noise", options::at_least(0), required,
          elsewhere({"stddev", "std"}));
  }
};

const RegisteredLayer<RateText> kSpatial("spatial-dropout",
                                         "drops this share of the channels of [N,C,…] in train mode",
                                         [](const RateText& o) { return SpatialDropout(o.rate); });
const RegisteredLayer<RateText> kPath("drop-path", "drops this share of the samples in train mode",
                                      [](const RateText& o) { return DropPath(o.rate); });
const RegisteredLayer<StrictRateText> kGaussian("gaussian-dropout",
                                                "multiplies by normal numbers of mean 1 in train mode",
                                                [](const StrictRateText& o) {
                                                  return GaussianDropout(o.rate);
                                                });
const RegisteredLayer<DeviationText> kNoise("gaussian-noise", "adds normal numbers in train mode",
                                            [](const DeviationText& o) {
                                              return GaussianNoise(o.deviation);
                                            });
const RegisteredLayer<StrictRateText> kAlpha("alpha-dropout", "the dropout after selu, in train mode",
                                             [](const StrictRateText& o) { return AlphaDropout(o.rate); });

Tensor disturbed(const SpatialDropout&, const Tensor& x, double rate) { return spatial_dropout(x, rate); }
Tensor disturbed(const DropPath&, const Tensor& x, double rate) { return drop_path(x, rate); }
Tensor disturbed(const GaussianDropout&, const Tensor& x, double rate) { return gaussian_dropout(x, rate); }
Tensor disturbed(const GaussianNoise&, const Tensor& x, double by) { return gaussian_noise(x, by); }
Tensor disturbed(const AlphaDropout&, const Tensor& x, double rate) { return alpha_dropout(x, rate); }

const bool told_noise = facts::add(
    "layer",
    {{"spatial-dropout",
      {.formula = "y = x·m/(1 - rate), where m is one number for each channel of a sample: 0 with "
                  "probability rate, else 1; in eval mode, y = x",
       .parameters = "none",
       .output = "the shape of x [N,C,…]",
       .use = "after convolutions, where neighboring elements tell the same."}},
     {"drop-path",
      {.formula = "y = x·m/(1 - rate), where m is one number for each sample: 0 with probability rate, else "
                  "1; in eval mode, y = x",
       .parameters = "none",
       .output = "the shape of x",
       .use = "in the body of a residual connection: blocks are skipped at random (stochastic depth)."}},
     {"gaussian-dropout",
      {.formula = "y = x·m, where m is normal with mean 1 and variance rate/(1 - rate); in eval mode, y = x",
       .parameters = "none",
       .output = "the shape of x",
       .use = "like dropout, without zeros."}},
     {"gaussian-noise",
      {.formula = "y = x + noise, normal with the standard deviation given; in eval mode, y = x",
       .parameters = "none",
       .output = "the shape of x",
       .use = "on inputs, against over-fitting: the network sees no sample twice."}},
     {"alpha-dropout",
      {.formula = "y = a·(x where kept, else -1.7581) + b, where a and b keep mean 0 and variance 1; in eval "
                  "mode, y = x",
       .parameters = "none",
       .output = "the shape of x",
       .use = "after selu."}}});

}  // namespace

template <class Self>
Tensor Noise<Self>::forward(const Tensor& x) const {
  return this->training() ? disturbed(static_cast<const Self&>(*this), x, amount_) : x;
}

// The numbers of a draw are counted along the last axis first: with the positions on axis 0, a number depends
// on its position and not on how many positions there are.
template <class Self>
Padded Noise<Self>::forward_padded(const Padded& x) const {
  if (!this->training()) return x;
  return x.with(transpose(forward(transpose(x.values, 0, x.axis)), 0, x.axis));
}

template <class Self>
std::string Noise<Self>::describe() const {
  return fmt::format("{} {}", this->type(), amount_);
}

template class Noise<SpatialDropout>;
template class Noise<DropPath>;
template class Noise<GaussianDropout>;
template class Noise<GaussianNoise>;
template class Noise<AlphaDropout>;

SpatialDropout::SpatialDropout(double rate) : Noise(rate) {
  options::check("SpatialDropout", RateText{rate});
}
DropPath::DropPath(double rate) : Noise(rate) { options::check("DropPath", RateText{rate}); }
GaussianDropout::GaussianDropout(double rate) : Noise(rate) {
  options::check("GaussianDropout", StrictRateText{rate});
}
GaussianNoise::GaussianNoise(double deviation) : Noise(deviation) {
  options::check("GaussianNoise", DeviationText{deviation});
}
AlphaDropout::AlphaDropout(double rate) : Noise(rate) {
  options::check("AlphaDropout", StrictRateText{rate});
}

std::optional<LayerText> SpatialDropout::text() const { return kSpatial.text({amount_}); }
std::optional<LayerText> DropPath::text() const { return kPath.text({amount_}); }
std::optional<LayerText> GaussianDropout::text() const { return kGaussian.text({amount_}); }
std::optional<LayerText> GaussianNoise::text() const { return kNoise.text({amount_}); }
std::optional<LayerText> AlphaDropout::text() const { return kAlpha.text({amount_}); }

Padded SpatialDropout::forward_padded(const Padded& x) const {
  check_apart(x, 1, 1);
  return x.with(forward(x.values));
}
Padded DropPath::forward_padded(const Padded& x) const { return x.with(forward(x.values)); }

}  // namespace luge::nn
