// unfold: the patches of an image as columns (PyTorch unfold, im2col). fold, its gradient, adds columns up to
// an image (ONNX Col2Im). fold_image says by its type alone which image the columns are of.
#include <fmt/format.h>

#include <cstring>

#include "graph/op_registry.h"
#include "luge/ops/image.h"
#include "ops/checks.h"
#include "ops/conv_loop.h"
#include "ops/element.h"
#include "ops/window_checks.h"

namespace luge {
namespace {

struct UnfoldAttributes {
  std::vector<std::int64_t> kernel, stride, dilation;
  PaddingMode padding = PaddingMode::valid;
  std::vector<std::int64_t> pads;
  static void fields(auto& self, auto&& field) {
    field("kernel", self.kernel);
    field("stride", self.stride);
    field("dilation", self.dilation);
    field("padding", self.padding);
    field("pads", self.pads);
  }
};

std::int64_t taps_of(std::string_view op, const UnfoldAttributes& a) {
  return product(op, Shape(a.kernel), 0, static_cast<int>(a.kernel.size()));
}

Shape columns_shape(std::string_view op, const UnfoldAttributes& a, const Type& x) {
  check_number(op, x);
  check_rank_between(op, "input", x, 3, 5);
  const int spatial = x.shape.rank() - 2;
  check_per_axis(op, "kernel", a.kernel, spatial, 1);
  check_per_axis(op, "stride", a.stride, spatial, 1);
  check_per_axis(op, "dilation", a.dilation, spatial, 1);
  check_pads(op, a.padding, a.pads, spatial);
  Shape patches;
  for (int k = 0; k < spatial; ++k)
    patches = patches.appended(output_extent(op, a, x.shape, k, a.kernel[static_cast<std::size_t>(k)]));
  const Shape y{x.shape[0], product(op, Shape{x.shape[1], taps_of(op, a)}, 0, 2),
                product(op, patches, 0, spatial)};
  product(op, y, 0, 3);
  return y;
}

struct Unfold : Op<Unfold, UnfoldAttributes> {
  static constexpr auto name = "unfold";
  static constexpr Traits traits{.narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    return {{in[0].dtype, columns_shape(name, *this, in[0])}};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& x = call.in[0].type.shape;
    const Space<UnfoldAttributes> s(*this, x, kernel.data());
    const std::int64_t image = volume(s.in), patches = volume(s.out), taps = volume(s.kernel);
    for_number(call.in[0].type.dtype, [&]<class T>() {
      for (std::int64_t c = 0; c < x[0] * x[1]; ++c) {
        const T* from = call.in[0].as<const T>() + c * image;
        for_positions(s.kernel, [&](std::int64_t tap, const Position& k) {
          T* row = call.out[0].as<T>() + (c * taps + tap) * patches;
          for_positions(s.out, [&](std::int64_t patch, const Position& at) {
            const std::int64_t read = s.read_by(at, k);
            row[patch] = read < 0 ? narrow<T>(0) : from[read];
          });
        });
      }
    });
  }
  Tensors gradient(const GradientCall& c) const;
};
const Registered<Unfold> registered_unfold;

struct Fold : Op<Fold, UnfoldAttributes> {  // columns, image for its type
  static constexpr auto name = "fold";
  static constexpr Traits traits{.type_only = 1u << 1, .narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    check_same_dtype(name, in[0], in[1]);
    check_same_shape(name, "columns", in[0], "the image's patches",
                     {in[1].dtype, columns_shape(name, *this, in[1])});
    return {in[1]};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& x = call.in[1].type.shape;
    const Space<UnfoldAttributes> s(*this, x, kernel.data());
    const std::int64_t image = volume(s.in), patches = volume(s.out), taps = volume(s.kernel);
    for_number(call.in[0].type.dtype, [&]<class T>() {
      for (std::int64_t c = 0; c < x[0] * x[1]; ++c) {
        const T* columns = call.in[0].as<const T>() + c * taps * patches;
        for_positions(s.in, [&](std::int64_t index, const Position& at) {
          Wide<T> sum{0};
          for_positions(s.kernel, [&](std::int64_t tap, const Position& k) {
            const std::int64_t reader = s.reader_of(at, k);
            if (reader >= 0) sum = plus(sum, widen(columns[tap * patches + reader]));
          });
          call.out[0].as<T>()[c * image + index] = narrow<T>(sum);
        });
      }
    });
  }
  Tensors gradient(const GradientCall& c) const { return {make<Unfold>(*this, c.g[0]), Tensor()}; }
};
const Registered<Fold> registered_fold;

Tensors Unfold::gradient(const GradientCall& c) const { return {make<Fold>(*this, c.g[0], c.in[0])}; }

struct FoldImageAttributes {
  std::int64_t taps = 1;
  std::vector<std::int64_t> output;
  static void fields(auto& self, auto&& field) {
    field("taps", self.taps);
    field("output", self.output);
  }
};

struct FoldImage : Op<FoldImage, FoldImageAttributes> {  // columns for their type
  static constexpr auto name = "fold_image";
  static constexpr Traits traits{.type_only = 1};
  static constexpr auto no_gradient = "its elements are not read";

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_rank("fold", "columns", in[0], 3);
    const Shape& columns = in[0].shape;
    if (columns[1] != unknown && columns[1] % taps != 0) {
      throw ShapeError(
          fmt::format("fold: {} rows of the columns {} are not divisible by the {} elements of a patch",
                      columns[1], columns.to_string(), taps));
    }
    Shape image{columns[0], columns[1] == unknown ? unknown : columns[1] / taps};
    for (const std::int64_t extent : output) {
      if (extent < 1) throw ValueError(fmt::format("fold: output has extent {}; expected 1 or more", extent));
      image = image.appended(extent);
    }
    product("fold", image, 0, image.rank());
    return {{in[0].dtype, image}};
  }
  void reference(const ReferenceCall& call) const {
    const Type& y = call.out[0].type;
    std::memset(call.out[0].data, 0, static_cast<std::size_t>(y.shape.elements()) * size_of(y.dtype));
  }
};
const Registered<FoldImage> registered_image;

UnfoldAttributes attributes_of(std::string_view op, int spatial, const UnfoldOptions& options) {
  if (spatial < 1 || spatial > 3)
    throw ShapeError(fmt::format("{}: there are {} spatial axes; expected 1 to 3", op, spatial));
  UnfoldAttributes a{.kernel = per_axis(options.kernel, spatial, 3),
                     .stride = per_axis(options.stride, spatial, 1),
                     .dilation = per_axis(options.dilation, spatial, 1),
                     .padding = options.padding.mode,
                     .pads = pads_of(options.padding, spatial)};
  check_per_axis(op, "kernel", a.kernel, spatial, 1);
  return a;
}

}  // namespace

Tensor unfold(const Tensor& x, const UnfoldOptions& options) {
  return make<Unfold>(attributes_of("unfold", x.rank() - 2, options), x);
}

Tensor fold(const Tensor& columns, const std::vector<std::int64_t>& output, const UnfoldOptions& options) {
  const UnfoldAttributes a = attributes_of("fold", static_cast<int>(output.size()), options);
  return make<Fold>(a, columns, make<FoldImage>({taps_of("fold", a), output}, columns));
}

}  // namespace luge
