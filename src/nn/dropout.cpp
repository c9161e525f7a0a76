#include "luge/nn/dropout.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/nn.h"
#include "luge/ops/shape.h"
#include "nn/registered_layer.h"

namespace luge::nn {
namespace {

struct DropoutText {
  std::optional<double> rate = {}, keep_prob = {};
  static void fields(auto& self, auto&& field) {
    field("rate", self.rate, "the share that is dropped", options::within(0, 1),
          options::elsewhere({"p", "dropout", "prob"}));
    field("keep_prob", self.keep_prob, "the share that is kept, in place of rate", options::within(0, 1));
  }
};

[[noreturn]] void refuse(const char* option, const char* problem) {
  throw options::OptionError("layer dropout", options::OptionError(option, problem));
}

Dropout made(const DropoutText& o) {
  if (o.rate && o.keep_prob) refuse("keep_prob", "rate and keep_prob are both given; expected one of them");
  if (!o.rate && !o.keep_prob) refuse("rate", "rate is missing: the share that is dropped, or keep_prob");
  return o.rate ? Dropout(*o.rate) : Dropout::keeping(*o.keep_prob);
}

const RegisteredLayer<DropoutText> kDropout("dropout", "drops this share of the elements in train mode",
                                            made);

const bool told_dropout = facts::add(
    "layer",
    {{"dropout",
      {.formula = "y = x·m/(1 - rate), where m is 0 with probability rate, else 1; in eval mode, y = x",
       .derivative = "m/(1 - rate)",
       .parameters = "none",
       .output = "the shape of x",
       .use = "against over-fitting, after hidden linear layers (rate 0.5) or on inputs (0.2). Units cannot "
              "rely on single others."}}});

}  // namespace

Dropout::Dropout(double rate) : rate_(rate) { options::check("Dropout", DropoutText{.rate = rate}); }

Dropout Dropout::keeping(double keep_prob) {
  options::check("Dropout", DropoutText{.keep_prob = keep_prob});
  Dropout layer(1 - keep_prob);
  layer.keep_prob_ = keep_prob;
  return layer;
}

std::optional<LayerText> Dropout::text() const {
  if (keep_prob_) return kDropout.text({.keep_prob = keep_prob_});
  return kDropout.text({.rate = rate_});
}

Tensor Dropout::forward(const Tensor& x) const { return training() ? dropout(x, rate_) : x; }

// The numbers of a draw are counted along the last axis first: with the positions on axis 0, a number depends
// on its position and not on how many positions there are.
Padded Dropout::forward_padded(const Padded& x) const {
  if (!training()) return x;
  return x.with(transpose(dropout(transpose(x.values, 0, x.axis), rate_), 0, x.axis));
}

std::string Dropout::describe() const { return fmt::format("Dropout {}", rate_); }

}  // namespace luge::nn
