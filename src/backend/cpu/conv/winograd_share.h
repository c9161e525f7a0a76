// What the orders of Winograd's loops share.
#pragma once

#include "backend/cpu/conv/winograd_plan.h"

namespace luge::cpu::conv {

/// Neighboring planes must not fall into the same sets of the caches.
inline int64_t padded_plane(int64_t numbers) { return (numbers + 31) / 32 * 32 + 16; }

/// The part of `count` things that thread `me` of `all` takes.
struct ThreadPart {
  int64_t first, last;
  ThreadPart(int64_t count, int me, int all) : first(count * me / all), last(count * (me + 1) / all) {}
};

inline TiledImage tiled_image(const WinogradProblem& p, int64_t blocks, int64_t height, int64_t width,
                              bool padded) {
  return {blocks,
          height,
          width,
          padded ? p.pad_top : 0,
          padded ? p.pad_left : 0,
          (p.out_height + 3) / 4,
          (p.out_width + 3) / 4};
}

}  // namespace luge::cpu::conv
