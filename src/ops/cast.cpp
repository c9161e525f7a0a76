// cast: x as another dtype.
#include "ops/attributes/cast.h"
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct CastAttributes {
  DType dtype = DType::f32;
  static void fields(auto& self, auto&& field) { field("dtype", self.dtype); }
};

struct Cast : Op<Cast, CastAttributes> {
  static constexpr auto name = "cast";
  static constexpr Instruction instruction = Instruction::cast;
  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    return {Type{dtype, in[0].shape}};
  }
  Tensors gradient(const GradientCall& c) const {
    if (!is_floating(dtype) || !is_floating(c.in[0].dtype())) return {Tensor()};
    return {cast(c.g[0], c.in[0].dtype())};
  }
};
const Registered<Cast> registered_cast;

}  // namespace

OpRef cast_op(DType dtype) { return op_ref<Cast>({dtype}); }

Tensor cast(const Tensor& x, DType dtype) { return x.dtype() == dtype ? x : make<Cast>({dtype}, x); }

}  // namespace luge
