#include "support/toy_ops.h"

#include <algorithm>
#include <cstring>

namespace luge::testing {
namespace {

Type joined(const Types& in) { return in[0].shape.rank() >= in[1].shape.rank() ? in[0] : in[1]; }

struct ToyAdd : Op<ToyAdd> {
  static constexpr auto name = "toy_add";
  static constexpr Instruction instruction = Instruction::add;
  Types infer(const Types& in) const { return {joined(in)}; }
};
struct ToySub : Op<ToySub> {
  static constexpr auto name = "toy_sub";
  static constexpr Instruction instruction = Instruction::sub;
  Types infer(const Types& in) const { return {joined(in)}; }
};
struct ToyMul : Op<ToyMul> {
  static constexpr auto name = "toy_mul";
  static constexpr Instruction instruction = Instruction::mul;
  Types infer(const Types& in) const { return {joined(in)}; }
};
struct ToyNeg : Op<ToyNeg> {
  static constexpr auto name = "toy_neg";
  static constexpr Instruction instruction = Instruction::neg;
  Types infer(const Types& in) const { return {in[0]}; }
};
struct ToyRelu : Op<ToyRelu> {
  static constexpr auto name = "toy_relu";
  static constexpr Instruction instruction = Instruction::relu;
  Types infer(const Types& in) const { return {in[0]}; }
};

struct CastAttributes {
  DType to = f32;
  static void fields(auto& self, auto&& field) { field("to", self.to); }
};
struct ToyCast : Op<ToyCast, CastAttributes> {
  static constexpr auto name = "toy_cast";
  static constexpr Instruction instruction = Instruction::cast;
  Types infer(const Types& in) const { return {Type{to, in[0].shape}}; }
};

struct ShapeAttributes {
  Shape shape;
  static void fields(auto& self, auto&& field) { field("shape", self.shape); }
};
struct ToyReshape : Op<ToyReshape, ShapeAttributes> {
  static constexpr auto name = "toy_reshape";
  static constexpr Traits traits{.alias = true};
  Types infer(const Types& in) const { return {Type{in[0].dtype, shape}}; }
};

struct ToyDense : Op<ToyDense> {
  static constexpr auto name = "toy_dense";
  Types infer(const Types& in) const { return {in[0]}; }
  void reference(const ReferenceCall& call) const {
    for (std::int64_t i = 0; i < call.out[0].type.shape.elements(); ++i) {
      call.out[0].as<float>()[i] = 2 * call.in[0].as<float>()[i] + 1;
    }
  }
};

struct ToyPair : Op<ToyPair> {
  static constexpr auto name = "toy_pair";
  Types infer(const Types& in) const { return {in[0], in[0]}; }
  void reference(const ReferenceCall& call) const {
    for (std::int64_t i = 0; i < call.in[0].type.shape.elements(); ++i) {
      const float x = call.in[0].as<float>()[i];
      if (call.out[0].data) call.out[0].as<float>()[i] = x + 1;
      if (call.out[1].data) call.out[1].as<float>()[i] = x - 1;
    }
  }
};

struct ToyGuard : Op<ToyGuard> {
  static constexpr auto name = "toy_guard";
  static constexpr Traits traits{.can_fail = true};
  Types infer(const Types& in) const { return {in[0]}; }
  void reference(const ReferenceCall& call) const {
    for (std::int64_t i = 0; i < call.out[0].type.shape.elements(); ++i) {
      const float x = call.in[0].as<float>()[i];
      if (x < 0) call.status->record({i, x, 10});
      call.out[0].as<float>()[i] = x;
    }
  }
};

struct ToySquarePlus : Op<ToySquarePlus> {
  static constexpr auto name = "toy_square_plus";
  Types infer(const Types& in) const { return {in[0]}; }
  Tensors decompose(const Tensors& in) const { return {toy_add(toy_mul(in[0], in[0]), in[0])}; }
};

struct ToyZerosLike : Op<ToyZerosLike> {
  static constexpr auto name = "toy_zeros_like";
  static constexpr Traits traits{.type_only = 1};
  Types infer(const Types& in) const { return {in[0]}; }
  void reference(const ReferenceCall& call) const {
    std::memset(call.out[0].data, 0,
                static_cast<std::size_t>(call.out[0].type.shape.elements()) * sizeof(float));
  }
};

}  // namespace

Tensor toy_add(const Tensor& a, const Tensor& b) { return make<ToyAdd>({}, a, b); }
Tensor toy_sub(const Tensor& a, const Tensor& b) { return make<ToySub>({}, a, b); }
Tensor toy_mul(const Tensor& a, const Tensor& b) { return make<ToyMul>({}, a, b); }
Tensor toy_neg(const Tensor& x) { return make<ToyNeg>({}, x); }
Tensor toy_relu(const Tensor& x) { return make<ToyRelu>({}, x); }
Tensor toy_cast(const Tensor& x, DType to) { return make<ToyCast>({to}, x); }
Tensor toy_reshape(const Tensor& x, const Shape& shape) { return make<ToyReshape>({shape}, x); }
Tensor toy_dense(const Tensor& x) { return make<ToyDense>({}, x); }
Tensors toy_pair(const Tensor& x) { return make_all<ToyPair>({}, x); }
Tensor toy_guard(const Tensor& x) { return make<ToyGuard>({}, x); }
Tensor toy_square_plus(const Tensor& x) { return make<ToySquarePlus>({}, x); }
Tensor toy_zeros_like(const Tensor& like) { return make<ToyZerosLike>({}, like); }

compiler::Graph graph_of(const Tensors& given, const Tensors& roots, std::vector<int> replaces) {
  Tensors leaves = given;
  for (Node* node : topological(roots)) {
    const bool bound = node->leaf == Leaf::scalar || node->leaf == Leaf::key;
    const bool listed =
        std::any_of(given.begin(), given.end(), [&](const Tensor& leaf) { return leaf.node() == node; });
    if (bound && !listed) leaves.emplace_back(node, 0);
  }
  std::vector<Type> types;
  for (const Tensor& leaf : leaves) types.push_back({leaf.dtype(), leaf.shape()});
  if (replaces.empty()) replaces.assign(roots.size(), -1);
  return compiler::specialize(roots, leaves, types, std::move(replaces));
}

Tensor argument(const Shape& shape, DType dtype) { return argument_leaf({dtype, shape}, "x", false); }

}  // namespace luge::testing
