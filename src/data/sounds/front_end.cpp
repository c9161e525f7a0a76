// Frames of a sound, their Fourier transform, mel filters, logarithm and cosines. All is computed in float64
// and rounded once.
#include "data/sounds/front_end.h"

#include <fmt/format.h>
#include <kissfft/kissfft.hh>

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>

#include "luge/error.h"

namespace luge::data {
namespace {

constexpr std::int64_t kLargestTransform = std::int64_t{1} << 20;

std::vector<double> window_of(const SpectrogramOptions& o) {
  // Cosine sums: a0 - a1·cos(x) + a2·cos(2x).
  const auto [a0, a1, a2] = o.kind == SoundWindow::hann       ? std::array{0.5, 0.5, 0.0}
                            : o.kind == SoundWindow::hamming  ? std::array{0.54, 0.46, 0.0}
                            : o.kind == SoundWindow::blackman ? std::array{0.42, 0.5, 0.08}
                                                              : std::array{1.0, 0.0, 0.0};
  std::vector<double> window(static_cast<std::size_t>(o.fft));
  const std::int64_t begin = (o.fft - o.window) / 2;  // a shorter window is in the middle
  for (std::int64_t k = 0; k < o.window; ++k) {
    const double x = 2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(o.window);
    window[static_cast<std::size_t>(begin + k)] = a0 - a1 * std::cos(x) + a2 * std::cos(2 * x);
  }
  return window;
}

// The sample at a position that may lie outside the sound.
float sample_at(std::span<const float> samples, std::int64_t at, SoundPadding padding) {
  const auto count = static_cast<std::int64_t>(samples.size());
  if (at < 0 || at >= count) {
    if (padding == SoundPadding::zeros) return 0;
    if (padding == SoundPadding::edge || count == 1) at = std::clamp<std::int64_t>(at, 0, count - 1);
    const std::int64_t period = std::max<std::int64_t>(1, 2 * (count - 1));
    if (at < 0 || at >= count) at = ((at % period) + period) % period;  // there and back again
    if (at >= count) at = period - at;
  }
  return samples[static_cast<std::size_t>(at)];
}

void take_logarithm(std::span<double> values, const SpectrogramOptions& o) {
  if (o.log == SoundLog::none) return;
  const bool decibel = o.log == SoundLog::decibel;
  for (double& value : values) {
    value = std::max(value, o.floor);
    value = decibel ? 10 * std::log10(value) : std::log(value);
  }
  if (!decibel || o.range <= 0) return;
  const double least = *std::max_element(values.begin(), values.end()) - o.range;
  for (double& value : values) value = std::max(value, least);
}

void normalize_rows(std::span<double> values, std::int64_t frames) {
  const auto width = static_cast<std::size_t>(frames);
  for (std::size_t at = 0; at < values.size(); at += width) {
    const std::span<double> row = values.subspan(at, width);
    double sum = 0, squares = 0;
    for (const double value : row) sum += value;
    const double mean = sum / static_cast<double>(frames);
    for (const double value : row) squares += (value - mean) * (value - mean);
    const double deviation = std::sqrt(squares / static_cast<double>(frames));
    for (double& value : row) value = (value - mean) / std::max(deviation, 1e-8);
  }
}

// The products of a matrix [rows,inner] with [inner,frames].
template <class T>
std::vector<double> product(const std::vector<T>& matrix, const std::vector<double>& values,
                            std::int64_t frames) {
  const auto width = static_cast<std::size_t>(frames), inner = values.size() / width;
  const std::size_t rows = matrix.size() / inner;
  std::vector<double> made(rows * width);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t k = 0; k < inner; ++k) {
      const double weight = static_cast<double>(matrix[r * inner + k]);
      if (weight == 0) continue;
      for (std::size_t t = 0; t < width; ++t) made[r * width + t] += weight * values[k * width + t];
    }
  }
  return made;
}

std::vector<double> cosines_of(const MfccOptions& o) {
  if (o.coefficients < 1 || o.coefficients > o.bins || o.lifter < 0)
    throw ValueError(fmt::format(
        "mfcc: {} coefficients of {} bins, lifter {}; expected 1 to {} coefficients and a lifter from 0",
        o.coefficients, o.bins, o.lifter, o.bins));
  std::vector<double> made;
  const auto bins = static_cast<double>(o.bins);
  for (std::int64_t n = 0; n < o.coefficients; ++n) {
    const double scale = !o.orthonormal ? 2 : n == 0 ? std::sqrt(1 / bins) : std::sqrt(2 / bins);
    const auto lifter = static_cast<double>(o.lifter);
    const double lift =
        o.lifter > 0 ? 1 + lifter / 2 * std::sin(std::numbers::pi * static_cast<double>(n + 1) / lifter) : 1;
    for (std::int64_t m = 0; m < o.bins; ++m)
      made.push_back(
          scale * lift *
          std::cos(std::numbers::pi * static_cast<double>(n) * (static_cast<double>(m) + 0.5) / bins));
  }
  return made;
}

}  // namespace

SpectrogramOptions settled(const char* who, SpectrogramOptions o) {
  const auto refuse = [&](const std::string& what) { throw ValueError(fmt::format("{}: {}", who, what)); };
  if (o.rate < 1) refuse(fmt::format("rate is {}; expected the samples in a second", o.rate));
  if (o.window == 0) o.window = std::max<std::int64_t>(1, o.rate * 25 / 1000);
  if (o.hop == 0) o.hop = std::max<std::int64_t>(1, o.rate / 100);
  if (o.window < 1 || o.window > kLargestTransform)
    refuse(fmt::format("window is {} samples; expected 1 to {}", o.window, kLargestTransform));
  if (o.fft == 0) o.fft = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(o.window)));
  if (o.fft < o.window || o.fft > kLargestTransform)
    refuse(fmt::format("fft is {}; expected {} (the window) to {}", o.fft, o.window, kLargestTransform));
  if (o.hop < 1) refuse(fmt::format("hop is {}; expected 1 or more", o.hop));
  if (!(o.power > 0) || !(o.floor > 0) || !(o.range >= 0))
    refuse(
        fmt::format("power is {}, floor {} and range {}; expected power and floor above 0, and range from 0",
                    o.power, o.floor, o.range));
  return o;
}

FrontEnd::FrontEnd(const SpectrogramOptions& options)
    : options_(settled("spectrogram", options)),
      window_(window_of(options_)),
      spectrum_(options_.fft / 2 + 1),
      rows_(spectrum_) {}

FrontEnd::FrontEnd(const MelOptions& options) : FrontEnd(static_cast<const SpectrogramOptions&>(options)) {
  filters_ = mel_filters(options);
  rows_ = options.bins;
}

FrontEnd::FrontEnd(const MfccOptions& options) : FrontEnd(static_cast<const MelOptions&>(options)) {
  cosines_ = cosines_of(options);
  rows_ = options.coefficients;
}

std::int64_t FrontEnd::frames(std::int64_t samples) const {
  if (samples < 1) return 0;
  const std::int64_t around = options_.centered ? options_.fft / 2 * 2 : 0;
  const std::int64_t rest = samples + around - options_.fft;
  return rest < 0 ? 0 : rest / options_.hop + 1;
}

Field FrontEnd::made(const Field& sound) const {
  if (sound.dtype != f32 || sound.text || sound.shape.rank() != 2)
    throw ShapeError(
        fmt::format("the input is {}; expected a sound f32[channels,samples]", sound.to_string()));
  const std::int64_t count = sound.shape[1] == unknown ? unknown : frames(sound.shape[1]);
  if (options_.layout == SoundLayout::picture) return {f32, {sound.shape[0], rows_, count}};
  if (sound.shape[0] != 1)
    throw ShapeError(fmt::format("the input has {} channels; layout=frames takes one", sound.shape[0]));
  return {f32, {count, rows_}};
}

// |X|^power of all frames: [fft/2+1,frames].
void FrontEnd::powers(std::span<const float> samples, std::vector<double>& to, std::int64_t frames) const {
  const auto size = static_cast<std::size_t>(options_.fft), width = static_cast<std::size_t>(frames);
  // Planned once for each thread: the library keeps its work space in the plan.
  thread_local std::size_t planned = 0;
  thread_local std::unique_ptr<kissfft<double>> transform;
  if (planned != size) transform = std::make_unique<kissfft<double>>(size, false), planned = size;
  std::vector<std::complex<double>> frame(size), spectrum(size);
  to.resize(static_cast<std::size_t>(spectrum_) * width);
  for (std::int64_t t = 0; t < frames; ++t) {
    const std::int64_t begin = t * options_.hop - (options_.centered ? options_.fft / 2 : 0);
    for (std::size_t k = 0; k < size; ++k)
      frame[k] = window_[k] == 0
                     ? 0
                     : window_[k] * static_cast<double>(sample_at(
                                        samples, begin + static_cast<std::int64_t>(k), options_.padding));
    transform->transform(frame.data(), spectrum.data());
    for (std::size_t k = 0; k < static_cast<std::size_t>(spectrum_); ++k) {
      const double square = std::norm(spectrum[k]);
      to[k * width + static_cast<std::size_t>(t)] =
          options_.power == 2 ? square : std::pow(square, options_.power / 2);
    }
  }
}

HostArray FrontEnd::operator()(const HostArray& sound, const std::string& where) const {
  Field field;
  try {
    field = made(sound.field);
  } catch (const ShapeError& error) {
    throw ShapeError(fmt::format("{}: {}", where, error.what()));
  }
  const std::int64_t channels = sound.field.shape[0], samples = sound.field.shape[1];
  const std::int64_t count = frames(samples);
  if (count < 1)
    throw ShapeError(fmt::format("{}: the sound has {} samples; expected {} or more", where, samples,
                                 options_.centered ? 1 : options_.fft));
  HostArray result(field);
  const std::span<float> to = result.as<float>();
  std::vector<double> values;
  for (std::int64_t c = 0; c < channels; ++c) {
    powers(
        sound.as<float>().subspan(static_cast<std::size_t>(c * samples), static_cast<std::size_t>(samples)),
        values, count);
    if (!filters_.empty()) values = product(filters_, values, count);
    take_logarithm(values, options_);
    if (!cosines_.empty()) values = product(cosines_, values, count);
    if (options_.normalize) normalize_rows(values, count);
    const auto rows = static_cast<std::size_t>(rows_), width = static_cast<std::size_t>(count);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t t = 0; t < width; ++t)
        to[options_.layout == SoundLayout::frames ? t * rows + r
                                                  : (static_cast<std::size_t>(c) * rows + r) * width + t] =
            static_cast<float>(values[r * width + t]);
    }
  }
  return result;
}

HostArray spectrogram(const HostArray& sound, const SpectrogramOptions& options) {
  return FrontEnd(options)(sound, "spectrogram");
}
HostArray log_mel(const HostArray& sound, const MelOptions& options) {
  return FrontEnd(options)(sound, "log_mel");
}
HostArray mfcc(const HostArray& sound, const MfccOptions& options) {
  return FrontEnd(options)(sound, "mfcc");
}

}  // namespace luge::data
