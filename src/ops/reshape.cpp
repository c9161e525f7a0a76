// reshape: the same elements in row-major order under another shape.
#include <fmt/format.h>

#include <algorithm>

#include "graph/op_registry.h"
#include "luge/ops/shape.h"
#include "ops/attributes/reshape.h"
#include "ops/checks.h"

namespace luge {
namespace {

struct ReshapeAttributes {
  Shape shape;  // one extent may be -1
  static void fields(auto& self, auto&& field) { field("shape", self.shape); }
};

std::string written(const Shape& shape) {
  return fmt::format("[{}]", fmt::join(shape.begin(), shape.end(), ","));
}

struct Reshape : Op<Reshape, ReshapeAttributes> {
  static constexpr auto name = "reshape";
  static constexpr Traits traits{.alias = true, .narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    const auto open = std::count(shape.begin(), shape.end(), unknown);
    if (open > 1) {
      throw ShapeError(
          fmt::format("reshape: {} has {} extents of -1, expected at most one", written(shape), open));
    }
    const std::int64_t have = product(name, in[0].shape, 0, in[0].shape.rank());
    if (!open) {
      const std::int64_t want = product(name, shape, 0, shape.rank());
      if (have >= 0 && have != want) mismatch(in[0], have, want);
      return {Type{in[0].dtype, shape}};
    }
    const int axis = static_cast<int>(std::find(shape.begin(), shape.end(), unknown) - shape.begin());
    const std::int64_t rest = product(name, shape.without(axis), 0, shape.rank() - 1);
    if (have < 0) return {Type{in[0].dtype, shape}};
    if (rest == 0) {
      throw ShapeError(
          fmt::format("reshape: {} to {}: next to an extent of 0 the extent -1 cannot be found; write it",
                      in[0].to_string(), written(shape)));
    }
    if (have % rest != 0) mismatch(in[0], have, rest);
    return {Type{in[0].dtype, shape.with(axis, have / rest)}};
  }
  Tensors gradient(const GradientCall& c) const { return {reshape_like(c.g[0], c.in[0])}; }

 private:
  [[noreturn]] void mismatch(const Type& x, std::int64_t have, std::int64_t want) const {
    const bool open = !shape.known();
    throw ShapeError(fmt::format("reshape: {} has {} elements, {} needs {}{}", x.to_string(), have,
                                 written(shape), open ? "a multiple of " : "", want));
  }
};
const Registered<Reshape> registered_reshape;

}  // namespace

OpRef reshape_op(const Shape& shape) { return op_ref<Reshape>({shape}); }

Tensor reshape(const Tensor& x, const Shape& shape) {
  if (shape.known() && x.shape() == shape) return x;
  return make<Reshape>({shape}, x);
}

}  // namespace luge
