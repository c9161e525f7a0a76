// Direct convolutions of images with few channels, where vectors of channels would be mostly empty: vectors
// run along the rows of public images instead, or hold filters while the few channels are broadcast. Windows
// of 3x3 or 5x5 in steps of one.
//
// Images are first copied into planes with a border of zeros, so that no loop asks where the image ends.
#pragma once

#include <cstddef>
#include <cstdint>

namespace luge::narrow {

using std::int64_t;

/// An image with room for windows of `kernel` by `kernel` points around `out_height` by `out_width` places.
struct Planes {
  int64_t channels, height, width;
  int64_t kernel, pad_top, pad_left;
  int64_t out_height, out_width;
  int64_t lanes_in;  // 0: public; else channels of the image lie in blocks of so many

  int64_t rows() const { return out_height + kernel - 1; }
  int64_t stride(int64_t lanes) const {
    return (out_width + lanes - 1) / lanes * lanes + (kernel + 14) / 16 * 16;
  }
  int64_t plane(int64_t lanes) const { return rows() * stride(lanes) + 16; }
  int64_t numbers(int64_t lanes) const { return channels * plane(lanes); }
};

/// What happens to a result before it is stored.
struct Epilogue {
  const float* bias = nullptr;
  const float* addend = nullptr;  // the same image of an array that lies as the result does
  bool relu = false;
  float slope = 0;  // of relu below 0, at most 1
};

struct Loops {
  int lanes;  // 0: not for this instruction set

  /// One image into its planes, whose border is zero already.
  void (*enter)(const Planes& p, const float* x, float* planes);
  /// Weights [filters][channels][k][k] in the order of `correlate`; `turned` exchanges filters and channels
  /// and turns windows by 180 degrees (w is still [filters][channels]: the result has `channels` channels).
  void (*pack)(const float* w, int64_t filters, int64_t channels, int64_t kernel, bool turned, float* to);
  /// One public image y [filters][out_height][out_width].
  void (*correlate)(const Planes& p, const float* planes, const float* packed, int64_t filters, float* y,
                    const Epilogue& epilogue);

  /// One image's part of the weights' gradient; dy is public. sums: [filters][channels][k][k] vectors, then
  /// one vector per filter for the bias.
  void (*gradient_rows)(const Planes& p, const float* planes, const float* dy, int64_t filters, float* sums);
  /// The same with dy in blocks of filters. sums: [blocks][channels][k][k] vectors, then one per block.
  void (*gradient_lanes)(const Planes& p, const float* planes, const float* dy, int64_t filters, float* sums);
  /// dw [filters][channels][k][k] and db (may be null) from the sums of all parts, which are `part` numbers
  /// apart.
  void (*finish_rows)(const Planes& p, const float* sums, int64_t parts, int64_t part, int64_t filters,
                      float* dw, float* db);
  void (*finish_lanes)(const Planes& p, const float* sums, int64_t parts, int64_t part, int64_t filters,
                       float* dw, float* db);
};

/// The loops for this machine's instruction set.
const Loops& loops();

}  // namespace luge::narrow
