// Sounds in files.
#include "luge/io/sound.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "luge/error.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::io {
namespace {

using testing::expect_error;
using testing::TempDir;

std::string number(std::uint64_t value, int bytes) {
  std::string text;
  for (int k = 0; k < bytes; ++k) text += static_cast<char>(value >> (8 * k) & 255);
  return text;
}

// A WAV file; kind 1: whole numbers, 3: floating ones.
std::string wav(int kind, int bits, int channels, const std::string& samples, int rate = 8000) {
  const int frame = channels * bits / 8;
  const std::string format =
      number(static_cast<std::uint64_t>(kind), 2) + number(static_cast<std::uint64_t>(channels), 2) +
      number(static_cast<std::uint64_t>(rate), 4) + number(static_cast<std::uint64_t>(rate * frame), 4) +
      number(static_cast<std::uint64_t>(frame), 2) + number(static_cast<std::uint64_t>(bits), 2);
  const std::string body =
      "WAVEfmt " + number(format.size(), 4) + format + "data" + number(samples.size(), 4) + samples;
  return "RIFF" + number(body.size(), 4) + body;
}

TEST(Sound, ReadsEveryKindOfSample) {
  const TempDir folder;
  const auto read = [&](const std::string& bytes) {
    return read_sound(folder.write("a.wav", bytes)).samples;
  };
  EXPECT_EQ(read(wav(1, 16, 1, number(16384, 2) + number(0x8000, 2))), (std::vector<float>{0.5f, -1}));
  EXPECT_EQ(read(wav(1, 24, 1, number(0x400000, 3) + number(0x800000, 3))), (std::vector<float>{0.5f, -1}));
  EXPECT_EQ(read(wav(1, 32, 1, number(0x40000000, 4) + number(0x80000000, 4))),
            (std::vector<float>{0.5f, -1}));
  EXPECT_EQ(read(wav(1, 8, 1, "\x80\xc0")), (std::vector<float>{0, 0.5f}));
  EXPECT_EQ(read(wav(3, 32, 1, number(0x3e800000, 4))), std::vector<float>{0.25f});
  const Sound both =
      read_sound(folder.write("b.wav", wav(1, 16, 2, number(8192, 2) + number(24576, 2), 44100)));
  EXPECT_EQ(both.channels, 2);
  EXPECT_EQ(both.rate, 44100);
  EXPECT_EQ(both.frames(), 1);
  EXPECT_EQ(mono(both).samples, std::vector<float>{0.5f});
}

TEST(Sound, IsResampledLinearly) {
  const Sound sound{1, 4, {0, 1, 2, 3}};
  EXPECT_EQ(resample_linear(sound, 8).samples, (std::vector<float>{0, 0.5f, 1, 1.5f, 2, 2.5f, 3, 3}));
  EXPECT_EQ(resample_linear(sound, 2).samples, (std::vector<float>{0, 2}));
  EXPECT_EQ(resample_linear({2, 2, {0, 10, 2, 20}}, 4).samples,
            (std::vector<float>{0, 10, 1, 15, 2, 20, 2, 20}));
  expect_error<ValueError>([&] { resample_linear(sound, 0); }, {"rate is 0"});
}

TEST(BadInput, C82_SoundsThatAreNone) {
  const TempDir folder;
  const auto read = [&](const std::string& bytes, const SoundLimits& limits = {}) {
    return read_sound(folder.write("a.wav", bytes), limits);
  };
  expect_error<FormatError>([&] { read("text"); }, {"a.wav", "not a sound", "text"});
  expect_error<FormatError>([&] { read(""); }, {"a.wav", "empty"});
  expect_error<FileError>([&] { read_sound(folder.file("none.wav")); }, {"none.wav"});
  expect_error<FileError>([&] { read_sound(folder.path().string()); }, {});
  const std::string whole = wav(1, 16, 1, std::string(200, 'a'));
  expect_error<FormatError>([&] { read(whole.substr(0, 100)); }, {"200 bytes", "cut short"});
  expect_error<ValueError>([&] { read(whole, {.max_samples = 99}); }, {"100 samples", "at most 99"});
  expect_error<ValueError>([&] { read(wav(1, 16, 3, std::string(6, 'a')), {.max_channels = 2}); },
                           {"3 channels"});
  expect_error<FormatError>([&] { read(wav(3, 32, 1, number(0x7fc00000, 4))); }, {"sample 0", "finite"});
}

}  // namespace
}  // namespace luge::io
