// Folders of sounds: parts by the names of files, WAV files that do not fit, and random changes of sounds.
#include "luge/data/sound.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "luge/data/augment.h"
#include "luge/data/sound_strings.h"
#include "luge/data/sources.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::data {
namespace {

using testing::expect_error;
using testing::TempDir;

std::string number(std::uint64_t value, int bytes) {
  std::string text;
  for (int k = 0; k < bytes; ++k) text += static_cast<char>(value >> (8 * k) & 255);
  return text;
}
// A WAV file of whole numbers of 16 or 24 bits.
std::string wav(const std::vector<int>& samples, int rate = 8000, int channels = 1, int bits = 16) {
  std::string data;
  for (const int sample : samples) data += number(static_cast<std::uint64_t>(sample), bits / 8);
  const int frame = channels * bits / 8;
  const std::string format =
      number(1, 2) + number(static_cast<std::uint64_t>(channels), 2) +
      number(static_cast<std::uint64_t>(rate), 4) + number(static_cast<std::uint64_t>(rate * frame), 4) +
      number(static_cast<std::uint64_t>(frame), 2) + number(static_cast<std::uint64_t>(bits), 2);
  const std::string body =
      "WAVEfmt " + number(format.size(), 4) + format + "data" + number(data.size(), 4) + data;
  return "RIFF" + number(body.size(), 4) + body;
}

TEST(Sounds, HavePartsByTheNamesOfFiles) {
  const TempDir folder;
  for (const char* name : {"0_ann_0.wav", "0_ann_7.wav", "1_ann_4.wav", "1_bob_12.wav", "1_bob_5.wav"})
    folder.write(name, wav({1, 2, 3}));
  const auto read = [&](const SoundOptions& options) { return sound_folder(folder.path(), options); };
  const Dataset test = read({.pattern = "{class}_*.wav", .only = "*_[0-4].wav"}),
                train = read({.pattern = "{class}_*.wav", .without = "*_[0-4].wav"});
  EXPECT_EQ(test.size(), 2);
  EXPECT_EQ(train.size(), 3);
  for (std::int64_t i = 0; i < test.size(); ++i)
    for (std::int64_t k = 0; k < train.size(); ++k) EXPECT_NE(test.where(i), train.where(k));
  const Dataset speakers = read({.pattern = "*_{class}_*.wav"});
  EXPECT_EQ(speakers.info().classes, (std::vector<std::string>{"ann", "bob"}));
  expect_error<FormatError>([&] { read({.pattern = "{class}_*.wav", .only = "x*"}); }, {"no sounds", "x*"});
}

TEST(BadInput, C82_SoundsThatDoNotFitTheOthers) {
  const TempDir folder;
  folder.write("a_1.wav", wav({100, 200}));
  const auto read_second = [&](const std::string& bytes, SoundOptions options = {}) {
    folder.write("b_1.wav", bytes);
    options.pattern = "{class}_*.wav", options.length = 4;
    return sound_folder(folder.path(), options).record(1)["input"];
  };
  expect_error<FormatError>([&] { read_second(wav({1}, 16000)); }, {"b_1.wav", "16000", "8000", "rate=8000"});
  EXPECT_EQ(read_second(wav({1, 2, 3, 4}, 16000), {.rate = 8000}).field.shape, (Shape{1, 4}));
  expect_error<FormatError>(
      [&] {
        read_second(wav({1, 2}, 8000, 2), {.mono = false});
      },
      {"b_1.wav", "2 channels", "expected 1"});
  EXPECT_EQ(read_second(wav({0x400000}, 8000, 1, 24)).as<float>()[0], 0.5f);
  expect_error<FormatError>([&] { read_second(wav({})); }, {"b_1.wav", "no samples"});
  expect_error<FormatError>([&] { read_second(wav({1, 2, 3}).substr(0, 46)); }, {"b_1.wav", "cut short"});
  expect_error<FormatError>([&] { read_second("RIFF, but no more"); }, {"b_1.wav", "not a sound"});
  expect_error<FormatError>([&] { read_second(""); }, {"b_1.wav", "empty"});
}

// Recordings of one sample value each, so that a joined sound says which ones it is made of.
TEST(SoundStrings, JoinRecordingsWithTheirWords) {
  const TempDir folder;
  for (int k = 0; k < 6; ++k)
    folder.write(std::to_string(k) + "_x.wav",
                 wav(std::vector<int>(static_cast<std::size_t>(10 + k), 1000 * (k + 1))));
  const Dataset recordings = sound_folder(folder.path(), {.pattern = "{class}_*.wav"});
  const Dataset strings = sound_strings(recordings, {.samples = 200, .longest = 4, .pause = 5, .seed = 3});
  std::set<std::size_t> lengths;
  bool paused = false;
  for (std::int64_t i = 0; i < strings.size(); ++i) {
    const Record record = strings.record(i);
    const std::string text(record["text"].text());
    lengths.insert(text.size());
    std::string heard;
    std::size_t from = 0;
    const auto samples = record["input"].as<float>();
    for (std::size_t t = 1; t <= samples.size(); ++t) {
      if (t < samples.size() && samples[t] == samples[from]) continue;
      const auto word = static_cast<std::size_t>(std::lround(samples[from] * 32.768f));
      for (std::size_t k = 0; word > 0 && k < (t - from) / (9 + word); ++k) heard += std::to_string(word - 1);
      paused |= word == 0;
      from = t;
    }
    EXPECT_EQ(heard, text) << i;
    EXPECT_EQ(record["rate"].as<std::int64_t>()[0], 8000);
    EXPECT_EQ(strings.fields({"text"}).record(i)["text"].text(), text);
  }
  EXPECT_EQ(lengths, (std::set<std::size_t>{1, 2, 3, 4}));
  EXPECT_TRUE(paused);
  // Of one length: those that fit, and zeros.
  const Dataset fixed = sound_strings(recordings, {.samples = 50, .longest = 4, .length = 40});
  for (std::int64_t i = 0; i < fixed.size(); ++i) {
    EXPECT_EQ(fixed.record(i)["input"].field.shape, (Shape{1, 40}));
    EXPECT_LE(fixed.record(i)["text"].text().size(), 4u);
  }
  // Another epoch joins others where that is asked for.
  EXPECT_EQ(strings.info().input().shape, (Shape{1, unknown}));
  const Dataset fresh = sound_strings(recordings, {.samples = 50, .fresh = true});
  EXPECT_NE(fresh.source()->at_epoch(1), nullptr);
  EXPECT_EQ(fixed.source()->at_epoch(1), nullptr);
}

TEST(BadInput, C82_StringsOfWhatIsNotASound) {
  const TempDir folder;
  folder.write("0_x.wav", wav(std::vector<int>(20, 1)));
  const Dataset recordings = sound_folder(folder.path(), {.pattern = "{class}_*.wav"});
  expect_error<ValueError>([&] { sound_strings(recordings, {.longest = 0}); }, {"longest 0"});
  expect_error<ValueError>([&] { sound_strings(recordings, {.length = 10}).record(0); },
                           {"0_x.wav", "20 samples", "10 or fewer"});
  expect_error<ValueError>([&] { sound_strings(recordings.fields({"input"})); }, {"sounds with classes"});
}

Record tone() {
  HostArray sound(Field{f32, {2, 1000}});
  for (std::size_t k = 0; k < 2000; ++k) sound.as<float>()[k] = std::sin(0.3f * static_cast<float>(k % 1000));
  return {{"input", sound}};
}
double power(const HostArray& sound) {
  double sum = 0;
  for (const float sample : sound.as<float>()) sum += static_cast<double>(sample) * sample;
  return sum;
}

TEST(SoundAugmentations, ChangeWhatTheySay) {
  const HostArray before = tone()["input"];
  double least = INFINITY, most = 0;
  for (std::uint64_t key = 0; key < 200; ++key) {
    const double ratio =
        power(augmentation("sound-gain", {{"decibels", 6}})(tone(), key)["input"]) / power(before);
    least = std::min(least, ratio), most = std::max(most, ratio);
  }
  EXPECT_NEAR(10 * std::log10(least), -6, 0.3);
  EXPECT_NEAR(10 * std::log10(most), 6, 0.3);
  HostArray noise = augmentation("sound-noise", {{"least", 20}, {"most", 20}})(tone(), 5)["input"];
  for (std::size_t k = 0; k < 2000; ++k) noise.as<float>()[k] -= before.as<float>()[k];
  EXPECT_NEAR(10 * std::log10(power(before) / power(noise)), 20, 0.5);
  bool earlier = false, later = false;
  for (std::uint64_t key = 0; key < 50; ++key) {
    const HostArray moved = augmentation("sound-shift", {{"samples", 50}})(tone(), key)["input"];
    for (std::int64_t by = -50; by <= 50; ++by) {
      bool same = true;
      for (std::int64_t k = 0; k < 1000 && same; ++k) {
        const std::int64_t from = k - by;
        const float wanted =
            from < 0 || from >= 1000 ? 0 : before.as<float>()[static_cast<std::size_t>(from)];
        same = moved.as<float>()[static_cast<std::size_t>(k)] == wanted &&
               moved.as<float>()[static_cast<std::size_t>(1000 + k)] == wanted;
      }
      if (same) (by < 0 ? earlier : later) = true;
    }
  }
  EXPECT_TRUE(earlier && later);
}

// The zero crossings of a tone say how fast it is.
TEST(SoundAugmentations, SpeedChangesTheTone) {
  const auto crossings = [](const HostArray& sound) {
    int count = 0;
    for (std::size_t k = 1; k < 800; ++k) count += sound.as<float>()[k] > 0 && sound.as<float>()[k - 1] <= 0;
    return count;
  };
  const int usual = crossings(tone()["input"]);
  int least = usual, most = usual;
  for (std::uint64_t key = 0; key < 100; ++key) {
    const HostArray made = augmentation("sound-speed", {{"change", 0.2}})(tone(), key)["input"];
    ASSERT_EQ(made.field.shape, (Shape{2, 1000}));
    least = std::min(least, crossings(made)), most = std::max(most, crossings(made));
  }
  EXPECT_NEAR(least, 0.8 * usual, 2);
  EXPECT_NEAR(most, 1.2 * usual, 2);
}

TEST(BadInput, C82_AugmentationsOfSoundsRefusePictures) {
  const Record picture = {{"input", HostArray(Field{f32, {1, 4, 4}})}};
  for (const char* name : {"sound-gain", "sound-noise", "sound-shift", "sound-speed"})
    expect_error<ShapeError>([&] { augmentation(name)(picture, 1); },
                             {name, "f32[1,4,4]", "f32[channels,samples]"});
}

}  // namespace
}  // namespace luge::data
