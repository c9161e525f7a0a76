// concat: tensors one after the other along an axis. Its gradient, concat_parts, cuts at the extents of the
// inputs.
#include <fmt/format.h>

#include "graph/op_registry.h"
#include "luge/ops/shape.h"
#include "ops/attributes/concat.h"
#include "ops/checks.h"
#include "ops/strided.h"

namespace luge {
namespace {

constexpr std::size_t max_parts =
    16;  // of one node; more are joined in two levels (Traits::type_only is a bit mask)

// Visits the parts with their offsets in the whole.
template <class Views, class Visit>
void each_part(const Views& parts, const View& whole, int axis, const Visit& visit) {
  const Strides strides = dense_strides(whole.type.shape);
  std::int64_t start = 0;
  for (const View& part : parts) {
    visit(part, Strided{whole.data, start * strides[static_cast<std::size_t>(axis)], strides});
    start += part.type.shape[axis];
  }
}

struct ConcatParts : Op<ConcatParts, ConcatAttributes> {
  static constexpr auto name = "concat_parts";
  static constexpr Traits traits{.type_only = ~1u, .narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 2, max_parts + 1);
    Types parts;
    for (std::size_t k = 1; k < in.size(); ++k) parts.push_back(Type{in[0].dtype, in[k].shape});
    return parts;
  }
  Tensors gradient(const GradientCall& c) const {
    Tensors parts;
    for (std::size_t k = 0; k < c.out.size(); ++k)
      parts.push_back(c.g[k].defined() ? c.g[k] : zeros_like(c.out[k]));
    Tensors result(c.in.size());
    result[0] = concat(parts, static_cast<int>(axis));
    return result;
  }
  void reference(const ReferenceCall& call) const {
    each_part(call.out, call.in[0], static_cast<int>(axis), [](const View& part, const Strided& from) {
      if (!part.data) return;
      copy_box(part.type.shape, size_of(part.type.dtype), from,
               {part.data, 0, dense_strides(part.type.shape)});
    });
  }
};
const Registered<ConcatParts> registered_concat_parts;

struct Concat : Op<Concat, ConcatAttributes> {
  static constexpr auto name = "concat";
  static constexpr Traits traits{.narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 1, max_parts);
    const int along = check_axis(name, axis, in[0].shape.rank());
    Shape whole = in[0].shape;
    std::int64_t total = 0;
    for (std::size_t k = 0; k < in.size(); ++k) {
      check_same_dtype(name, in[0], in[k]);
      check_rank(name, "part", in[k], whole.rank());
      for (int other = 0; other < whole.rank(); ++other) {
        if (other == along) continue;
        check_extent(name, fmt::format("part {}", k), in[k], other, whole[other]);
        whole = whole.with(other, known_of(whole[other], in[k].shape[other]));
      }
      const std::int64_t extent = in[k].shape[along];
      if (total < 0 || extent < 0) {
        total = unknown;
      } else if (__builtin_add_overflow(total, extent, &total)) {
        throw ShapeError(
            fmt::format("concat: the extents on axis {} add up to more than 64 bits can count", along));
      }
    }
    whole = whole.with(along, total);
    product(name, whole, 0, whole.rank());
    return {Type{in[0].dtype, whole}};
  }
  Tensors gradient(const GradientCall& c) const {
    Tensors inputs{c.g[0]};
    inputs.insert(inputs.end(), c.in.begin(), c.in.end());
    return make_node(op_ref<ConcatParts>({axis}), inputs);
  }
  void reference(const ReferenceCall& call) const {
    each_part(call.in, call.out[0], static_cast<int>(axis), [](const View& part, const Strided& to) {
      copy_box(part.type.shape, size_of(part.type.dtype), {part.data, 0, dense_strides(part.type.shape)}, to);
    });
  }
};
const Registered<Concat> registered_concat;

}  // namespace

Tensor concat(const Tensors& parts, int axis) {
  if (parts.empty()) throw ValueError("concat: got no tensors, expected at least one");
  const int along = check_axis(Concat::name, axis, parts[0].rank());
  if (parts.size() == 1) return parts[0];
  if (parts.size() <= max_parts) return make_single(op_ref<Concat>({along}), parts);
  Tensors joined;
  for (std::size_t k = 0; k < parts.size(); k += max_parts) {
    const std::size_t stop = std::min(parts.size(), k + max_parts);
    joined.push_back(concat(Tensors(parts.begin() + static_cast<std::ptrdiff_t>(k),
                                    parts.begin() + static_cast<std::ptrdiff_t>(stop)),
                            along));
  }
  return concat(joined, along);
}

Tensor stack(const Tensors& parts, int axis) {
  if (parts.empty()) throw ValueError("stack: got no tensors, expected at least one");
  const int along = check_axis("stack", axis, parts[0].rank() + 1);
  Tensors raised;
  for (const Tensor& part : parts) {
    check_same_shape("stack", "first part", {parts[0].dtype(), parts[0].shape()}, "part",
                     {part.dtype(), part.shape()});
    raised.push_back(unsqueeze(part, along));
  }
  return concat(raised, along);
}

}  // namespace luge
