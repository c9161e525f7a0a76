// Pictures of one size: data.size= for data sets that have a name, and how predict prepares pictures of a
// network whose training cropped or letterboxed them.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "luge/io/image.h"
#include "luge/io/model_file.h"
#include "luge/io/resize.h"
#include "support/command.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::luge;
using testing::says;
using testing::TempDir;

// A gray picture with a gradient, and with bars above and below of this brightness.
io::Image gradient(std::int64_t height, std::int64_t width, std::int64_t bars = 0, std::uint8_t fill = 0) {
  io::Image image{height + 2 * bars, width, 1, {}};
  for (std::int64_t y = 0; y < image.height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const bool bar = y < bars || y >= bars + height;
      image.pixels.push_back(bar ? fill : static_cast<std::uint8_t>(40 + 5 * x + 9 * (y - bars)));
    }
  }
  return image;
}

// Two classes of pictures, dark and bright, of these extents.
void make_folder(const TempDir& dir, const std::vector<std::pair<std::int64_t, std::int64_t>>& sizes) {
  for (const char* name : {"dark", "bright"}) {
    fs::create_directories(dir.path() / "things" / name);
    for (int k = 0; k < 12; ++k) {
      const auto [height, width] = sizes[static_cast<std::size_t>(k) % sizes.size()];
      io::Image image = gradient(height, width);
      for (std::uint8_t& pixel : image.pixels)
        pixel = static_cast<std::uint8_t>(pixel / 3 + (name[0] == 'b' ? 150 : 0) + k);
      io::write_png(dir.file("things/" + std::string(name) + "/" + std::to_string(k) + ".png"), image);
    }
  }
}

json predicted(const TempDir& dir, const io::Image& picture) {
  io::write_png(dir.file("one.png"), picture);
  const auto said = luge({"predict", "run=run", "input=one.png", "--json"}, dir.path());
  EXPECT_EQ(said.code, 0) << said.err;
  return said.code == 0 ? json::parse(said.out).at(0) : json();
}

double of_class(const json& one, const std::string& label) {
  for (const json& each : one.at("top")) {
    if (each.at("label") == label) return each.at("probability");
  }
  return -1;
}

TEST(PictureSizes, NamedDataIsResizedAndColored) {
  const TempDir dir;
  const auto ran = luge({"train", "model=mlp", "hidden=8", "data=shapes", "data.samples=64",
                         "data.size=10x12", "color_mode=gray", "epochs=1", "run.dir=run"},
                        dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto net = io::read_model(dir.file("run/checkpoints/best.safetensors")).net;
  EXPECT_EQ(net.metadata().input, Shape({1, 10, 12}));
  // The scaling is that of bytes, as with pictures that are not resized.
  const std::vector<float>& offset = net.metadata().offset;
  ASSERT_FALSE(offset.empty());
  EXPECT_GT(offset[0], 20) << "the mean of bytes, not of numbers from 0 to 1";
  const auto measured = luge({"eval", "run=run", "--json"}, dir.path());
  ASSERT_EQ(measured.code, 0) << measured.err;
  const json one = predicted(dir, gradient(30, 40));
  EXPECT_TRUE(says(one.at("note"), "resized from 40x30 to 12x10")) << one;
}

TEST(PictureSizes, WhatCannotBeResizedSaysWhy) {
  const TempDir dir;
  const auto column = luge({"train", "model=mlp", "data=curve", "data.size=8"}, dir.path());
  EXPECT_EQ(column.code, 2);
  EXPECT_TRUE(says(column.err, "data.size=8: is about pictures") && says(column.err, "curve")) << column.err;
  fs::create_directories(dir.path() / "cells/images"), fs::create_directories(dir.path() / "cells/masks");
  for (const char* name : {"a.png", "b.png", "c.png"}) {
    io::write_png(dir.file(std::string("cells/images/") + name), gradient(16, 16));
    io::write_png(dir.file(std::string("cells/masks/") + name),
                  io::Image{16, 16, 1, std::vector<std::uint8_t>(256)});
  }
  const auto masks = luge({"data", "cells", "data.color_mode=rgb"}, dir.path());
  EXPECT_EQ(masks.code, 2);
  EXPECT_TRUE(says(masks.err, "data.color_mode=rgb") && says(masks.err, "annotations")) << masks.err;
  const auto smaller = luge({"data", "cells", "data.size=8"}, dir.path());
  EXPECT_EQ(smaller.code, 0) << smaller.err;
  EXPECT_TRUE(says(smaller.out, "mask u8[8,8]")) << "masks follow their pictures: " << smaller.out;
  EXPECT_FALSE(fs::exists(dir.path() / "runs"));
}

TEST(PictureSizes, PredictLetterboxesAsTheTrainingDid) {
  for (const auto& [fill, white] : {std::pair("0", 0), std::pair("1", 255)}) {
    const TempDir dir;
    make_folder(dir, {{4, 8}, {8, 4}});
    const auto ran = luge(
        {"train", "model=mlp", "hidden=4", "data=things", "augment=letterbox", "augment.letterbox.size=8",
         std::string("augment.letterbox.fill=") + fill, "epochs=3", "run.dir=run"},
        dir.path());
    ASSERT_EQ(ran.code, 0) << ran.err;
    const json boxed = predicted(dir, gradient(4, 8)),
               whole = predicted(dir, gradient(4, 8, 2, static_cast<std::uint8_t>(white)));
    EXPECT_NEAR(of_class(boxed, "dark"), of_class(whole, "dark"), 1e-6) << fill;
    const json stretched = predicted(dir, io::resize(gradient(4, 8), 8, 8));
    EXPECT_GT(std::abs(of_class(boxed, "dark") - of_class(stretched, "dark")), 1e-5)
        << "this test can see a stretched picture";
    EXPECT_TRUE(says(boxed.at("note"), "made 8x8 as in the training")) << boxed;
  }
}

TEST(PictureSizes, PredictTakesTheMiddleWhereTheTrainingCropped) {
  const TempDir dir;
  make_folder(dir, {{12, 12}});
  const auto ran = luge({"train", "model=mlp", "hidden=4", "data=things", "augment=crop",
                         "augment.crop.size=8", "epochs=3", "run.dir=run"},
                        dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  io::Image picture = gradient(12, 12), edge = picture, middle = picture;
  edge.pixels[0] = edge.pixels[13] = edge.pixels.back() = 255;
  middle.pixels[6 * 12 + 6] = 255;
  const double as_it_is = of_class(predicted(dir, picture), "dark");
  EXPECT_EQ(of_class(predicted(dir, edge), "dark"), as_it_is) << "the edge is cut off";
  EXPECT_NE(of_class(predicted(dir, middle), "dark"), as_it_is);
  const json large = predicted(dir, gradient(24, 24));
  EXPECT_TRUE(says(large.at("note"), "resized from 24x24 to 12x12, then made 8x8 as in the training"))
      << large;
}

}  // namespace
}  // namespace luge
