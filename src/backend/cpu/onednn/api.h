// The thin header over oneDNN. It is the only file that knows two versions: in 2.x an operation is described
// first and then becomes a primitive descriptor, in 3.x the descriptor is made at once; 3.x has no Winograd
// and hides the inside of a memory descriptor. Every function gives an empty descriptor where oneDNN has no
// implementation.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>

#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace luge::cpu::onednn {

using dnnl::algorithm;
using dnnl::memory;
using dnnl::primitive_attr;
using Desc = memory::desc;
using Dims = memory::dims;
using Tag = memory::format_tag;
using ConvForward = dnnl::convolution_forward;
using ConvBackwardData = dnnl::convolution_backward_data;
using ConvBackwardWeights = dnnl::convolution_backward_weights;
using MatMul = dnnl::matmul;

inline constexpr bool has_winograd = DNNL_VERSION_MAJOR < 3;

/// Primitives that oneDNN keeps although nothing holds them, beyond what the limit of the program cache sees.
inline constexpr int kept_primitives = 256;

inline const dnnl::engine& engine() {
  static const dnnl::engine cpu = [] {
    if (dnnl::get_primitive_cache_capacity() > kept_primitives)
      dnnl::set_primitive_cache_capacity(kept_primitives);
    return dnnl::engine(dnnl::engine::kind::cpu, 0);
  }();
  return cpu;
}
inline const dnnl::stream& stream() {
  static const dnnl::stream in_order(engine());
  return in_order;
}

/// One number per spatial axis; dilation counts the skipped points, as oneDNN does (0: dense).
struct Geometry {
  Dims stride, dilation, pad_begin, pad_end;
};

/// Strides of the outer blocks, then the inner blocks from the outermost to the innermost.
struct BlockingFields {
  Dims dims, padded, strides;
  std::vector<std::pair<int, memory::dim>> inner;  // axis, size
};

/// Asked about one implementation after the other, in oneDNN's order, until it takes one; by name.
using Takes = std::function<bool(std::string_view implementation)>;

namespace api_detail {

// 2.x throws where an operation is impossible even when an empty answer is allowed.
template <class Make>
auto empty_on_error(Make make) -> decltype(make()) {
  try {
    return make();
  } catch (const dnnl::error&) {
    return {};
  }
}

// The first implementation that `takes` takes, or an empty descriptor.
template <class Make>
auto implementation(Make make, const Takes& takes) -> decltype(make()) {
  return empty_on_error([&]() -> decltype(make()) {
    auto found = make();
    while (found && !takes(found.impl_info_str())) {
      if (!found.next_impl()) return {};
    }
    return found;
  });
}

}  // namespace api_detail

#if DNNL_VERSION_MAJOR >= 3

using PoolForward = dnnl::pooling_forward;
using PoolBackward = dnnl::pooling_backward;

inline bool plainly_blocked(const Desc& desc) {
  return desc.get_format_kind() == memory::format_kind::blocked;
}
inline memory::data_type data_type(const Desc& desc) { return desc.get_data_type(); }
inline BlockingFields blocking_fields(const Desc& desc) {
  BlockingFields result{desc.get_dims(), desc.get_padded_dims(), desc.get_strides(), {}};
  const Dims sizes = desc.get_inner_blks(), axes = desc.get_inner_idxs();
  for (std::size_t k = 0; k < sizes.size(); ++k)
    result.inner.emplace_back(static_cast<int>(axes[k]), sizes[k]);
  return result;
}

inline void append_eltwise(dnnl::post_ops& ops, algorithm kind, float alpha = 0, float beta = 0) {
  ops.append_eltwise(kind, alpha, beta);
}

inline auto matmul(const Desc& a, const Desc& b, const Desc* bias, const Desc& c, const primitive_attr& attr,
                   const Takes& takes) {
  const auto first = [&] {
    return bias ? MatMul::primitive_desc(engine(), a, b, *bias, c, attr, true)
                : MatMul::primitive_desc(engine(), a, b, c, attr, true);
  };
  return api_detail::implementation(first, takes);
}

inline auto conv_forward(algorithm how, const Desc& x, const Desc& w, const Desc* bias, const Desc& y,
                         const Geometry& g, const primitive_attr& attr, const Takes& takes) {
  const auto kind = dnnl::prop_kind::forward_training;
  return api_detail::implementation(
      [&] {
        return bias ? ConvForward::primitive_desc(engine(), kind, how, x, w, *bias, y, g.stride, g.dilation,
                                                  g.pad_begin, g.pad_end, attr, true)
                    : ConvForward::primitive_desc(engine(), kind, how, x, w, y, g.stride, g.dilation,
                                                  g.pad_begin, g.pad_end, attr, true);
      },
      takes);
}
inline auto conv_backward_data(algorithm how, const Desc& dx, const Desc& w, const Desc& dy,
                               const Geometry& g, const ConvForward::primitive_desc& forward,
                               const primitive_attr& attr, const Takes& takes) {
  return api_detail::implementation(
      [&] {
        return ConvBackwardData::primitive_desc(engine(), how, dx, w, dy, g.stride, g.dilation, g.pad_begin,
                                                g.pad_end, forward, attr, true);
      },
      takes);
}
inline auto conv_backward_weights(algorithm how, const Desc& x, const Desc& dw, const Desc* db,
                                  const Desc& dy, const Geometry& g,
                                  const ConvForward::primitive_desc& forward, const primitive_attr& attr,
                                  const Takes& takes) {
  return api_detail::implementation(
      [&] {
        return db ? ConvBackwardWeights::primitive_desc(engine(), how, x, dw, *db, dy, g.stride, g.dilation,
                                                        g.pad_begin, g.pad_end, forward, attr, true)
                  : ConvBackwardWeights::primitive_desc(engine(), how, x, dw, dy, g.stride, g.dilation,
                                                        g.pad_begin, g.pad_end, forward, attr, true);
      },
      takes);
}

inline auto pool_forward(algorithm how, bool keep_positions, const Desc& x, const Desc& y, const Dims& kernel,
                         const Geometry& g, const primitive_attr& attr, const Takes& takes) {
  const auto kind = keep_positions ? dnnl::prop_kind::forward_training : dnnl::prop_kind::forward_inference;
  return api_detail::implementation(
      [&] {
        return PoolForward::primitive_desc(engine(), kind, how, x, y, g.stride, kernel, g.dilation,
                                           g.pad_begin, g.pad_end, attr, true);
      },
      takes);
}
inline auto pool_backward(algorithm how, const Desc& dx, const Desc& dy, const Dims& kernel,
                          const Geometry& g, const PoolForward::primitive_desc& forward,
                          const primitive_attr& attr, const Takes& takes) {
  return api_detail::implementation(
      [&] {
        return PoolBackward::primitive_desc(engine(), how, dx, dy, g.stride, kernel, g.dilation, g.pad_begin,
                                            g.pad_end, forward, attr, true);
      },
      takes);
}

#else

using PoolForward = dnnl::pooling_v2_forward;
using PoolBackward = dnnl::pooling_v2_backward;

inline bool plainly_blocked(const Desc& desc) {
  return desc.data.format_kind == dnnl_blocked && desc.data.extra.flags == dnnl_memory_extra_flag_none;
}
inline memory::data_type data_type(const Desc& desc) { return desc.data_type(); }
inline BlockingFields blocking_fields(const Desc& desc) {
  const auto& d = desc.data;
  const auto& b = d.format_desc.blocking;
  BlockingFields result{{d.dims, d.dims + d.ndims},
                        {d.padded_dims, d.padded_dims + d.ndims},
                        {b.strides, b.strides + d.ndims},
                        {}};
  for (int k = 0; k < b.inner_nblks; ++k)
    result.inner.emplace_back(static_cast<int>(b.inner_idxs[k]), b.inner_blks[k]);
  return result;
}

inline void append_eltwise(dnnl::post_ops& ops, algorithm kind, float alpha = 0, float beta = 0) {
  ops.append_eltwise(1.0f, kind, alpha, beta);
}

inline auto matmul(const Desc& a, const Desc& b, const Desc* bias, const Desc& c, const primitive_attr& attr,
                   const Takes& takes) {
  return api_detail::empty_on_error([&] {
    // Must live until the implementation is found.
    const auto desc = bias ? MatMul::desc(a, b, *bias, c) : MatMul::desc(a, b, c);
    return api_detail::implementation([&] { return MatMul::primitive_desc(desc, attr, engine(), true); },
                                      takes);
  });
}

inline auto conv_forward(algorithm how, const Desc& x, const Desc& w, const Desc* bias, const Desc& y,
                         const Geometry& g, const primitive_attr& attr, const Takes& takes) {
  const auto kind = dnnl::prop_kind::forward_training;
  return api_detail::empty_on_error([&] {
    const auto desc =
        bias ? ConvForward::desc(kind, how, x, w, *bias, y, g.stride, g.dilation, g.pad_begin, g.pad_end)
             : ConvForward::desc(kind, how, x, w, y, g.stride, g.dilation, g.pad_begin, g.pad_end);
    return api_detail::implementation([&] { return ConvForward::primitive_desc(desc, attr, engine(), true); },
                                      takes);
  });
}
inline auto conv_backward_data(algorithm how, const Desc& dx, const Desc& w, const Desc& dy,
                               const Geometry& g, const ConvForward::primitive_desc& forward,
                               const primitive_attr& attr, const Takes& takes) {
  return api_detail::empty_on_error([&] {
    const ConvBackwardData::desc desc(how, dx, w, dy, g.stride, g.dilation, g.pad_begin, g.pad_end);
    return api_detail::implementation(
        [&] { return ConvBackwardData::primitive_desc(desc, attr, engine(), forward, true); }, takes);
  });
}
inline auto conv_backward_weights(algorithm how, const Desc& x, const Desc& dw, const Desc* db,
                                  const Desc& dy, const Geometry& g,
                                  const ConvForward::primitive_desc& forward, const primitive_attr& attr,
                                  const Takes& takes) {
  return api_detail::empty_on_error([&] {
    const auto desc =
        db ? ConvBackwardWeights::desc(how, x, dw, *db, dy, g.stride, g.dilation, g.pad_begin, g.pad_end)
           : ConvBackwardWeights::desc(how, x, dw, dy, g.stride, g.dilation, g.pad_begin, g.pad_end);
    return api_detail::implementation(
        [&] { return ConvBackwardWeights::primitive_desc(desc, attr, engine(), forward, true); }, takes);
  });
}

inline auto pool_forward(algorithm how, bool keep_positions, const Desc& x, const Desc& y, const Dims& kernel,
                         const Geometry& g, const primitive_attr& attr, const Takes& takes) {
  const auto kind = keep_positions ? dnnl::prop_kind::forward_training : dnnl::prop_kind::forward_inference;
  return api_detail::empty_on_error([&] {
    const PoolForward::desc desc(kind, how, x, y, g.stride, kernel, g.dilation, g.pad_begin, g.pad_end);
    return api_detail::implementation([&] { return PoolForward::primitive_desc(desc, attr, engine(), true); },
                                      takes);
  });
}
inline auto pool_backward(algorithm how, const Desc& dx, const Desc& dy, const Dims& kernel,
                          const Geometry& g, const PoolForward::primitive_desc& forward,
                          const primitive_attr& attr, const Takes& takes) {
  return api_detail::empty_on_error([&] {
    const PoolBackward::desc desc(how, dx, dy, g.stride, kernel, g.dilation, g.pad_begin, g.pad_end);
    return api_detail::implementation(
        [&] { return PoolBackward::primitive_desc(desc, attr, engine(), forward, true); }, takes);
  });
}

#endif

}  // namespace luge::cpu::onednn
