// Layouts of the processor backend. A LayoutId is 0 for the public layout (dense, row-major), else it names
// an order of a value's own axes, some of them cut into inner blocks: "nChw16c". Different ids of one value
// differ in memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/buffer.h"
#include "graph/type.h"

namespace luge::cpu {

/// Where the elements of a value lie, counted in elements.
struct Blocking {
  std::vector<std::int64_t> dims, padded;  // padded: rounded up to whole blocks; the padding holds zeros
  std::vector<std::int64_t> strides;       // per axis, between outer blocks
  std::vector<std::pair<int, std::int64_t>> inner;  // axis and size, the innermost last

  std::int64_t padded_elements() const;
  /// Position of a logical element.
  std::int64_t offset(const std::int64_t* index) const;
};
Blocking blocking_of(LayoutId layout, const Type& type);

/// The id under which this layout of a value is known: nChw16c of exactly 16 channels is nhwc.
LayoutId canonical_layout(LayoutId layout, const Type& type);

std::size_t layout_bytes(LayoutId layout, const Type& type);

/// Images [N,C,H,W] in blocks of 8 or 16 channels (nChw16c), and weights [O,I,H,W] in blocks of as many
/// filters inside blocks of as many channels (OIhw16i16o).
LayoutId channel_blocks(int lanes, const Type& type);
LayoutId weight_blocks(int lanes, const Type& type);
/// Weights [C,1,H,W] of windows for each channel alone, in blocks of as many channels (Ohwi16o).
LayoutId filter_blocks(int lanes, const Type& type);

/// "public", "nhwc", "nChw16c", "OIhw16i16o".
std::string layout_name(LayoutId layout);

}  // namespace luge::cpu
