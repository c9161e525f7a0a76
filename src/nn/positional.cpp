#include "luge/nn/positional.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/math.h"
#include "luge/ops/positional.h"
#include "luge/ops/shape.h"
#include "nn/padded_axes.h"
#include "nn/registered_layer.h"

template <>
struct luge::options::Names<luge::nn::PositionKind> {
  static constexpr std::pair<nn::PositionKind, const char*> all[] = {
      {nn::PositionKind::sinusoidal, "sinusoidal"}, {nn::PositionKind::learned, "learned"}};
};

namespace luge::nn {
namespace {

using options::elsewhere;

struct PositionalText {
  std::int64_t length = 0;
  PositionalEncodingOptions options = {};
  static void fields(auto& self, auto&& field) {
    field("length", self.length, "the largest number of positions", options::at_least(1), options::required,
          elsewhere({"max_len", "sequence_length"}));
    field("kind", self.options.kind, "sine waves, or a learned table");
    field("base", self.options.base, "the base of the sine waves", options::above(0),
          elsewhere({"max_wavelength"}));
    field("init", self.options.init, "initial value of the table", elsewhere({"initializer"}));
  }
};

const RegisteredLayer<PositionalText> kPositional("positional-encoding",
                                                  "x [N,T,width] plus a vector that tells the position",
                                                  [](const PositionalText& text) {
                                                    return PositionalEncoding(text.length, text.options);
                                                  });

const bool told_positional = facts::add(
    "layer", {{"positional-encoding",
               {.formula = "y = x + p, where p_(t,2i) = sin(t/10000^(2i/width)) and p_(t,2i+1) = cos of the "
                           "same; or p is learned",
                .parameters = "none; learned: length·width",
                .output = "the shape of x [N,T,width]",
                .use = "before attention, which otherwise does not know the order of positions."}}});

}  // namespace

PositionalEncoding::PositionalEncoding(std::int64_t length, const PositionalEncodingOptions& options)
    : length_(length), options_(options) {
  options::check("PositionalEncoding", PositionalText{length, options});
  if (options.kind == PositionKind::learned) weight = parameter("weight");
}

void PositionalEncoding::check(const Tensor& x) const {
  if (x.rank() == 3 && x.extent(2) != unknown && x.extent(1) != unknown && x.extent(1) <= length_) return;
  throw ShapeError(fmt::format("input {} does not fit; expected [N,T,width] with T up to {}",
                               x.shape().to_string(), length_));
}

void PositionalEncoding::create_parameters(const Tensor& x) const {
  check(x);
  create(weight, options_.init(Shape{length_, x.extent(2)}, x.dtype()));
}

Tensor PositionalEncoding::forward(const Tensor& x) const {
  check(x);
  const std::int64_t steps = x.extent(1);
  if (!weight.defined())
    return x + sinusoidal_encoding(arange(0, steps), x.extent(2), options_.base, x.dtype());
  const Tensor all = weight.value();
  return x + (steps < length_ ? slice(all, {.stop = steps}) : all);
}

Padded PositionalEncoding::forward_padded(const Padded& x) const {
  check_axis(x, 1);
  return x.with(forward(x.values));
}

std::optional<LayerText> PositionalEncoding::text() const { return kPositional.text({length_, options_}); }

std::string PositionalEncoding::describe() const { return fmt::format("PositionalEncoding {}", length_); }

}  // namespace luge::nn
