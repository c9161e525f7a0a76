// Sound in files: WAV, FLAC, OGG and the other formats of libsndfile.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace luge::io {

/// What the header of a sound file states.
struct SoundHeader {
  std::int64_t frames = 0;    ///< the number of samples of each channel
  std::int64_t channels = 1;  ///< the number of channels
  std::int64_t rate = 0;      ///< samples of a channel in a second
};
/// A sound.
struct Sound {
  std::int64_t channels = 1;   ///< the number of channels
  std::int64_t rate = 0;       ///< samples of a channel in a second
  std::vector<float> samples;  ///< samples[t * channels + c]; PCM is divided by its largest value, so -1 … 1
  /// Returns the number of samples of each channel.
  std::int64_t frames() const { return static_cast<std::int64_t>(samples.size()) / channels; }
};
/// Limits of read_sound.
struct SoundLimits {
  std::int64_t max_samples = std::int64_t{1} << 28;  ///< the largest frames × channels
  std::int64_t max_channels = 64;                    ///< the largest number of channels
};
/// Reads only the header. Throws as read_sound does.
SoundHeader read_sound_header(const std::string& path, const SoundLimits& limits = {});
/// Reads a sound: PCM of 8, 16, 24 and 32 bits and floating numbers. libsndfile is loaded at the first call.
/// Throws FileError when the file cannot be read; FormatError when it is not a sound, is shorter than its
/// header states, or has a sample that is not finite; ValueError when it exceeds the limits, before memory is
/// allocated; and StateError when libsndfile is not installed.
Sound read_sound(const std::string& path, const SoundLimits& limits = {});

/// Returns the sound with one channel, the mean of all.
Sound mono(const Sound& sound);
/// Returns the sound with another rate, by linear interpolation between neighboring samples. Nothing is
/// filtered: a lower rate mirrors frequencies above half of it. Throws ValueError for a rate below 1.
Sound resample_linear(const Sound& sound, std::int64_t rate);

}  // namespace luge::io
