// Arrays and sounds of files as data.
#include "luge/data/array_files.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>

#include "luge/data/sound.h"
#include "luge/error.h"
#include "support/errors.h"
#include "support/paths.h"
#include "support/temp_dir.h"

namespace luge::data {
namespace {

namespace fs = std::filesystem;
using testing::expect_error;
using testing::TempDir;

std::string npy(const std::string& descr, const std::string& shape, const std::string& bytes) {
  const std::string header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
  return "\x93NUMPY" + std::string("\1\0", 2) + static_cast<char>(header.size()) + '\0' + header + bytes;
}

TEST(ArrayFile, ReadsPicturesOfBytes) {
  const TempDir folder;
  const Dataset gray =
      array_file(folder.write("a.npy", npy("|u1", "(2, 1, 2)", std::string("\0\xff\x33\0", 4)))).train;
  EXPECT_EQ(gray.info().fields.to_string(), "input f32[1,1,2]");
  EXPECT_EQ(gray.get(0).input.as<float>()[1], 1);
  const Dataset color = array_file(folder.write("b.npy", npy("|u1", "(1, 2, 1, 3)", "abcdef"))).train;
  EXPECT_EQ(color.info().input().shape, Shape({3, 2, 1}));
  EXPECT_FLOAT_EQ(color.get(0).input.as<float>()[1], 'd' / 255.0f);
  std::string numbers(6 * 8, '\0');
  for (std::size_t k = 0; k < 6; ++k) {
    const double value = 0.5 * static_cast<double>(k);
    std::memcpy(&numbers[k * 8], &value, 8);
  }
  const Dataset floating = array_file(folder.write("f.npy", npy("<f8", "(1, 2, 1, 3)", numbers))).train;
  EXPECT_EQ(floating.info().input().shape, Shape({3, 2, 1}));
  EXPECT_EQ(floating.get(0).input.as<float>()[1], 1.5f);
  const Dataset ids = array_file(folder.write("c.npy", npy("<i8", "(1, 1)", std::string(8, '\1')))).train;
  EXPECT_EQ(ids.info().input().dtype, i64);
  expect_error<FormatError>(
      [&] { array_file(folder.write("d.npy", npy("<i8", "()", std::string(8, '\1')))); },
      {"d.npy", "single number"});
  expect_error<FormatError>([&] { array_file(folder.write("e.npy", npy("<i8", "(0, 4)", ""))); },
                            {"no samples"});
}

TEST(ArrayFile, ReadsIdxOfAnyType) {
  const TempDir folder;
  const Dataset numbers =
      array_file(folder.write("a-idx2-short", std::string("\0\0\x0b\2\0\0\0\1\0\0\0\2\1\0\xff\xff", 16)))
          .train;
  EXPECT_EQ(numbers.info().fields.to_string(), "input f32[2]");
  EXPECT_EQ(numbers.get(0).input.as<float>()[0], 256);
  EXPECT_EQ(numbers.get(0).input.as<float>()[1], -1);
}

std::string wav(const std::string& samples, int rate) {
  const auto number = [](std::uint64_t value, int bytes) {
    std::string text;
    for (int k = 0; k < bytes; ++k) text += static_cast<char>(value >> (8 * k) & 255);
    return text;
  };
  const auto each = static_cast<std::uint64_t>(rate);
  const std::string body = "WAVEfmt " + number(16, 4) + number(1, 2) + number(1, 2) + number(each, 4) +
                           number(2 * each, 4) + number(2, 2) + number(16, 2) + "data" +
                           number(samples.size(), 4) + samples;
  return "RIFF" + number(body.size(), 4) + body;
}

TEST(SoundFolder, ReadsClassesOfNamesAndFolders) {
  const TempDir folder;
  for (const char* name : {"one", "two"}) fs::create_directories(folder.path() / name);
  folder.write("one/a.wav", wav(std::string("\0\x40\0\x40\0\x40", 6), 8000));
  folder.write("two/b_x_0.wav", wav(std::string("\0\x40", 2), 8000));
  folder.write("two/notes.txt", "");
  std::string told;
  const Dataset ragged =
      sound_folder(folder.path(), {.tell = [&](const std::string& line) { told += line; }});
  EXPECT_EQ(ragged.info().fields.to_string(), "input f32[1,?], target i64[], rate i64[]");
  EXPECT_EQ(ragged.info().classes, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(ragged.record(0)["input"].field.shape, Shape({1, 3}));
  EXPECT_EQ(ragged.record(0)["rate"].as<std::int64_t>()[0], 8000);
  EXPECT_NE(told.find("1 files"), std::string::npos) << told;
  const Dataset fixed = sound_folder(folder.path() / "two", {.pattern = "{class}_*.wav", .length = 2});
  EXPECT_EQ(fixed.info().classes, std::vector<std::string>{"b"});
  const HostArray padded = fixed.get(0).input;
  EXPECT_EQ(padded.as<float>()[0], 0.5f);
  EXPECT_EQ(padded.as<float>()[1], 0);
  folder.write("two/c.wav", wav(std::string("\0\x40\0\x40", 4), 4000));
  const Dataset mixed = sound_folder(folder.path());
  expect_error<FormatError>([&] { mixed.record(2); }, {"c.wav", "4000", "8000", "rate=8000"});
  EXPECT_EQ(sound_folder(folder.path(), {.rate = 8000}).record(2)["input"].field.shape, Shape({1, 4}));
  expect_error<ValueError>([&] { sound_folder(folder.path(), {.pattern = "*.wav"}); }, {"{class}"});
  expect_error<FormatError>([&] { sound_folder(folder.path(), {.pattern = "{class}.mp3"}); },
                            {"holds no sounds"});
}

// The file is cut short between two epochs.
TEST(BadInput, C30_ASoundCutShort) {
  const TempDir folder;
  fs::create_directories(folder.path() / "a");
  const std::string whole = wav(std::string(200, 'a'), 8000);
  folder.write("a/a.wav", whole);
  const Dataset data = sound_folder(folder.path());
  data.record(0);
  folder.write("a/a.wav", whole.substr(0, 90));
  expect_error<FormatError>([&] { data.record(0); }, {"a.wav", "cut short"});
  fs::remove(folder.path() / "a/a.wav");
  expect_error<FileError>([&] { data.record(0); }, {"a.wav"});
}

TEST(SoundFolder, ReadsSpokenDigits) {
  const fs::path folder = testing::source_dir().parent_path() / "shared/data/speech/fsdd/recordings";
  if (!fs::exists(folder)) GTEST_SKIP() << folder << " is not there";
  const Dataset data = sound_folder(folder, {.pattern = "{class}_*.wav"});
  EXPECT_EQ(data.size(), 3000);
  EXPECT_EQ(data.info().classes.size(), 10u);
  EXPECT_EQ(data.record(0)["rate"].as<std::int64_t>()[0], 8000);
}

}  // namespace
}  // namespace luge::data
