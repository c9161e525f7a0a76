// Front ends of sounds: spectrograms, log-mel spectrograms and mel-frequency cepstral coefficients (MFCC), as
// steps of recipes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "luge/data/recipe.h"

namespace luge::data {

/// The window that weighs the samples of a frame; all are periodic.
enum class SoundWindow : std::uint8_t { hann, hamming, blackman, rectangular };
/// What lies before and after a sound whose frames are centered.
enum class SoundPadding : std::uint8_t { zeros, reflect, edge };
/// How a frequency is turned into mel. Source: Slaney 1998; O'Shaughnessy 1987, which HTK uses.
enum class MelScale : std::uint8_t { slaney, htk };
/// How mel filters are scaled: to an area of 1, or to a height of 1.
enum class MelNorm : std::uint8_t { slaney, none };
/// What is done with powers: nothing, ln(max(x, floor)), or 10·log10(max(x, floor)).
enum class SoundLog : std::uint8_t { none, natural, decibel };
/// The layout of features: f32[channels,bins,frames] as pictures, or f32[frames,bins] of one channel.
enum class SoundLayout : std::uint8_t { picture, frames };

/// Options of the front ends. Lengths are in samples.
struct SpectrogramOptions {
  std::int64_t rate = 0;    ///< samples in a second; 0: as the field "rate" of the training data says
  std::int64_t window = 0;  ///< length of the window; 0: 25 ms
  std::int64_t hop = 0;     ///< distance of frames; 0: 10 ms
  std::int64_t fft = 0;     ///< length of the Fourier transform; 0: the power of 2 from the window on
  SoundWindow kind = SoundWindow::hann;          ///< the window
  bool centered = true;                          ///< frames are centered at multiples of the hop
  SoundPadding padding = SoundPadding::reflect;  ///< what is outside the sound, with centered frames
  double power = 2;                              ///< exponent of magnitudes
  SoundLog log = SoundLog::none;                 ///< the logarithm
  double floor = 1e-10;                          ///< the smallest number whose logarithm is taken
  double range = 0;  ///< with decibels: how far below the largest numbers are cut; 0: not
  SoundLayout layout = SoundLayout::picture;  ///< the layout
  bool normalize = false;  ///< each bin of a sound gets mean 0 and deviation 1 over its frames
};
/// Options of log-mel spectrograms.
struct MelOptions : SpectrogramOptions {
  MelOptions() { log = SoundLog::natural; }
  std::int64_t bins = 40;             ///< mel filters
  double low = 0;                     ///< lowest frequency in Hz
  double high = 0;                    ///< highest frequency in Hz; 0: half of the rate
  MelScale scale = MelScale::slaney;  ///< the scale
  MelNorm norm = MelNorm::slaney;     ///< how filters are scaled
};
/// Options of mel-frequency cepstral coefficients.
struct MfccOptions : MelOptions {
  MfccOptions() { log = SoundLog::decibel, range = 80; }
  std::int64_t coefficients = 13;  ///< how many are kept
  std::int64_t lifter = 0;         ///< weight 1 + lifter/2·sin(π·(n+1)/lifter) of coefficient n; 0: 1
  bool orthonormal = true;         ///< the discrete cosine transform (type 2) keeps lengths
};

/// Returns the weights of mel filters [bins,fft/2+1], row-major. Throws ValueError for options that are not
/// right. Source: librosa.filters.mel.
std::vector<float> mel_filters(const MelOptions& options);

/// Features of one sound f32[channels,samples] with options whose rate is given. Throws ShapeError for a
/// sound of length 0, or one that is shorter than the window where frames are not centered.
HostArray spectrogram(const HostArray& sound, const SpectrogramOptions& options);
/// The same for log-mel spectrograms.
HostArray log_mel(const HostArray& sound, const MelOptions& options);
/// The same for MFCC.
HostArray mfcc(const HostArray& sound, const MfccOptions& options);

/// Returns the rate that the front end of a recipe was fitted for; 0: it has none.
std::int64_t sound_rate(const Recipe& recipe);

namespace steps {

/// Makes a spectrogram of the field "input". Source: librosa.stft, torchaudio.transforms.Spectrogram.
StepRef spectrogram(const SpectrogramOptions& options = {});
/// Makes a log-mel spectrogram of the field "input". Source: librosa.feature.melspectrogram.
StepRef log_mel(const MelOptions& options = {});
/// Makes MFCC of the field "input". Source: librosa.feature.mfcc, torchaudio.transforms.MFCC.
StepRef mfcc(const MfccOptions& options = {});

}  // namespace steps
}  // namespace luge::data
