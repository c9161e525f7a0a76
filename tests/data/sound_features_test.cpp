// Front ends of sounds: equal to librosa and torchaudio, and as steps of recipes.
#include "luge/data/sound_features.h"

#include <gtest/gtest.h>

#include <cmath>

#include "luge/data/batches.h"
#include "luge/data/named_features.h"
#include "luge/data/sources.h"
#include "luge/io/safetensors.h"
#include "luge/ops/math.h"
#include "support/errors.h"
#include "support/paths.h"

namespace luge::data {
namespace {

using testing::expect_error;

Tensor golden(const std::string& key) {
  static const io::SafetensorsFile file((testing::source_dir() / "tests/golden/sounds.safetensors").string());
  for (const io::StoredTensor& stored : file.tensors()) {
    if (stored.name == key) return tensor_from_bytes(file.read(key), stored.dtype, stored.shape);
  }
  throw ValueError("no golden values of " + key);
}

HostArray sound_of(const std::vector<double>& samples) {
  HostArray sound(Field{f32, {1, static_cast<std::int64_t>(samples.size())}});
  for (std::size_t k = 0; k < samples.size(); ++k) sound.as<float>()[k] = static_cast<float>(samples[k]);
  return sound;
}
HostArray golden_sound() { return sound_of(golden("sound").to_vector<double>()); }

void expect_golden(const HostArray& made, const std::string& name) {
  SCOPED_TRACE(name);
  const Tensor wanted = golden(name);
  ASSERT_EQ(made.field.shape, (Shape{1, wanted.extent(0), wanted.extent(1)}));
  const std::vector<double> values = wanted.to_vector<double>();
  for (std::size_t k = 0; k < values.size(); ++k)
    ASSERT_NEAR(made.as<float>()[k], values[k], 1e-5 * std::max(1.0, std::abs(values[k]))) << k;
}

template <class Options>
Options at_8000(Options options) {
  options.rate = 8000;
  return options;
}

TEST(SoundFeatures, SpectrogramsAreThoseOfLibrosa) {
  const HostArray sound = golden_sound();
  SpectrogramOptions o = at_8000(SpectrogramOptions{});
  expect_golden(spectrogram(sound, o), "power");
  o.kind = SoundWindow::hamming, o.padding = SoundPadding::zeros, o.power = 1;
  expect_golden(spectrogram(sound, o), "magnitude_zeros_hamming");
  o.kind = SoundWindow::blackman, o.padding = SoundPadding::edge, o.power = 2;
  expect_golden(spectrogram(sound, o), "blackman_edge");
  o.kind = SoundWindow::hann, o.centered = false, o.fft = 243, o.hop = 77;
  expect_golden(spectrogram(sound, o), "not_centered_odd");
  o = at_8000(SpectrogramOptions{});
  o.kind = SoundWindow::rectangular, o.window = 128;
  expect_golden(spectrogram(sound, o), "rectangular");
}

TEST(SoundFeatures, MelFiltersAreThoseOfLibrosa) {
  MelOptions o = at_8000(MelOptions{});
  o.bins = 20, o.low = 60, o.high = 3600;
  const auto expect = [&](MelScale scale, MelNorm norm, const std::string& name) {
    o.scale = scale, o.norm = norm;
    const std::vector<double> wanted = golden(name).to_vector<double>();
    const std::vector<float> made = mel_filters(o);
    ASSERT_EQ(made.size(), wanted.size());
    for (std::size_t k = 0; k < made.size(); ++k) ASSERT_NEAR(made[k], wanted[k], 1e-6) << name << " " << k;
  };
  expect(MelScale::slaney, MelNorm::slaney, "filters_slaney");
  expect(MelScale::slaney, MelNorm::none, "filters_slaney_high");
  expect(MelScale::htk, MelNorm::none, "filters_htk");
  expect(MelScale::htk, MelNorm::slaney, "filters_htk_area");
}

TEST(SoundFeatures, LogMelAndMfccAreThoseOfLibrosa) {
  const HostArray sound = golden_sound();
  MelOptions mel = at_8000(MelOptions{});
  expect_golden(log_mel(sound, mel), "log_mel");
  mel.log = SoundLog::decibel, mel.range = 30;
  expect_golden(log_mel(sound, mel), "log_mel_db");
  MfccOptions o = at_8000(MfccOptions{});
  o.lifter = 22;
  expect_golden(mfcc(sound, o), "mfcc");
  o.lifter = 0, o.coefficients = 20, o.orthonormal = false;
  expect_golden(mfcc(sound, o), "mfcc_plain");
}

TEST(SoundFeatures, AreThoseOfTorchaudio) {
  const HostArray sound = golden_sound();
  MelOptions mel = at_8000(MelOptions{});
  mel.bins = 24, mel.scale = MelScale::htk, mel.norm = MelNorm::none, mel.log = SoundLog::none;
  expect_golden(log_mel(sound, mel), "torch_mel");
  MfccOptions o = at_8000(MfccOptions{});
  o.bins = 24, o.scale = MelScale::htk, o.norm = MelNorm::none;
  expect_golden(mfcc(sound, o), "torch_mfcc");
}

// Frames and bins change their order, each bin has mean 0 and deviation 1, and the channels stay apart.
TEST(SoundFeatures, HaveLayoutsChannelsAndNormalization) {
  const HostArray sound = golden_sound();
  MelOptions o = at_8000(MelOptions{});
  const HostArray picture = log_mel(sound, o);
  o.layout = SoundLayout::frames;
  const HostArray frames = log_mel(sound, o);
  const std::int64_t bins = picture.field.shape[1], count = picture.field.shape[2];
  ASSERT_EQ(frames.field.shape, (Shape{count, bins}));
  for (std::int64_t t = 0; t < count; ++t) {
    for (std::int64_t m = 0; m < bins; ++m)
      ASSERT_EQ(frames.as<float>()[static_cast<std::size_t>(t * bins + m)],
                picture.as<float>()[static_cast<std::size_t>(m * count + t)]);
  }
  o.normalize = true, o.layout = SoundLayout::picture;
  const HostArray normal = log_mel(sound, o);
  for (std::int64_t m = 0; m < bins; ++m) {
    double sum = 0, squares = 0;
    for (const float value :
         normal.as<float>().subspan(static_cast<std::size_t>(m * count), static_cast<std::size_t>(count)))
      sum += value, squares += static_cast<double>(value) * value;
    EXPECT_NEAR(sum, 0, 1e-4);
    EXPECT_NEAR(squares / static_cast<double>(count), 1, 1e-4);
  }
  HostArray both(Field{f32, {2, sound.field.shape[1]}});
  std::ranges::copy(sound.as<float>(), both.as<float>().begin() + sound.field.shape[1]);
  o.normalize = false;
  const HostArray second = log_mel(both, o);
  ASSERT_EQ(second.field.shape, (Shape{2, bins, count}));
  EXPECT_TRUE(std::ranges::equal(second.as<float>().subspan(static_cast<std::size_t>(bins * count)),
                                 picture.as<float>()));
}

// A recipe takes the rate from the training data, and the same features come of a raw record and of its file.
TEST(SoundFeatures, AreStepsOfARecipe) {
  HostArray rate(Field{i64, {}});
  rate.as<std::int64_t>()[0] = 8000;
  const Dataset data = records({{{"input", golden_sound()}, {"rate", rate}}});
  for (const char* name : {"spectrogram", "log-mel", "mfcc"}) {
    const Recipe recipe = Recipe({feature(name)}).fit(data);
    const Recipe again = Recipe::from_json(recipe.to_json());
    EXPECT_EQ(again.to_json(), recipe.to_json());
    EXPECT_EQ(sound_rate(again), 8000);
    const HostArray made = again.prediction({{"input", golden_sound()}})["input"];
    EXPECT_EQ(made.bytes, recipe.training(data).record(0)["input"].bytes) << name;
    EXPECT_EQ(recipe.training(data).info().input().shape, made.field.shape);
  }
  EXPECT_EQ(sound_rate(Recipe()), 0);
}

// Short sounds, of a single sample and shorter than what is mirrored, still give frames.
TEST(SoundFeatures, TakeShortSounds) {
  for (const std::size_t length : {1, 2, 100}) {
    const HostArray made = log_mel(sound_of(std::vector<double>(length, 0.5)), at_8000(MelOptions{}));
    EXPECT_EQ(made.field.shape[2], 1 + static_cast<std::int64_t>(length) / 80);
    for (const float value : made.as<float>()) EXPECT_TRUE(std::isfinite(value));
  }
}

TEST(SoundFeatures, SpecAugmentCoversBandsInTrainingAlone) {
  HostArray rate(Field{i64, {}});
  rate.as<std::int64_t>()[0] = 8000;
  const Dataset data = records({{{"input", golden_sound()}, {"rate", rate}}});
  const Recipe plain = Recipe({feature("log-mel")}).fit(data);
  const Recipe recipe =
      Recipe({feature("log-mel"), feature("spec-augment", {{"bins", 40}, {"frames", 5}})}).fit(data);
  const HostArray whole = plain.training(data).record(0)["input"];
  EXPECT_EQ(recipe.evaluation(data).record(0)["input"].bytes, whole.bytes);
  EXPECT_EQ(recipe.prediction({{"input", golden_sound()}})["input"].bytes, whole.bytes);
  double mean = 0;
  for (const float value : whole.as<float>()) mean += value;
  mean /= static_cast<double>(whole.as<float>().size());
  std::size_t covered = 0;
  const Dataset training = recipe.training(data);
  for (std::int64_t epoch = 0; epoch < 8; ++epoch) {
    auto batches = training.batch(1).epoch(epoch);
    const std::vector<float> seen = batches.next()->to_tensors()["input"].to_vector<float>();
    for (std::size_t k = 0; k < seen.size(); ++k) {
      if (seen[k] == whole.as<float>()[k]) continue;
      EXPECT_NEAR(seen[k], mean, 1e-4);
      ++covered;
    }
  }
  EXPECT_GT(covered, 0u);
}

TEST(BadInput, C82_FrontEndsRefuseWhatIsNotASound) {
  const MelOptions usual = at_8000(MelOptions{});
  expect_error<ShapeError>([&] { log_mel(sound_of({}), usual); }, {"log_mel", "0 samples"});
  expect_error<ShapeError>(
      [&] {
        log_mel(HostArray(Field{f32, {700}}), usual);
      },
      {"f32[700]", "f32[channels,samples]"});
  MelOptions o = usual;
  o.layout = SoundLayout::frames;
  expect_error<ShapeError>([&] { log_mel(HostArray(Field{f32, {2, 700}}), o); }, {"2 channels"});
  o = usual, o.centered = false;
  expect_error<ShapeError>([&] { log_mel(sound_of({1, 2}), o); }, {"2 samples", "256"});
  expect_error<ValueError>([&] { log_mel(golden_sound(), MelOptions{}); }, {"rate is 0"});
  o = usual, o.high = 5000;
  expect_error<ValueError>([&] { log_mel(golden_sound(), o); }, {"5000", "4000"});
  o = usual, o.fft = 100;
  expect_error<ValueError>([&] { log_mel(golden_sound(), o); }, {"fft is 100", "200"});
  MfccOptions m = at_8000(MfccOptions{});
  m.coefficients = 41;
  expect_error<ValueError>([&] { mfcc(golden_sound(), m); }, {"41 coefficients", "40 bins"});
  const Dataset unknown_rate = records({{{"input", golden_sound()}}});
  expect_error<ValueError>([&] { Recipe({feature("log-mel")}).fit(unknown_rate); }, {"log-mel", "rate=8000"});
  expect_error<StateError>([&] { Recipe({feature("log-mel")}).training(unknown_rate); }, {"fit"});
}

}  // namespace
}  // namespace luge::data
