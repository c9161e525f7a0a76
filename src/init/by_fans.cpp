// Initializers whose deviation follows from the fans.
#include <cmath>

#include "init/registry.h"
#include "luge/facts.h"
#include "luge/init/structured.h"
#include "luge/ops/random.h"

template <>
struct luge::options::Names<luge::init::FanMode> {
  using Mode = luge::init::FanMode;
  static constexpr std::pair<Mode, const char*> all[] = {
      {Mode::fan_in, "fan_in"}, {Mode::fan_out, "fan_out"}, {Mode::fan_avg, "fan_avg"}};
};
template <>
struct luge::options::Names<luge::init::Distribution> {
  using Distribution = luge::init::Distribution;
  static constexpr std::pair<Distribution, const char*> all[] = {
      {Distribution::truncated_normal, "truncated_normal"},
      {Distribution::normal, "normal"},
      {Distribution::uniform, "uniform"}};
};
template <>
struct luge::options::Listing<luge::init::VarianceScalingOptions> {
  static void fields(auto& self, auto&& field) {
    field("scale", self.scale, "factor of the variance", above(0));
    field("mode", self.mode, "the fans that the variance is divided by", elsewhere({"fan"}));
    field("distribution", self.distribution, "what is drawn from");
  }
};

template <>
struct luge::options::Names<luge::init::Fan> {
  static constexpr std::pair<luge::init::Fan, const char*> all[] = {{luge::init::Fan::in, "in"},
                                                                    {luge::init::Fan::out, "out"}};
};

namespace luge::init {
namespace {

// The deviation of normal numbers that are at most two deviations from 0.
constexpr double kTruncated = 0.87962566103423978;

/// A deviation or bound that depends only on the fans.
using Scale = std::function<double(const Fans&)>;

Initializer scaled_uniform(std::string name, Scale bound) {
  return {std::move(name), [bound](const Shape& shape, const Fans& fans, DType dtype) {
            const double b = bound(fans);
            return random::uniform(shape, -b, b, dtype);
          }};
}

Initializer scaled_normal(std::string name, Scale deviation) {
  return {std::move(name), [deviation](const Shape& shape, const Fans& fans, DType dtype) {
            return random::normal(shape, 0, deviation(fans), dtype);
          }};
}

struct GainOptions {
  double gain = 1;
  static void fields(auto& self, auto&& field) {
    field("gain", self.gain, "factor of the deviation", options::above(0));
  }
};
struct FanOptions {
  Fan fan = Fan::in;
  double slope = 0;
  static void fields(auto& self, auto&& field) {
    field("fan", self.fan, "in: the variance stays in the forward pass; out: in the backward pass",
          options::elsewhere({"mode"}));
    field("slope", self.slope, "slope below 0 of the relu that follows", options::at_least(0),
          options::elsewhere({"a", "negative_slope"}));
  }
};

// The variance that a relu takes away.
double fan_of(const FanOptions& options, const Fans& fans) {
  return (1 + options.slope * options.slope) * (options.fan == Fan::out ? fans.out : fans.in);
}

Initializer make_uniform(const GainOptions& options) { return xavier_uniform(options.gain); }
Initializer make_normal(const GainOptions& options) { return xavier_normal(options.gain); }

const bool added_xavier_uniform =
    add("xavier_uniform", "uniform numbers, for layers without relu (Glorot 2010)", make_uniform);
const bool added_xavier_normal =
    add("xavier_normal", "normal numbers, for layers without relu (Glorot 2010)", make_normal);
const bool added_glorot_uniform = add("glorot_uniform", "another name of xavier_uniform", make_uniform);
const bool added_glorot_normal = add("glorot_normal", "another name of xavier_normal", make_normal);
const bool added_he_uniform =
    add("he_uniform", "uniform numbers, for layers that a relu follows (He 2015)",
        [](const FanOptions& options) { return he_uniform(options.fan, options.slope); });
const bool added_he_normal =
    add("he_normal", "normal numbers, for layers that a relu follows (He 2015)",
        [](const FanOptions& options) { return he_normal(options.fan, options.slope); });
const bool added_lecun =
    add("lecun_normal", "normal numbers with the variance 1/fan_in (LeCun 1998)", lecun_normal);
const bool added_lecun_uniform =
    add("lecun_uniform", "uniform numbers with the variance 1/fan_in (LeCun 1998)", lecun_uniform);
const bool added_scaling =
    add("variance_scaling", "numbers whose variance is scale divided by the fans",
        [](const VarianceScalingOptions& options) { return variance_scaling(options); });
const bool added_fan_in =
    add("fan_in_uniform", "uniform numbers within 1/√fan_in, the default of most layers", fan_in_uniform);

// Names of earlier versions.
const bool has_other_names = known().take_names([](std::string_view name) -> std::optional<std::string> {
  if (name == "he_uniform_out") return "he_uniform(fan=out)";
  if (name == "he_normal_out") return "he_normal(fan=out)";
  return std::nullopt;
});

constexpr Facts kXavierUniformFacts = {
    .formula = "w from U(-b, b), where b = gain·√(6/(fan_in + fan_out))",
    .use = "before tanh and sigmoid: outputs and gradients keep their variance on the way through layers."};
constexpr Facts kXavierNormalFacts = {.formula = "w from N(0, d²), where d = gain·√(2/(fan_in + fan_out))",
                                      .use = "before tanh and sigmoid, as xavier_uniform."};
const bool told_by_fans = facts::add(
    "initializer",
    {{"xavier_uniform", kXavierUniformFacts},
     {"glorot_uniform", kXavierUniformFacts},
     {"xavier_normal", kXavierNormalFacts},
     {"glorot_normal", kXavierNormalFacts},
     {"he_uniform",
      {.formula = "w from U(-b, b), where b = √(6/((1 + slope²)·fan))",
       .use = "before relu, which halves the variance."}},
     {"he_normal",
      {.formula = "w from N(0, d²), where d = √(2/((1 + slope²)·fan))",
       .use = "before relu, which halves the variance."}},
     {"lecun_normal", {.formula = "w from N(0, 1/fan_in)", .use = "before selu and scaled-tanh."}},
     {"lecun_uniform",
      {.formula = "w from U(-b, b), where b = √(3/fan_in)", .use = "before selu and scaled-tanh."}},
     {"variance_scaling",
      {.formula = "w with the variance scale/n, where n is fan_in, fan_out or their mean",
       .use = "to set any of the rules by fans by hand."}},
     {"fan_in_uniform",
      {.formula = "w from U(-b, b), where b = 1/√fan_in",
       .use = "as the default of most layers, as in PyTorch."}}});

}  // namespace

Initializer xavier_uniform(double gain) {
  options::check("init::xavier_uniform", GainOptions{gain});
  return scaled_uniform(name_with("xavier_uniform", GainOptions{gain}),
                        [gain](const Fans& f) { return gain * std::sqrt(6 / (f.in + f.out)); });
}
Initializer xavier_normal(double gain) {
  options::check("init::xavier_normal", GainOptions{gain});
  return scaled_normal(name_with("xavier_normal", GainOptions{gain}),
                       [gain](const Fans& f) { return gain * std::sqrt(2 / (f.in + f.out)); });
}
Initializer he_uniform(Fan fan, double slope) {
  const FanOptions options{fan, slope};
  options::check("init::he_uniform", options);
  return scaled_uniform(name_with("he_uniform", options),
                        [options](const Fans& f) { return std::sqrt(6 / fan_of(options, f)); });
}
Initializer he_uniform(Fan fan) { return he_uniform(fan, 0); }
Initializer he_normal(Fan fan) { return he_normal(fan, 0); }
Initializer he_normal(Fan fan, double slope) {
  const FanOptions options{fan, slope};
  options::check("init::he_normal", options);
  return scaled_normal(name_with("he_normal", options),
                       [options](const Fans& f) { return std::sqrt(2 / fan_of(options, f)); });
}
Initializer lecun_normal() {
  return scaled_normal("lecun_normal", [](const Fans& f) { return std::sqrt(1 / f.in); });
}
Initializer lecun_uniform() {
  return scaled_uniform("lecun_uniform", [](const Fans& f) { return std::sqrt(3 / f.in); });
}
Initializer fan_in_uniform() {
  return scaled_uniform("fan_in_uniform", [](const Fans& f) { return 1 / std::sqrt(f.in); });
}

Initializer variance_scaling(const VarianceScalingOptions& options) {
  options::check("init::variance_scaling", options);
  return {name_with("variance_scaling", options),
          [options](const Shape& shape, const Fans& fans, DType dtype) {
            const double both = (fans.in + fans.out) / 2;
            const double fan = options.mode == FanMode::fan_in    ? fans.in
                               : options.mode == FanMode::fan_out ? fans.out
                                                                  : both;
            const double deviation = std::sqrt(options.scale / fan);
            switch (options.distribution) {
              case Distribution::normal: return random::normal(shape, 0, deviation, dtype);
              case Distribution::uniform: {
                const double bound = std::sqrt(3.0) * deviation;
                return random::uniform(shape, -bound, bound, dtype);
              }
              case Distribution::truncated_normal: break;
            }
            return random::truncated_normal(shape, 0, deviation / kTruncated, dtype);
          }};
}

}  // namespace luge::init
