#include "graph/expand.h"

#include "graph/op_registry.h"

namespace luge {
namespace {

Tensor cast_to(const Tensor& x, DType dtype) {
  static const OpEntry* const entry = find_op("cast");
  return make_single(entry->create({{"dtype", std::string(name(dtype))}}), std::span(&x, 1));
}

bool computes_wide(const AnyOp& op) {
  const Narrowing narrowing = op.traits().narrowing;
  return narrowing == Narrowing::none || narrowing == Narrowing::rounds;
}

}  // namespace

Tensors expand(const AnyOp& op, const Tensors& in) {
  Tensors wide = in;
  Types types;
  bool widened = false;
  for (std::size_t k = 0; k < in.size(); ++k) {
    types.push_back({in[k].dtype(), in[k].shape()});
    const DType dtype = accumulator(in[k].dtype());
    if (dtype == in[k].dtype() || op.traits().is_type_only(k) || !computes_wide(op)) continue;
    wide[k] = cast_to(in[k], dtype);
    widened = true;
  }
  if (!widened) return op.decompose(in);
  Tensors parts = op.decompose(wide);
  const Types wanted = op.infer(types);
  for (std::size_t k = 0; k < parts.size() && k < wanted.size(); ++k) {
    if (parts[k].defined() && parts[k].dtype() != wanted[k].dtype)
      parts[k] = cast_to(parts[k], wanted[k].dtype);
  }
  return parts;
}

}  // namespace luge
