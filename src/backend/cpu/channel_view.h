// An image [N,C,…] as a kernel meets it in memory: planes of points, every point a run of neighboring
// channels.
#pragma once

#include <cstdint>
#include <optional>

#include "core/buffer.h"
#include "graph/type.h"

namespace luge::cpu {

struct ChannelView {
  std::int64_t planes = 1;  // images, or images times blocks of channels
  std::int64_t points = 1;
  std::int64_t lanes = 1;   // channels side by side: 1 in the public layout
  std::int64_t blocks = 1;  // of channels in an image; in the last one only `filled` lanes are channels
  std::int64_t filled = 1;
};

/// Empty for a layout that is none of N,C,… (public), N,…,C and N,C/block,…,block.
std::optional<ChannelView> channel_view(LayoutId layout, const Type& image);

}  // namespace luge::cpu
