// Picture files with bytes that are changed, cut, repeated or moved: a picture, or an error of Luge that
// names the file; never anything else.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <random>
#include <span>

#include "io/image/exif.h"
#include "luge/error.h"
#include "luge/io/image_facts.h"
#include "luge/io/safetensors.h"
#include "support/paths.h"
#include "support/pictures.h"
#include "support/temp_dir.h"

namespace luge::io {
namespace {

using testing::TempDir;

// Files of each kind, one of every sort that Pillow writes, and JPEG files that begin with EXIF.
std::map<std::string, std::vector<std::string>> whole_files() {
  const SafetensorsFile golden((testing::source_dir() / "tests/golden/pictures.safetensors").string());
  const TempDir folder;
  std::map<std::string, std::vector<std::string>> files;
  for (const std::string& name : golden.names()) {
    if (!name.starts_with("file.")) continue;
    const std::vector<std::byte> bytes = golden.read(name);
    const std::string content(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const std::string kind = image_facts(folder.write("picture", content)).kind;
    files[kind].push_back(content);
    if (kind == "JPEG") files["EXIF"].push_back(testing::with_orientation(content, 6));
  }
  return files;
}

// `near` bytes from the beginning are changed more often: sizes and lengths are there.
std::string damaged(std::string text, std::mt19937& random, std::size_t near) {
  const auto below = [&](std::size_t count) { return random() % std::max<std::size_t>(count, 1); };
  for (unsigned k = random() % 4 + 1; k-- > 0 && !text.empty();) {
    const std::size_t at = below(random() % 3 == 0 ? text.size() : std::min(near, text.size()));
    switch (random() % 6) {
      case 0: text[at] = static_cast<char>(random()); break;
      case 1: text[at] = static_cast<char>(text[at] ^ (1 << random() % 8)); break;
      case 2: text.erase(at, below(9)); break;
      case 3: text.insert(at, text.substr(below(text.size()), below(70))); break;
      case 4: text.replace(at, 2, random() % 2 == 0 ? std::string(2, '\xFF') : std::string(2, '\0')); break;
      default: text.resize(below(text.size()) + 1); break;
    }
  }
  return text;
}

struct Outcome {
  int pictures = 0, errors = 0;
};

// What is read agrees with what the header says.
void read_damaged(const std::string& path, Outcome& outcome) {
  // Small, so that a header that declares much costs no time.
  const ImageLimits limits{.max_pixels = 1 << 20};
  try {
    const Image image = read_image(path, limits);
    const ImageFacts facts = image_facts(path, limits);
    EXPECT_EQ(image.height, facts.height);
    EXPECT_EQ(image.width, facts.width);
    EXPECT_EQ(static_cast<std::int64_t>(image.pixels.size()), image.height * image.width * image.channels);
    read_image_for(path, 2, 2, limits);
    ++outcome.pictures;
  } catch (const Error& error) {
    EXPECT_TRUE(std::string(error.what()).starts_with(path + ": ")) << error.what();
    ++outcome.errors;
  }
}

Outcome damage(const std::vector<std::string>& files, unsigned seed, std::size_t near,
               const std::function<bool(int)>& goes_on) {
  const TempDir folder;
  std::mt19937 random(seed);
  Outcome outcome;
  for (int k = 0; goes_on(k) && !::testing::Test::HasFailure(); ++k) {
    const std::string content = damaged(files[random() % files.size()], random, near);
    read_damaged(folder.write("damaged", content), outcome);
    if (::testing::Test::HasFailure()) {
      std::string hex;
      for (const char c : content.substr(0, 4000)) {
        constexpr char digits[] = "0123456789abcdef";
        hex += digits[static_cast<unsigned char>(c) >> 4];
        hex += digits[static_cast<unsigned char>(c) & 15];
      }
      ADD_FAILURE() << "seed " << seed << ", file " << k << ": " << hex;
    }
  }
  return outcome;
}

std::size_t bytes_of_header(const std::string& kind) { return kind == "JPEG" ? 700 : 60; }

TEST(DamagedPictures, ArePicturesOrErrors) {
  for (const auto& [kind, files] : whole_files()) {
    SCOPED_TRACE(kind);
    const Outcome outcome = damage(files, 5, bytes_of_header(kind), [](int k) { return k < 400; });
    EXPECT_GT(outcome.errors, 50);
    EXPECT_GT(outcome.pictures, 5);
  }
}

TEST(DamagedPictures, ExifOfAnyBytesIsAnOrientation) {
  std::mt19937 random(7);
  const std::string jpeg = testing::with_orientation("\xFF\xD8", 8);
  const std::string tiff = jpeg.substr(jpeg.find("II*"));
  int turned = 0;
  for (int k = 0; k < 20'000; ++k) {
    const std::string bytes = damaged(tiff, random, tiff.size());
    const int orientation = exif_orientation(std::as_bytes(std::span(bytes)));
    ASSERT_GE(orientation, 1);
    ASSERT_LE(orientation, 8);
    turned += orientation != 1;
  }
  EXPECT_GT(turned, 1000);
}

// Each minute draws other files; what fails says its seed and the bytes.
TEST(SlowDamagedPictures, OfEachKindForAWhile) {
  using Clock = std::chrono::steady_clock;
  const unsigned seed = std::random_device{}();
  for (const auto& [kind, files] : whole_files()) {
    SCOPED_TRACE(kind);
    const Clock::time_point end = Clock::now() + std::chrono::seconds(15);
    const Outcome outcome =
        damage(files, seed, bytes_of_header(kind), [&](int) { return Clock::now() < end; });
    RecordProperty(kind, outcome.pictures + outcome.errors);
    std::printf("%s: %d pictures, %d errors\n", kind.c_str(), outcome.pictures, outcome.errors);
  }
}

}  // namespace
}  // namespace luge::io
