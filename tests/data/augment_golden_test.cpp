// Augmentations against what torchvision makes of the same pictures (tests/golden/make_augment.py).
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>

#include "data/augment/color.h"
#include "data/augment/motion.h"
#include "luge/io/safetensors.h"
#include "support/paths.h"

namespace luge::data {
namespace {

class Torchvision : public ::testing::Test {
 protected:
  const io::SafetensorsFile file{(testing::source_dir() / "tests/golden/augment.safetensors").string()};
  HostArray stored(const std::string& name) const {
    const auto type = file.type(name);
    HostArray value(Field{type.dtype, type.shape});
    value.bytes = file.read(name);
    return value;
  }
  // The largest difference in parts of white, and how many pixels differ.
  std::pair<double, std::size_t> difference(const Record& made, const std::string& golden) const {
    const HostArray wanted = stored(golden), &got = made["input"];
    EXPECT_EQ(wanted.field, got.field) << golden;
    double largest = 0;
    std::size_t differing = 0;
    const auto look = [&]<class T>(T) {
      for (std::size_t k = 0; k < wanted.as<T>().size(); ++k) {
        const double off =
            std::abs(static_cast<double>(wanted.as<T>()[k]) - static_cast<double>(got.as<T>()[k]));
        largest = std::max(largest, off);
        differing += off > 0;
      }
    };
    wanted.field.dtype == u8 ? look(std::uint8_t{}) : look(float{});
    return {largest, differing};
  }
};

using Color = std::function<void(const Shades&)>;

TEST_F(Torchvision, Colors) {
  const std::map<std::string, Color> cases = {
      {"brightness 0.6", [](const Shades& s) { change_brightness(s, 0.6); }},
      {"brightness 1.7", [](const Shades& s) { change_brightness(s, 1.7); }},
      {"contrast 0.4", [](const Shades& s) { change_contrast(s, 0.4); }},
      {"contrast 1.6", [](const Shades& s) { change_contrast(s, 1.6); }},
      {"saturation 0", [](const Shades& s) { change_saturation(s, 0); }},
      {"saturation 1.8", [](const Shades& s) { change_saturation(s, 1.8); }},
      {"hue 0.1", [](const Shades& s) { change_hue(s, 0.1); }},
      {"hue -0.4", [](const Shades& s) { change_hue(s, -0.4); }},
      {"gamma 0.5", [](const Shades& s) { change_gamma(s, 0.5); }},
      {"gamma 1.8", [](const Shades& s) { change_gamma(s, 1.8); }},
      {"sharpness 0", [](const Shades& s) { change_sharpness(s, 0); }},
      {"sharpness 1.9", [](const Shades& s) { change_sharpness(s, 1.9); }},
      {"grayscale", make_gray},
      {"invert", invert},
      {"solarize 0.5", [](const Shades& s) { solarize(s, 0.5); }},
      {"posterize 3", [](const Shades& s) { posterize(s, 3); }},
      {"equalize", equalize},
      {"autocontrast", stretch_contrast},
      {"blur 1.5", [](const Shades& s) { blur(s, 1.5); }}};
  for (const auto& [name, change] : cases) {
    for (const std::string kind : {"bytes", "numbers"}) {
      Record record = {{"input", stored(kind)}};
      change_shades("test", record, 1, change);
      const auto [largest, differing] = difference(record, kind + "|" + name);
      // Bytes may be one lower where a result is whole but for rounding, which a factor such as 1.8 often
      // gives; of hue and gamma torchvision rounds bytes to 1/256 twice.
      const bool twice = name.starts_with("hue") || name.starts_with("gamma");
      EXPECT_LE(largest, kind == "bytes" ? 1 : 2e-6) << kind << " " << name;
      if (kind == "bytes") {
        EXPECT_LE(differing, twice ? 2232u : 150u) << name;
      }
    }
  }
}

TEST_F(Torchvision, Movements) {
  constexpr double kHeight = 24, kWidth = 31;
  const Position center{kWidth / 2, kHeight / 2};
  const std::map<std::string, Matrix> cases = {
      {"rotate", Matrix::rotation(27).around(center)},
      {"shear", Matrix::shearing(15, -8).around(center)},
      {"affine",
       Matrix::translation(3, -2) *
           (Matrix::rotation(-20) * Matrix::shearing(10, 0) * Matrix::scaling(0.8, 0.8)).around(center)},
      {"perspective",
       Matrix::from_corners({{{0, 0}, {30, 0}, {30, 23}, {0, 23}}}, {{{3, 2}, {26, 1}, {29, 20}, {1, 21}}})}};
  for (const auto& [name, matrix] : cases) {
    for (const auto& [filter, between] :
         std::map<std::string, Between>{{"bilinear", Between::bilinear}, {"nearest", Between::nearest}}) {
      for (const std::string kind : {"bytes", "numbers"}) {
        Record record = {{"input", stored(kind)}};
        const Moving moving("test", record);
        moving.move(matrix, moving.extent(), {.filter = between});
        const auto [largest, differing] = difference(record, kind + "|" + name + " " + filter);
        if (filter == "nearest") {  // positions on a border between pixels go either way
          EXPECT_LE(differing, 12u) << kind << " " << name;
        } else {
          EXPECT_LE(largest, kind == "bytes" ? 1 : 1e-4) << kind << " " << name;
        }
      }
    }
  }
}

}  // namespace
}  // namespace luge::data
