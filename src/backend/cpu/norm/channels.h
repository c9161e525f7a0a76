// Loops over the channels of an image, for batch normalization. A strip is what one vector holds side by
// side: some neighboring channels (blocked layouts and N,…,C), or one channel whose points are neighbors
// (the public layout, a plane). The images of a strip are cut into parts by their shapes alone, so that any
// number of threads adds up the same numbers in the same order.
#pragma once

#include <cstdint>

#include "backend/cpu/channel_view.h"

namespace luge::cpu::norm {

struct ChannelWalk {
  bool plane = false;       // one channel a strip, points side by side
  std::int64_t lanes = 1;   // channels a strip
  std::int64_t strips = 1;  // lanes·strips channels, padding included
  std::int64_t channels = 1;
  std::int64_t images = 1, points = 1;
  std::int64_t image_stride = 0, point_stride = 0;
  std::int64_t block_strips = 1, block_stride = 0;  // strips side by side at a point; between such blocks
  std::int64_t parts = 1;
  std::int64_t chunk_images = 1, chunk_points = 1;  // what is added up in float32 before float64

  ChannelWalk(const cpu::ChannelView& planes, std::int64_t images, std::int64_t channels);

  std::int64_t padded() const { return lanes * strips; }
  std::int64_t tasks() const { return strips * parts; }
  std::int64_t first_image(std::int64_t part) const { return images * part / parts; }
  std::int64_t strip_offset(std::int64_t strip) const {
    return strip / block_strips * block_stride + strip % block_strips * lanes;
  }
};

/// Numbers of one channel each, `padded()` long, zero in padding lanes.
struct Coefficients {
  float *mean, *factor, *shift;  // y = (x - mean)·factor + shift
  float *constant, *slope;       // dx = factor·g + constant + slope·(x - mean)
};

/// Forward: count, mean and Σ(x - mean)² of a part of a strip. Backward: Σg and Σg·(x - mean).
struct Partial {
  double *first, *second;  // [parts][padded()]
};

/// What is applied to the normalized image: nothing, relu, or relu with a slope below 0.
enum class Rectifier : std::uint8_t { none, relu, leaky };

struct ForwardImages {
  const float* x;
  const float* residual;  // added before the rectifier; may be null
  float* y;               // may be null: nothing is applied then
  Rectifier rectifier = Rectifier::none;
  float slope = 0;  // of a leaky one
};
struct BackwardImages {
  const float *dy, *x;
  float* dx;
  // Decides by the sign of (x - mean)·factor + shift what of dy counts.
  Rectifier rectifier = Rectifier::none;
  float slope = 0;
};

struct ChannelLoops {
  void (*moments)(const ChannelWalk& w, std::int64_t task, const float* x, const Partial& out);
  void (*apply)(const ChannelWalk& w, std::int64_t task, const ForwardImages& images, const Coefficients& c);
  void (*slopes)(const ChannelWalk& w, std::int64_t task, const BackwardImages& images, const Coefficients& c,
                 const Partial& out);
  void (*spread)(const ChannelWalk& w, std::int64_t task, const BackwardImages& images,
                 const Coefficients& c);
};

/// The loops for this machine's instruction set.
const ChannelLoops& channel_loops();

}  // namespace luge::cpu::norm
