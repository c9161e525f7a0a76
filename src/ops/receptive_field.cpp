// receptive_fields: along the graph, by the attributes of its ops.
#include "luge/ops/receptive_field.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "graph/node.h"
#include "ops/attributes/conv.h"
#include "ops/attributes/pool.h"
#include "ops/attributes/window.h"

namespace luge {
namespace {

using Field = ReceptiveField;

// One window that slides over what has this field.
ReceptiveAxis slid(const ReceptiveAxis& before, const Window& window) {
  return {.size = before.size + static_cast<double>(window.span() - 1) * before.stride,
          .stride = before.stride * static_cast<double>(window.stride),
          .start = before.start - static_cast<double>(window.pad_begin) * before.stride};
}

// The gradient of such a window, from its output to its input: a transposed convolution. Position o reads the
// positions i with o = i·stride - pad + tap.
ReceptiveAxis slid_back(const ReceptiveAxis& before, const Window& window) {
  const auto stride = static_cast<double>(window.stride), reach = static_cast<double>(window.span() - 1);
  return {.size = before.size + std::floor(reach / stride) * before.stride,
          .stride = before.stride / stride,
          .start = before.start + (static_cast<double>(window.pad_begin) - reach) / stride * before.stride};
}

// What both paths need. Paths that do not move equally far have no common stride.
std::optional<Field> both(const Field& a, const Field& b) {
  Field joined;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    if (a[axis].stride != b[axis].stride) return std::nullopt;
    const double start = std::min(a[axis].start, b[axis].start),
                 end = std::max(a[axis].start + a[axis].size, b[axis].start + b[axis].size);
    joined[axis] = {.size = end - start, .stride = a[axis].stride, .start = start};
  }
  return joined;
}

bool is_picture(const Shape& shape) { return shape.rank() == 4 && shape.known(); }

// Values by their nodes' outputs; nothing: no formula. What does not depend on the picture is not in it.
class Walk {
 public:
  explicit Walk(const Tensor& x) { known_[x.node()] = Field{}; }

  /// Of a tensor that was computed from the picture.
  std::optional<Field> of(const Tensor& tensor) {
    const auto stop = [&](const Node* node) { return known_.contains(node); };
    for (Node* node : topological(std::span(&tensor, 1), stop)) {
      if (!known_.contains(node) && depends(*node)) known_[node] = next(*node);
    }
    const auto found = known_.find(tensor.node());
    return found == known_.end() ? std::nullopt : found->second;
  }

 private:
  bool depends(const Node& node) const {
    return std::any_of(node.inputs.begin(), node.inputs.end(),
                       [&](const Edge& edge) { return known_.contains(edge.node); });
  }
  std::optional<Field> before(const Node& node, std::size_t input) const {
    const auto found = known_.find(node.inputs[input].node);
    return found == known_.end() ? std::nullopt : found->second;
  }

  std::optional<Field> next(const Node& node) const {
    const Types in = input_types(node);
    const Shape& out = node.outputs[0].type.shape;
    if (!is_picture(out) || !is_picture(in[0].shape)) return std::nullopt;
    if (const auto* conv = node.op->attributes<ConvAttributes>(); conv && in.size() > 1)
      return windowed(node, *conv, in[0].shape, in[1].shape.begin() + 2);
    if (const auto* pool = node.op->attributes<PoolAttributes>())
      return windowed(node, *pool, in[0].shape, pool->kernel.data());
    return point_by_point(node, in, out);
  }

  template <class Attributes>
  std::optional<Field> windowed(const Node& node, const Attributes& attributes, const Shape& in,
                                const std::int64_t* kernel) const {
    const std::optional<Field> from = before(node, 0);
    if (!from) return std::nullopt;
    const Shape& out = node.outputs[0].type.shape;
    const auto fits = [](const Windows<Attributes>& windows, const Shape& to) {
      return windows.axis[1].out == to[2] && windows.axis[2].out == to[3];
    };
    Field made;
    if (const Windows<Attributes> windows(attributes, in, kernel); fits(windows, out)) {
      for (std::size_t k = 0; k < 2; ++k) made[k] = slid((*from)[k], windows.axis[k + 1]);
      return made;
    }
    const Windows<Attributes> back(attributes, out, kernel);
    if (!fits(back, in)) return std::nullopt;
    for (std::size_t k = 0; k < 2; ++k) made[k] = slid_back((*from)[k], back.axis[k + 1]);
    return made;
  }

  // Operations that keep height and width; those that mix positions have other extents or attributes.
  std::optional<Field> point_by_point(const Node& node, const Types& in, const Shape& out) const {
    std::optional<Field> joined;
    for (std::size_t k = 0; k < in.size(); ++k) {
      if (!known_.contains(node.inputs[k].node)) continue;
      const std::optional<Field> from = before(node, k);
      const Shape& shape = in[k].shape;
      if (!from || !is_picture(shape) || shape[2] != out[2] || shape[3] != out[3]) return std::nullopt;
      joined = joined ? both(*joined, *from) : from;
      if (!joined) return std::nullopt;
    }
    return joined;
  }

  std::unordered_map<const Node*, std::optional<Field>> known_;
};

}  // namespace

std::vector<std::optional<ReceptiveField>> receptive_fields(const Tensor& picture, const Tensors& outputs) {
  const std::lock_guard lock(engine_mutex());
  Walk walk(picture);
  std::vector<std::optional<ReceptiveField>> found;
  for (const Tensor& output : outputs) found.push_back(walk.of(output));
  return found;
}

}  // namespace luge
