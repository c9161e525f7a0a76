#include "luge/nn/views.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "nn/module_state.h"
#include "nn/registered_layer.h"

template <>
struct luge::options::Listing<luge::nn::ViewsOptions> {
  static void fields(auto& self, auto&& field) {
    field("mirror", self.mirror, "also look at pictures mirrored left to right",
          elsewhere({"tta", "horizontal_flip"}));
    field("shift", self.shift, "also look at pictures moved by this number of pixels; 0: not",
          at_least(0).at_most(1000));
  }
};

namespace luge::nn {
namespace {

const RegisteredLayer<ViewsOptions> kViews(
    "views", "body(x); in eval mode its mean over mirrored and moved pictures",
    [](const ViewsOptions& o, const Parts& parts) { return Views(parts[0].second, o); }, {"body"});

// The picture moved down and right by this number of pixels, or up and left by a negative one.
Tensor moved(const Tensor& x, std::int64_t by) {
  const std::int64_t margin = by < 0 ? -by : by;
  const Tensor wide =
      pad(x, {{.axis = 2, .before = margin, .after = margin}, {.axis = 3, .before = margin, .after = margin}},
          {.mode = PadMode::reflect});
  const std::int64_t first = margin - by;  // 0, or twice the margin
  const auto cut = [&](const Tensor& all, int axis) {
    return first == 0 ? slice(all, {.axis = axis, .stop = -2 * margin})
                      : slice(all, {.axis = axis, .start = first});
  };
  return cut(cut(wide, 2), 3);
}

const bool told_views =
    facts::add("layer", {{"views",
                          {.formula = "train mode: y = body(x); eval mode: the mean of body over views of x",
                           .parameters = "those of body",
                           .output = "the shape that body returns",
                           .use = "for a little more accuracy of classifiers of pictures: mirror doubles the "
                                  "work of a prediction, mirror and shift take six times as much."}}});

}  // namespace

Views::Views(const Model& body, const ViewsOptions& options) : options_(options) {
  options::check("Views", options);
  if (!body.defined()) throw ValueError("Views: the body is empty");
  child("body", body);
}

Tensor Views::looked(const Tensor& x) const {
  const Module& body = *state()->children[0].module;
  const Tensor straight = body(x);  // first: operands of + have no order
  return options_.mirror ? 0.5 * (straight + body(flip(x, {3}))) : straight;
}

Tensor Views::forward(const Tensor& x) const {
  if (training()) return (*state()->children[0].module)(x);
  if (x.rank() != 4) {
    throw ShapeError(
        fmt::format("input {} has {} axes; expected pictures [N,C,H,W]", x.shape().to_string(), x.rank()));
  }
  const Tensor straight = looked(x);
  if (straight.rank() > 2) {
    throw ShapeError(
        fmt::format("the body gives {}, whose positions do not move back; expected answers about "
                    "whole pictures, [N] or [N,K]",
                    straight.shape().to_string()));
  }
  if (options_.shift == 0) return straight;
  const Tensor back = looked(moved(x, -options_.shift)), on = looked(moved(x, options_.shift));
  return 0.5 * straight + 0.25 * (back + on);
}

std::string Views::describe() const {
  return fmt::format("Views{}{}", options_.mirror ? " mirror" : "",
                     options_.shift > 0 ? fmt::format(" shift {}", options_.shift) : "");
}
std::optional<LayerText> Views::text() const { return kViews.text(options_, child_models()); }

}  // namespace luge::nn
