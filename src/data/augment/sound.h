// What the augmentations of sounds share.
#pragma once

#include <span>
#include <string_view>

#include "luge/data/record.h"

namespace luge::data {

/// The field "input" of a record as a sound: channels of samples.
struct SoundView {
  std::span<float> samples;  // [channels][length]
  std::int64_t channels, length;
  std::span<float> channel(std::int64_t c) const {
    return samples.subspan(static_cast<std::size_t>(c * length), static_cast<std::size_t>(length));
  }
};
/// Throws ShapeError, beginning with the augmentation, when it is not a sound f32[channels,samples].
SoundView sound_of(std::string_view augmentation, Record& record);

}  // namespace luge::data
