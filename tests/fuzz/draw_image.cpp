// Draws of convolutions, pools and normalizations over images.
#include <algorithm>

#include "fuzz/draw.h"

namespace luge::fuzz {

namespace {

double as_number(std::int64_t value) { return static_cast<double>(value); }

using With = std::map<std::string, Numbers>;

// One number for each of `rank` axes, or one for all.
Numbers per_axis(Draft& d, int rank, std::initializer_list<int> choices) {
  Numbers numbers;
  const bool same = d.chance(0.6);
  for (int k = 0; k < rank; ++k) numbers.push_back(same && k > 0 ? numbers[0] : d.one_of(choices));
  return numbers;
}

void add_padding(Draft& d, With& with, const Numbers& kernel, const Numbers& dilation) {
  const std::int64_t kind = d.below(5);
  if (kind == 0) return;
  if (kind <= 2) {
    with["mode"] = {1};
  } else if (kind == 3) {
    with["mode"] = {2};
  } else {
    Numbers pads;
    for (std::size_t k = 0; k < 2 * kernel.size(); ++k) {
      const double most = std::min((kernel[k % kernel.size()] - 1) * dilation[k % dilation.size()], 3.0);
      pads.push_back(as_number(d.between(0, static_cast<std::int64_t>(most))));
    }
    with["padding"] = pads;
  }
}

void conv(Draft& d) {
  const int x = d.tame(d.image(), 3);
  const int spatial = d.rank(x) - 2;
  const std::int64_t channels = d.shape(x)[1];
  std::int64_t groups = 1, out = d.one_of({1, 2, 3, 4, 8, 8, 16, 16, 17, 31, 32, 33, 64});
  if (d.chance(0.2))
    groups = out = channels;  // depthwise
  else if (d.chance(0.1))
    groups = channels, out = channels * 2;
  else if (d.chance(0.15) && channels % 2 == 0)
    groups = 2, out = 2 * d.between(1, 9);
  if (channels == 0) throw Skip();
  const Numbers kernel = per_axis(d, spatial, {1, 1, 2, 3, 3, 3, 5, 7});
  const Numbers dilation =
      d.chance(0.8) ? Numbers(static_cast<std::size_t>(spatial), 1) : per_axis(d, spatial, {1, 2, 3});
  With with = {{"stride", d.chance(0.65) ? Numbers(static_cast<std::size_t>(spatial), 1)
                                         : per_axis(d, spatial, {1, 2, 3})}};
  if (dilation != Numbers(static_cast<std::size_t>(spatial), 1)) with["dilation"] = dilation;
  if (groups > 1) with["groups"] = {as_number(groups)};
  if (*std::max_element(kernel.begin(), kernel.end()) > 1) add_padding(d, with, kernel, dilation);
  bool wide = with.contains("padding") || with.contains("mode");  // enough for every border
  for (int k = 0; k < spatial; ++k) {
    const auto at = static_cast<std::size_t>(k);
    wide = wide && as_number(d.shape(x)[k + 2]) > (kernel[at] - 1) * dilation[at];
  }
  if (wide && d.chance(0.2)) with["border"] = {as_number(d.between(1, 3))};
  std::vector<std::int64_t> shape = {out, channels / groups};
  std::int64_t terms = channels / groups;
  for (double k : kernel) shape.push_back(static_cast<std::int64_t>(k)), terms *= shape.back();
  if (out * terms > 40000) throw Skip();
  std::vector<int> in = {x, d.weights(Shape(shape), terms, d.dtype(x))};
  if (d.chance(0.5)) in.push_back(d.leaf({out}, -1, 1, d.dtype(x)));
  d.add("conv", in, with, 1.5 * d.magnitude(x));
}

void pool(Draft& d) {
  const int x = d.tame(d.image());
  const int spatial = d.rank(x) - 2;
  if (d.chance(0.1)) {
    d.add("global_avg_pool", {x});
    return;
  }
  const Numbers kernel = per_axis(d, spatial, {1, 2, 2, 3, 3, 4});
  const Numbers dilation =
      d.chance(0.85) ? Numbers(static_cast<std::size_t>(spatial), 1) : per_axis(d, spatial, {1, 2, 3});
  With with = {{"kernel", kernel}};
  if (d.chance(0.6)) with["stride"] = per_axis(d, spatial, {1, 2, 2, 3});
  const bool dilated = dilation != Numbers(static_cast<std::size_t>(spatial), 1);
  if (dilated) {  // with padding, a window may lie in it whole: no maximum, no mean
    with["dilation"] = dilation;
  } else if (d.chance(0.4)) {
    Numbers pads;
    for (std::size_t k = 0; k < 2 * kernel.size(); ++k)
      pads.push_back(as_number(d.between(0, static_cast<std::int64_t>(kernel[k % kernel.size()]) / 2)));
    with["padding"] = pads;
  } else if (d.chance(0.3)) {
    with["mode"] = {1};
  }
  if (d.chance(0.2)) with["ceil"] = {1};
  if (d.chance(0.5)) {
    d.add("max_pool", {x}, with);
    return;
  }
  if (d.chance(0.3)) with["include"] = {1};
  d.add("avg_pool", {x}, with);
}

void batch_norm(Draft& d) {
  const int x = d.tame(d.chance(0.85) ? d.image() : d.real(2, 2));
  const std::int64_t channels = d.shape(x)[1],
                     count = d.shape(x).elements() / std::max<std::int64_t>(channels, 1);
  const std::string dtype = d.dtype(x);
  const int scale = d.leaf({channels}, 0.5, 1.5, dtype), shift = d.leaf({channels}, -1, 1, dtype);
  if (d.chance(0.5)) {
    const int mean = d.leaf({channels}, -0.5, 0.5, dtype), variance = d.leaf({channels}, 0.5, 2, dtype);
    d.add("batch_norm_inference", {x, scale, shift, mean, variance}, {{"epsilon", {d.one_of({1e-5, 1e-3})}}},
          4);
    return;
  }
  if (count < 3) throw Skip();  // a channel of one or two elements tells ±1 whatever they are
  const int y = d.add("batch_norm", {x, scale, shift}, {{"epsilon", {d.one_of({1e-3, 0.1})}}}, 4);
  if (d.chance(0.2)) {
    d.add("batch_norm", {x, scale, shift}, {{"epsilon", {1e-3}}, {"out", {as_number(d.between(1, 2))}}}, 2);
    if (d.chance(0.7)) d.add("relu", {y});
  }
}

void activation(Draft& d) {
  const int x = d.image();
  const std::int64_t kind = d.below(6);
  if (kind <= 1)
    d.add("relu", {x});
  else if (kind == 2)
    d.add("leaky_relu", {x}, {{"slope", {0.1}}});
  else if (kind == 3)
    d.add("relu6", {d.tame(x)});
  else if (kind == 4)
    d.add("gelu", {d.tame(x)});
  else
    d.add("mul", {d.tame(x), d.add("sigmoid", {d.tame(x)}, {}, 1)});
}

// The whole again, a channel's number, a place's number, a sample's number.
void operand(Draft& d) {
  const int x = d.tame(d.image());
  std::vector<std::int64_t> shape(d.shape(x).begin(), d.shape(x).end());
  const std::int64_t kind = d.below(6);
  for (std::size_t k = 0; k < shape.size(); ++k) {
    const bool keep = kind == 0 || (kind == 1 && k == 1) || (kind == 2 && k >= 2) || (kind == 3 && k == 0) ||
                      (kind == 4 && k != 1);
    if (!keep) shape[k] = 1;
  }
  int other = d.leaf(Shape(shape), -1.5, 1.5, d.dtype(x));
  if (kind == 0 && d.chance(0.3)) other = d.partner(x);
  const std::string op = d.one_of<std::string>({"add", "add", "mul", "sub", "maximum", "minimum"});
  if (d.chance(0.3))
    d.add(op, {other, x}, {}, 3 * d.magnitude(x));
  else
    d.add(op, {x, other}, {}, 3 * d.magnitude(x));
}

void flattened(Draft& d) {
  const int x = d.image();
  d.add("flatten", {x}, {{"first", {1}}, {"last", {-1}}});
}

}  // namespace

std::vector<Draw> image_draws() {
  return {{"conv", 14, conv},
          {"pool", 6, pool},
          {"batch_norm", 6, batch_norm},
          {"activation", 6, activation},
          {"operand", 5, operand},
          {"flattened", 1, flattened}};
}

}  // namespace luge::fuzz
