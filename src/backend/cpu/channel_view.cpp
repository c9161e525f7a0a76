#include "backend/cpu/channel_view.h"

#include "backend/cpu/layout.h"

namespace luge::cpu {

std::optional<ChannelView> channel_view(LayoutId layout, const Type& image) {
  ChannelView p;
  const std::int64_t images = image.shape[0], channels = image.shape[1];
  for (int axis = 2; axis < image.shape.rank(); ++axis) p.points *= image.shape[axis];
  if (layout == public_layout) {
    p.planes = images * channels;
    p.blocks = channels;
    return p;
  }
  const Blocking blocking = blocking_of(layout, image);
  for (std::size_t k = 2; k < blocking.dims.size(); ++k) {
    if (blocking.padded[k] != blocking.dims[k]) return std::nullopt;
  }
  if (blocking.inner.empty()) {  // N,…,C
    p.lanes = channels;
    if (blocking.strides[1] != 1 || blocking.strides[0] != p.points * p.lanes) return std::nullopt;
  } else {  // N,C/block,…,block
    if (blocking.inner.size() != 1 || blocking.inner[0].first != 1) return std::nullopt;
    p.lanes = blocking.inner[0].second;
    if (blocking.strides[1] != p.points * p.lanes || blocking.padded[0] != blocking.dims[0])
      return std::nullopt;
  }
  std::int64_t step = p.lanes;
  for (std::size_t k = blocking.dims.size() - 1; k >= 2; --k) {
    if (blocking.dims[k] != 1 && blocking.strides[k] != step) return std::nullopt;
    step *= blocking.dims[k];
  }
  p.planes = blocking.padded_elements() / (p.points * p.lanes);
  p.blocks = images == 0 ? 1 : p.planes / images;
  p.filled = channels - (p.blocks - 1) * p.lanes;
  return p;
}

}  // namespace luge::cpu
