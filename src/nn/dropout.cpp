#include "luge/nn/dropout.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/nn.h"
#include "luge/ops/shape.h"
#include "nn/registered_layer.h"

namespace luge::nn {
namespace {

struct DropoutText {
  double rate = 0;
  static void fields(auto& self, auto&& field) {
    field("rate", self.rate, "the share that is dropped", options::within(0, 1), options::required,
          options::elsewhere({"p", "dropout", "prob"}));
  }
};

const RegisteredLayer<DropoutText> kDropout("dropout", "drops this share of the elements in train mode",
                                            [](const DropoutText& o) { return Dropout(o.rate); });

}  // namespace

Dropout::Dropout(double rate) : rate_(rate) { options::check("Dropout", DropoutText{rate}); }

std::optional<LayerText> Dropout::text() const { return kDropout.text({rate_}); }

Tensor Dropout::forward(const Tensor& x) const { return training() ? dropout(x, rate_) : x; }

// The numbers of a draw are counted along the last axis first: with the positions on axis 0, a number depends
// on its position and not on how many positions there are.
Padded Dropout::forward_padded(const Padded& x) const {
  if (!training()) return x;
  return x.with(transpose(dropout(transpose(x.values, 0, x.axis), rate_), 0, x.axis));
}

std::string Dropout::describe() const { return fmt::format("Dropout {}", rate_); }

}  // namespace luge::nn
