// Pictures through image filters: convolution, and what comes out of it as a picture again.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "luge/io/image.h"
#include "luge/ops/window.h"
#include "luge/options.h"
#include "luge/tensor.h"

namespace luge::cli {

/// How results become the 8 bits of a picture.
enum class Levels : std::uint8_t {
  automatic,  ///< absolute for a kernel whose weights add up to 0, else clip
  clip,       ///< below 0 is 0, above 255 is 255
  absolute,   ///< the distance from 0, above 255 is 255
  center,     ///< 0 is 128: half the value is added to that, and clipped
};

/// What a picture is extended by: the borders of convolutions, with the names that the shell takes.
enum class Frame : std::uint8_t {
  zeros = static_cast<std::uint8_t>(Border::zeros),
  replicate = static_cast<std::uint8_t>(Border::replicate),
  reflect = static_cast<std::uint8_t>(Border::reflect),
  circular = static_cast<std::uint8_t>(Border::circular),
};

struct FilterSettings {
  PaddingMode padding = PaddingMode::same;
  Border border = Border::zeros;
  Levels levels = Levels::automatic;
  double gain = 1;  // of the results, before they become a picture
};

struct Filtered {
  io::Image picture;
  Levels levels = Levels::clip;  // what automatic has become
  float low = 0, high = 0;       // of the results, before the gain
  std::int64_t outside = 0;      // how many of them 8 bits do not hold
};

/// The extents [height, width] that this padding gives; 0 or less where the kernel does not fit.
std::pair<std::int64_t, std::int64_t> filtered_size(const io::Image& picture, const Tensor& kernel,
                                                    PaddingMode padding);
/// Each channel of the picture [height,width,1|3] through the kernels [n,1,height,width]; of several kernels
/// the length of what they give. `name` is that of the filter, for errors. Throws ShapeError when the picture
/// is too small.
Filtered filtered(const io::Image& picture, const std::string& name, const Tensor& kernel,
                  const FilterSettings& settings);

}  // namespace luge::cli

namespace luge::options {

template <>
struct Names<cli::Levels> {
  static constexpr std::pair<cli::Levels, const char*> all[] = {{cli::Levels::automatic, "auto"},
                                                                {cli::Levels::clip, "clip"},
                                                                {cli::Levels::absolute, "absolute"},
                                                                {cli::Levels::center, "center"}};
};
template <>
struct Names<cli::Frame> {
  static constexpr std::pair<cli::Frame, const char*> all[] = {{cli::Frame::zeros, "zeros"},
                                                               {cli::Frame::replicate, "replicate"},
                                                               {cli::Frame::reflect, "reflect"},
                                                               {cli::Frame::circular, "circular"}};
};
template <>
struct Names<PaddingMode> {
  static constexpr std::pair<PaddingMode, const char*> all[] = {
      {PaddingMode::valid, "valid"}, {PaddingMode::same, "same"}, {PaddingMode::full, "full"}};
};

}  // namespace luge::options
