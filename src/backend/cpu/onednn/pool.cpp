#include "backend/cpu/onednn/pool.h"

#include <fmt/format.h>

#include <numeric>

#include "ops/attributes/window.h"

namespace luge::cpu::onednn {

PoolProblem::PoolProblem(const PoolAttributes& attributes, const Type& x_type, const Type& y_type)
    : x(dims_of(x_type.shape)),
      y(dims_of(y_type.shape)),
      kernel(attributes.kernel.begin(), attributes.kernel.end()) {
  if (x.size() < 3 || x.size() > 5) {
    refusal = fmt::format("takes 1 to 3 spatial axes, got {}", x_type.shape.to_string());
    return;
  }
  if (x_type.dtype != DType::f32 && x_type.dtype != DType::bf16) {
    refusal = fmt::format("takes f32 or bf16, got {}", luge::name(x_type.dtype));
    return;
  }
  type = *onednn_type(x_type.dtype);
  const Windows<PoolAttributes> windows(attributes, x_type.shape, attributes.kernel.data());
  for (std::size_t k = 5 - x.size(); k < 3; ++k) {
    const Window& window = windows.axis[k];
    const std::int64_t needed = std::max<std::int64_t>(
        0, (window.out - 1) * window.stride + window.span() - window.in - window.pad_begin);
    if (window.pad_begin < 0 || window.pad_end < 0) refusal = "takes no negative padding";
    if (window.pad_begin >= window.span() || needed >= window.span()) {
      refusal = "a window that sees nothing but padding is not oneDNN's";
    }
    overhangs = overhangs || needed > window.pad_end;
    geometry.stride.push_back(window.stride);
    geometry.dilation.push_back(window.dilation - 1);
    geometry.pad_begin.push_back(window.pad_begin);
    geometry.pad_end.push_back(needed);
  }
}

double PoolProblem::bytes() const {
  const auto product = [](const Dims& dims) {
    return std::accumulate(dims.begin(), dims.end(), 1.0, std::multiplies<>());
  };
  return (product(x) + product(y)) * static_cast<double>(memory::data_type_size(type));
}

LayoutId layout_or_public(const KernelRequest& request, std::size_t input) {
  if (input >= request.in_layouts.size() || request.in_layouts[input] == any_layout) return public_layout;
  return request.in_layouts[input];
}

Offer pool_offer(const KernelRequest& request, const PoolProblem& problem,
                 const dnnl::primitive_desc_base& desc, const dnnl::primitive& primitive,
                 const PoolArguments& arguments, int threads) {
  if (std::string reason = refuse_slow(desc.impl_info_str()); !reason.empty())
    return refuse(std::move(reason));
  Offer offer;
  offer.in_layouts.assign(request.in.size(), any_layout);
  offer.out_layouts.assign(request.out.size(), public_layout);
  std::vector<Argument> list;
  double bytes = 0;
  bool named = true;
  const auto add = [&](const PoolArguments::Image& image, std::vector<LayoutId>& layouts,
                       MemorySource source) {
    const auto layout = layout_of(image.desc);
    named = named && layout;
    layouts[image.position] = layout.value_or(public_layout);
    list.push_back({image.id, image.desc, source});
    bytes += static_cast<double>(image.desc.get_size());
  };
  for (const auto& image : arguments.in) add(image, offer.in_layouts, in(image.position));
  for (const auto& image : arguments.out) add(image, offer.out_layouts, out(image.position));
  if (!named) return refuse("oneDNN wants images in a layout without a name");

  auto chain = std::make_shared<PrimitiveChain>(threads);
  chain->add(desc, primitive, std::move(list));
  offer.scratch = chain->scratch();
  // Plain images are turned around inside the kernel, which about doubles the time.
  const double passes = offer.out_layouts[0] == public_layout && problem.x[1] > 1 ? 2.5 : 1;
  offer.cost = seconds(DType::f32, 0, 1, bytes * passes, threads);
  offer.note = desc.impl_info_str();
  offer.kernel = std::move(chain);
  return offer;
}

}  // namespace luge::cpu::onednn
