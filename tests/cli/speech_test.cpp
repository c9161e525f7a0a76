// Sounds from the shell: a training on WAV files whose names say classes and parts, and what predict says of
// a file.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/in_process.h"
#include "support/paths.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::in_process;
using testing::TempDir;

std::string number(std::uint64_t value, int bytes) {
  std::string text;
  for (int k = 0; k < bytes; ++k) text += static_cast<char>(value >> (8 * k) & 255);
  return text;
}
// A tone of 0.2 s as a WAV file of 16 bits.
std::string tone(double hertz, int rate, double phase) {
  std::string samples;
  for (int t = 0; t < rate / 5; ++t) {
    const double value = 8000 * std::sin(2 * M_PI * hertz * t / rate + phase);
    samples += number(static_cast<std::uint64_t>(static_cast<std::int64_t>(value)), 2);
  }
  const auto hz = static_cast<std::uint64_t>(rate);
  const std::string format =
      number(1, 2) + number(1, 2) + number(hz, 4) + number(2 * hz, 4) + number(2, 2) + number(16, 2);
  const std::string body =
      "WAVEfmt " + number(format.size(), 4) + format + "data" + number(samples.size(), 4) + samples;
  return "RIFF" + number(body.size(), 4) + body;
}

TEST(SpeechCommand, LearnsTonesAndPredictsFilesOfAnyRate) {
  const TempDir dir;
  fs::create_directories(dir.file("tones"));
  for (int k = 0; k < 20; ++k) {
    dir.write("tones/low_" + std::to_string(k) + ".wav", tone(300 + 5 * k, 8000, 0.3 * k));
    dir.write("tones/high_" + std::to_string(k) + ".wav", tone(2500 + 20 * k, 8000, 0.2 * k));
  }
  const auto trained = in_process({"train", "model=speech-cnn", "filters=4,8", "data=" + dir.file("tones"),
                                   "data.pattern={class}_*.wav", "data.test=*_[0-2].wav", "data.length=1600",
                                   "epochs=8", "batch=4", "run.dir=" + dir.file("run"),
                                   "augment=sound-shift,sound-gain", "augment.sound-shift.samples=100"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const auto measured = in_process({"eval", "run=" + dir.file("run"), "--json"});
  ASSERT_EQ(measured.code, 0) << measured.err;
  const json figures = json::parse(measured.out);
  EXPECT_EQ(figures.at("split"), "test");
  EXPECT_EQ(figures.at("samples"), 6);
  EXPECT_EQ(figures.at("metrics").at("accuracy"), 1);
  for (const auto& [name, hertz] : {std::pair("low", 320.0), std::pair("high", 2600.0)}) {
    for (const int rate : {8000, 16000}) {
      dir.write("x.wav", tone(hertz, rate, 1));
      const auto said =
          in_process({"predict", "run=" + dir.file("run"), "input=" + dir.file("x.wav"), "--json"});
      ASSERT_EQ(said.code, 0) << said.err;
      EXPECT_NE(said.out.find('"' + std::string(name) + '"'), std::string::npos) << said.out;
      EXPECT_EQ((said.out + said.err).find("resampled from 16000 to 8000") != std::string::npos, rate != 8000)
          << said.out << said.err;
    }
  }
  dir.write("x.wav", tone(300, 0, 0));
  EXPECT_NE(in_process({"predict", "run=" + dir.file("run"), "input=" + dir.file("x.wav")}).code, 0);
}

// The official split of the Free Spoken Digit Dataset: numbers 0 to 4 are the test part.
TEST(SlowSpeech, OneCommandHearsDigits) {
  const fs::path data = testing::source_dir().parent_path() / "shared" / "data" / "speech" / "fsdd";
  if (!fs::exists(data)) GTEST_SKIP() << data << " is not on this machine";
  const TempDir dir;
  const auto trained =
      in_process({"train", "model=speech-cnn", "data=" + data.string(), "data.pattern={class}_*.wav",
                  "data.test=*_[0-4].wav", "run.dir=" + dir.file("run")});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const auto measured = in_process({"eval", "run=" + dir.file("run"), "--json"});
  ASSERT_EQ(measured.code, 0) << measured.err;
  const json figures = json::parse(measured.out);
  EXPECT_EQ(figures.at("samples"), 300);
  EXPECT_GE(figures.at("metrics").at("accuracy"), 0.97) << measured.out;
}

}  // namespace
}  // namespace luge
