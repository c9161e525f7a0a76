// Draws of transposed convolutions, pools with powers, indices or numbers of windows, patches, and images
// that are read between their elements.
#include <algorithm>

#include "fuzz/draw.h"

namespace luge::fuzz {
namespace {

using With = std::map<std::string, Numbers>;

Numbers each(Draft& d, int rank, std::initializer_list<int> choices) {
  Numbers numbers;
  for (int k = 0; k < rank; ++k) numbers.push_back(d.one_of(choices));
  return numbers;
}

// An image with elements, of one to three spatial axes.
int some_image(Draft& d) {
  const int x = d.tame(d.image(), 3);
  if (d.shape(x).elements() == 0) throw Skip();
  return x;
}

// The same with kernels that fit its extents.
Numbers fitting(Draft& d, int x, std::initializer_list<int> choices) {
  Numbers kernel = each(d, d.rank(x) - 2, choices);
  for (std::size_t k = 0; k < kernel.size(); ++k)
    kernel[k] = std::min(kernel[k], static_cast<double>(d.shape(x)[static_cast<int>(k) + 2]));
  return kernel;
}

void conv_transpose(Draft& d) {
  const int x = some_image(d), spatial = d.rank(x) - 2;
  const std::int64_t channels = d.shape(x)[1];
  const std::int64_t groups = d.chance(0.2) ? channels : 1, out = d.one_of({1, 2, 3, 4, 8, 16});
  const Numbers kernel = each(d, spatial, {1, 2, 3, 3, 4}), stride = each(d, spatial, {1, 1, 2, 2, 3});
  With with = {{"stride", stride}};
  if (groups > 1) with["groups"] = {static_cast<double>(groups)};
  std::vector<std::int64_t> shape = {channels, out};
  std::int64_t terms = channels / groups;
  for (double k : kernel) shape.push_back(static_cast<std::int64_t>(k)), terms *= shape.back();
  if (out * channels * terms > 40000 || out * groups > 64) throw Skip();
  if (d.chance(0.3)) {
    with["mode"] = {1};
  } else if (d.chance(0.5)) {
    Numbers pads;
    for (std::size_t k = 0; k < 2 * kernel.size(); ++k)
      pads.push_back(
          static_cast<double>(d.between(0, static_cast<std::int64_t>(kernel[k % kernel.size()] - 1) / 2)));
    with["padding"] = pads;
    Numbers more;
    for (double s : stride) more.push_back(static_cast<double>(d.below(static_cast<std::int64_t>(s))));
    with["output_padding"] = more;
  }
  std::vector<int> in = {x, d.weights(Shape(shape), terms, d.dtype(x))};
  if (d.chance(0.5)) in.push_back(d.leaf({out * groups}, -1, 1, d.dtype(x)));
  d.add("conv_transpose", in, with, 1.5 * d.magnitude(x));
}

void other_pool(Draft& d) {
  const int x = some_image(d);
  const std::int64_t kind = d.below(6);
  if (kind == 0) {
    const Numbers kernel = fitting(d, x, {1, 2, 2, 3});
    With with = {{"kernel", kernel}, {"p", {d.one_of({1.0, 2.0, 2.0, 3.0})}}};
    if (d.chance(0.5)) with["stride"] = each(d, d.rank(x) - 2, {1, 2});
    if (d.chance(0.3)) with["mode"] = {1};
    d.add("lp_pool", {x}, with, 3 * d.magnitude(x));
  } else if (kind == 1) {
    d.add("adaptive_avg_pool", {x}, {{"output", each(d, d.rank(x) - 2, {1, 2, 3, 5})}});
  } else if (kind == 2) {
    d.add("adaptive_max_pool", {x}, {{"output", each(d, d.rank(x) - 2, {1, 2, 3, 5})}});
  } else if (kind == 3) {
    d.add("global_max_pool", {x});
  } else if (kind == 4) {
    d.add("global_lp_pool", {x}, {{"p", {d.one_of({2.0, 3.0})}}}, 8 * d.magnitude(x));
  } else {
    With with = {{"kernel", fitting(d, x, {1, 2, 3})}};
    if (d.chance(0.5)) {
      Numbers output;
      for (int axis = 2; axis < d.rank(x); ++axis) output.push_back(static_cast<double>(d.shape(x)[axis]));
      with["output"] = output;
    } else {  // the extents that are divisible hold all positions
      for (int axis = 2; axis < d.rank(x); ++axis) {
        if (d.shape(x)[axis] %
                static_cast<std::int64_t>(with["kernel"][static_cast<std::size_t>(axis) - 2]) !=
            0)
          throw Skip();
      }
    }
    d.add("max_unpool", {x}, with);
  }
}

void patches(Draft& d) {
  const int x = some_image(d), spatial = d.rank(x) - 2;
  const Numbers kernel = fitting(d, x, {1, 2, 3});
  With with = {{"kernel", kernel}, {"stride", each(d, spatial, {1, 1, 2})}};
  if (d.chance(0.4)) with["mode"] = {1};
  double taps = 1;
  for (double k : kernel) taps *= k;
  if (d.shape(x).elements() * static_cast<std::int64_t>(taps) > 20000) throw Skip();
  const int columns = d.add("unfold", {x}, with);
  if (d.chance(0.4)) return;
  Numbers output;
  for (int axis = 2; axis < d.rank(x); ++axis) output.push_back(static_cast<double>(d.shape(x)[axis]));
  with["output"] = output;
  d.add("fold", {columns}, with, taps * d.magnitude(x));
}

void interpolate(Draft& d) {
  const int x = some_image(d);
  const std::int64_t how = d.below(3);
  // Nearest elements are found in one way that rounding does not change: coordinates that are never halves.
  With with = {{"sizes", each(d, d.rank(x) - 2, {1, 2, 3, 4, 6, 7})}, {"how", {static_cast<double>(how)}}};
  if (how == 0) {
    with["coordinates"] = {3};
    with["rounding"] = {2};
  } else {
    with["coordinates"] = {d.one_of({0.0, 1.0, 2.0, 3.0})};
  }
  d.add("interpolate", {x}, with, 2 * d.magnitude(x));
}

void sample(Draft& d) {
  const int x = some_image(d);
  if (d.rank(x) == 3) throw Skip();
  std::vector<std::int64_t> shape = {d.shape(x)[0]};
  Numbers output;
  const int spatial = d.rank(x) - 2;
  for (int k = 0; k < spatial; ++k)
    shape.push_back(d.between(1, 4)), output.push_back(static_cast<double>(shape.back()));
  With with = {{"border", {static_cast<double>(d.below(3))}}};
  if (d.chance(0.5)) with["corners"] = {1};
  int grid;
  if (d.chance(0.5)) {
    With like = {{"output", output}};
    if (with.contains("corners")) like["corners"] = {1};
    grid =
        d.add("affine_grid", {d.leaf({d.shape(x)[0], spatial, spatial + 1}, -0.7, 0.7, d.dtype(x))}, like, 2);
  } else {
    shape.push_back(spatial);
    grid = d.leaf(Shape(shape), -1.4, 1.4, d.dtype(x));
  }
  d.add("grid_sample", {x, grid}, with);
}

void regions(Draft& d) {
  const int x = some_image(d);
  if (d.rank(x) != 4) throw Skip();
  const double largest = static_cast<double>(std::max(d.shape(x)[2], d.shape(x)[3]));
  const std::int64_t count = d.between(1, 4);
  const int boxes = d.leaf({count, 4}, -1, largest, d.dtype(x));
  const int batch = d.leaf({count}, 0, static_cast<double>(d.shape(x)[0]), "i64");
  d.add("roi_align", {x, boxes, batch},
        {{"output", each(d, 2, {1, 2, 3})}, {"samples", {d.one_of({1.0, 2.0})}}}, d.magnitude(x));
}

}  // namespace

std::vector<Draw> resample_draws() {
  return {{"conv_transpose", 4, conv_transpose}, {"other_pool", 6, other_pool}, {"patches", 3, patches},
          {"interpolate", 3, interpolate},       {"sample", 3, sample},         {"regions", 2, regions}};
}

}  // namespace luge::fuzz
