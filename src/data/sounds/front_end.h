// A front end that is settled: its window, filters and cosines are made once.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "luge/data/sound_features.h"

namespace luge::data {

/// Returns the options with what follows from the rate: window, hop and fft. Throws ValueError, which begins
/// with `who`, when they do not fit each other.
SpectrogramOptions settled(const char* who, SpectrogramOptions options);

class FrontEnd {
 public:
  explicit FrontEnd(const SpectrogramOptions& options);
  explicit FrontEnd(const MelOptions& options);
  explicit FrontEnd(const MfccOptions& options);

  /// Bins of a frame.
  std::int64_t bins() const { return rows_; }
  /// Frames of a sound of this many samples; at most 0: it is too short.
  std::int64_t frames(std::int64_t samples) const;
  /// The field of features of sounds of this field.
  Field made(const Field& sound) const;
  /// Throws ShapeError, which begins with `where`, for a sound that is too short.
  HostArray operator()(const HostArray& sound, const std::string& where) const;

 private:
  void powers(std::span<const float> samples, std::vector<double>& to, std::int64_t frames) const;
  SpectrogramOptions options_;
  std::vector<double> window_;
  std::vector<float> filters_;   // [bins,fft/2+1]; empty: none
  std::vector<double> cosines_;  // [coefficients,bins]; empty: none
  std::int64_t spectrum_ = 0, mel_ = 0, rows_ = 0;
};

}  // namespace luge::data
