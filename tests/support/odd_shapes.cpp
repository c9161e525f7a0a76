#include "support/odd_shapes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <random>
#include <set>

#include "support/kernel_case.h"

namespace luge::testing {
namespace {

using Extents = std::vector<std::int64_t>;

class Draw {
 public:
  explicit Draw(unsigned seed) : engine_(seed) {}
  std::int64_t of(const Extents& values) { return values[engine_() % values.size()]; }
  bool once_in(unsigned count) { return engine_() % count == 0; }

 private:
  std::mt19937 engine_;
};

ConvAttributes steps(std::size_t spatial, std::int64_t stride, PaddingMode padding, std::int64_t groups = 1) {
  return {Extents(spatial, stride), Extents(spatial, 1), padding, {}, groups};
}

std::int64_t product(const Shape& shape) { return shape.elements(); }

// Multiplications; the reference loop takes a nanosecond or two for each.
std::int64_t work(const OddConv& c) { return product(c.y) * product(c.w) / c.w[0]; }

OddConv conv(Shape x, Shape w, ConvAttributes attributes) {
  const Shape y = make_op("conv", attributes)->infer({{f32, x}, {f32, w}})[0].shape;
  return {std::move(x), std::move(w), y, std::move(attributes)};
}

// What has been wrong before, and what its neighbors are.
std::vector<OddConv> known_convs() {
  constexpr auto same = PaddingMode::same, valid = PaddingMode::valid;
  std::vector<OddConv> all = {
      conv({4, 48, 5, 1}, {61, 48, 7, 7}, steps(2, 2, same)),
      conv({4, 32, 1, 2}, {32, 1, 1, 7}, steps(2, 1, same, 32)),
      conv({1, 64, 1, 1}, {64, 1, 5, 5}, steps(2, 1, same, 64)),
      conv({4, 33, 1, 1}, {33, 1, 3, 3}, steps(2, 1, same, 33)),
      conv({3, 5, 1, 1}, {1, 5, 1, 1}, steps(2, 1, valid)),
      conv({3, 4, 9, 5}, {1, 4, 3, 3}, steps(2, 1, same)),
      conv({2, 3, 7, 7}, {5, 3, 3, 3}, steps(2, 1, same)),
      conv({1, 16, 7, 7}, {16, 16, 3, 3}, steps(2, 1, same)),
      conv({2, 32, 6, 6}, {32, 32, 1, 1}, steps(2, 1, valid)),
      conv({1, 32, 6, 6}, {32, 1, 3, 3}, steps(2, 1, same, 32)),
      conv({1, 1, 6, 14}, {17, 1, 1, 1}, steps(2, 2, same)),
      conv({2, 16, 4, 4, 4}, {16, 16, 3, 3, 3}, steps(3, 3, same)),
      conv({4, 16, 6, 6, 6}, {5, 16, 5, 5, 5}, steps(3, 3, same)),
  };
  for (const std::int64_t channels : {2, 3, 5}) {
    for (const std::int64_t filters : {31, 64})
      all.push_back(conv({2, channels, 40, 40}, {filters, channels, 1, 1}, steps(2, 2, valid)));
  }
  return all;
}

OddConv drawn_conv(Draw& draw) {
  while (true) {
    const auto spatial = static_cast<std::size_t>(draw.of({1, 2, 2, 2, 2, 3}));
    std::int64_t channels = draw.of({1, 2, 3, 5, 8, 16, 17, 31, 32, 33, 48, 64}),
                 filters = draw.of({1, 2, 3, 5, 8, 16, 17, 31, 32, 33, 48, 61, 64}), groups = 1;
    if (draw.once_in(4)) {
      groups = draw.once_in(3) && channels % 2 == 0 ? 2 : channels;
      filters = channels * draw.of({1, 1, 1, 2});
    }
    ConvAttributes a = steps(spatial, 1, PaddingMode::same, groups);
    Shape x{draw.of({1, 1, 2, 3, 4}), channels}, w{filters, channels / groups};
    const std::int64_t longest = spatial == 1 ? 40 : spatial == 2 ? 14 : 6;
    const bool square = draw.once_in(2);
    const std::int64_t kernel = draw.of({1, 1, 2, 3, 3, 3, 5, 7}), extent = draw.of({1, 2, 5, 7, 13, 40}),
                       stride = draw.of({1, 1, 1, 2, 3});
    bool fits = true;
    const PaddingMode modes[] = {PaddingMode::same, PaddingMode::same, PaddingMode::valid,
                                 PaddingMode::explicit_};
    a.padding = modes[draw.of({0, 1, 2, 3})];
    Extents ends;
    for (std::size_t k = 0; k < spatial; ++k) {
      const std::int64_t taps = square ? kernel : draw.of({1, 1, 2, 3, 5, 7}),
                         points = std::min(square ? extent : draw.of({1, 1, 2, 3, 6, 9, 14}), longest);
      a.stride[k] = square ? stride : draw.of({1, 1, 1, 2, 3});
      a.dilation[k] = draw.once_in(5) ? draw.of({2, 3}) : 1;
      x = x.appended(points);
      w = w.appended(taps);
      const std::int64_t span = (taps - 1) * a.dilation[k] + 1, begin = draw.of({0, 1, 2, 3}),
                         end = draw.of({0, 1, 2, 4});
      if (a.padding == PaddingMode::explicit_) a.pads.push_back(begin), ends.push_back(end);
      const std::int64_t room = a.padding == PaddingMode::explicit_ ? begin + end : 0;
      fits = fits && (a.padding == PaddingMode::same || points + room >= span);
    }
    a.pads.insert(a.pads.end(), ends.begin(), ends.end());
    if (!fits) continue;
    OddConv c = conv(x, w, a);
    if (work(c) < 400'000) return c;
  }
}

OddMatmul product_of(Shape a, Shape b, MatmulAttributes attributes = {}) {
  const Shape c = make_op("matmul", attributes)->infer({{f32, a}, {f32, b}})[0].shape;
  return {std::move(a), std::move(b), c, attributes};
}

OddMatmul drawn_matmul(Draw& draw) {
  while (true) {
    const Extents extents = {1, 1, 2, 3, 5, 8, 16, 17, 31, 33, 64, 65};
    const std::int64_t rows = draw.of(extents), depth = draw.of(extents), columns = draw.of(extents);
    const MatmulAttributes attributes{.transpose_a = draw.once_in(3), .transpose_b = draw.once_in(2)};
    Shape a, b;
    for (std::int64_t k = draw.of({0, 0, 1, 1, 2}); k > 0; --k) {
      const std::int64_t extent = draw.of({1, 2, 3, 4});
      a = a.appended(draw.once_in(4) ? 1 : extent);
      b = b.appended(draw.once_in(4) ? 1 : extent);
    }
    if (draw.once_in(4)) b = {};
    a = attributes.transpose_a ? a.appended(depth).appended(rows) : a.appended(rows).appended(depth);
    b = attributes.transpose_b ? b.appended(columns).appended(depth) : b.appended(depth).appended(columns);
    OddMatmul m = product_of(a, b, attributes);
    if (product(m.c) * depth < 300'000) return m;
  }
}

}  // namespace

std::string OddConv::text() const {
  return fmt::format("{} {} stride {} dilation {} padding {} pads {} groups {}", x.to_string(), w.to_string(),
                     fmt::join(attributes.stride, ","), fmt::join(attributes.dilation, ","),
                     static_cast<int>(attributes.padding), fmt::join(attributes.pads, ","),
                     attributes.groups);
}

std::string OddMatmul::text() const {
  return fmt::format("{}{} {}{}", a.to_string(), attributes.transpose_a ? " transposed" : "", b.to_string(),
                     attributes.transpose_b ? " transposed" : "");
}

std::vector<OddConv> odd_convs(std::size_t drawn) {
  std::vector<OddConv> all = known_convs();
  Draw draw(20);
  for (std::size_t k = 0; k < drawn; ++k) all.push_back(drawn_conv(draw));
  return all;
}

std::vector<OddMatmul> odd_matmuls(std::size_t drawn) {
  std::vector<OddMatmul> all = {
      product_of({5, 4}, {4, 1}),    product_of({1, 4}, {4, 7}),       product_of({1, 1}, {1, 1}),
      product_of({3, 7, 7}, {7, 7}), product_of({2, 3, 3, 5}, {5, 3}), product_of({64, 96}, {96, 200}),
  };
  Draw draw(21);
  for (std::size_t k = 0; k < drawn; ++k) all.push_back(drawn_matmul(draw));
  return all;
}

std::vector<Shape> operands_of(const Shape& result) {
  std::vector<Shape> shapes;
  std::set<std::string> seen;
  for (unsigned kept = 0; kept < 1u << result.rank(); ++kept) {
    Shape shape, tail;
    bool leading = true;
    for (int k = 0; k < result.rank(); ++k) {
      const std::int64_t extent = kept >> k & 1 ? result[k] : 1;
      shape = shape.appended(extent);
      leading = leading && extent == 1;
      if (!leading) tail = tail.appended(extent);  // the same, with fewer axes
    }
    for (const Shape& each : {shape, tail}) {
      if (seen.insert(each.to_string()).second) shapes.push_back(each);
    }
  }
  return shapes;
}

}  // namespace luge::testing
