#include "luge/draw/picture_grid.h"

#include <gtest/gtest.h>

#include <cmath>

#include "draw/grid_layout.h"
#include "draw/pixels.h"
#include "draw/shades.h"
#include "support/errors.h"

namespace luge::draw {
namespace {

using testing::expect_error;
using testing::Pixels;
using testing::pixels_of;

io::Image plain(std::int64_t height, std::int64_t width, std::uint8_t value) {
  return {height, width, 1, std::vector<std::uint8_t>(static_cast<std::size_t>(height * width), value)};
}

// The color in the middle of a pixel of a picture.
Color pixel(const Pixels& pixels, const Rect& rect, const io::Image& image, double x, double y) {
  const double scale = rect.width / static_cast<double>(image.width);
  return pixels.at({rect.x + x * scale, rect.y + y * scale});
}

TEST(PictureGrid, PixelsAreWhereTheyBelong) {
  Picture color{.image = {2, 3, 3, {}}};
  for (std::uint8_t i = 0; i < 18; ++i) color.image.pixels.push_back(static_cast<std::uint8_t>(10 * i));
  const std::vector<Picture> pictures = {color, {.image = plain(4, 2, 77), .caption = "two"}};
  const Pixels pixels = pixels_of(picture_grid(pictures));
  const GridLayout layout = lay_out(pictures, {}, *ruler());
  for (std::size_t y = 0; y < 2; ++y) {
    for (std::size_t x = 0; x < 3; ++x) {
      const auto first = static_cast<std::uint8_t>(30 * (3 * y + x));
      for (const double inside : {0.1, 0.5, 0.9}) {  // squares with sharp edges
        EXPECT_EQ(
            pixel(pixels, layout.pictures[0], color.image, static_cast<double>(x) + inside,
                  static_cast<double>(y) + inside),
            (Color{first, static_cast<std::uint8_t>(first + 10), static_cast<std::uint8_t>(first + 20)}));
      }
    }
  }
  EXPECT_EQ(pixel(pixels, layout.pictures[1], pictures[1].image, 1, 2), (Color{77, 77, 77}));
}

TEST(PictureGrid, BoxesMasksAndDotsHaveTheColorsOfTheirClasses) {
  Picture picture{.image = plain(100, 200, 128)};
  picture.boxes = {{20, 30, 60, 40, "cat", 0.93, 1}, {120, 10, 900, 900, "", {}, 2}};
  Mask mask{std::vector<std::uint8_t>(20000), 0};
  for (std::size_t i = 0; i < 50; ++i) mask.inside[90 * 200 + i] = 1, mask.inside[91 * 200 + i] = 1;
  picture.masks = {mask};
  picture.dots = {{100, 50, "", 3}};
  const Pixels pixels = pixels_of(picture_grid({picture}));
  const Rect rect = lay_out({picture}, {}, *ruler()).pictures[0];
  const double scale = rect.width / 200;
  const auto at = [&](double x, double y) { return Point{rect.x + x * scale, rect.y + y * scale}; };
  EXPECT_LT(pixels.distance(at(20, 50), color_of(1)), 10) << "left edge";
  EXPECT_LT(pixels.distance(at(80, 50), color_of(1)), 10) << "right edge";
  EXPECT_LT(pixels.distance(at(50, 70), color_of(1)), 10) << "lower edge";
  EXPECT_EQ(pixels.at(at(50, 50)), (Color{128, 128, 128})) << "inside";
  EXPECT_LT(pixels.distance(at(120, 50), color_of(2)), 10) << "a box that reaches out of the picture";
  EXPECT_EQ(pixels.at({rect.right() + 4, rect.y + 10}), kWhite) << "and not further";
  EXPECT_LT(pixels.distance(at(100, 50), color_of(3)), 10) << "a dot";
  const Color masked = pixels.at(at(25, 91)), blue = color_of(0);
  EXPECT_NEAR(masked.red, 128 + (blue.red - 128) * 0.45, 4);
  EXPECT_NEAR(masked.blue, 128 + (blue.blue - 128) * 0.45, 4);
  EXPECT_EQ(pixels.at(at(60, 91)), (Color{128, 128, 128}));
  EXPECT_NE(picture_grid({picture}).svg().find("cat 0.93"), std::string::npos);
}

TEST(PictureGrid, PicturesAndCaptionsDoNotOverlap) {
  std::vector<Picture> pictures;
  for (int i = 0; i < 23; ++i) {
    pictures.push_back(
        {.image = plain(10 + i, 30 - i, 9),
         .caption = "a caption of several words that has more than one line " + std::to_string(i)});
  }
  const GridLayout layout = lay_out(pictures, {.title = "title"}, *ruler());
  ASSERT_EQ(layout.pictures.size(), 23u);
  for (std::size_t a = 0; a < 23; ++a) {
    const Rect& one = layout.pictures[a];
    EXPECT_GE(one.x, 0);
    EXPECT_LE(one.right(), layout.extent.width);
    EXPECT_LE(one.bottom() + 20, layout.extent.height);
    for (std::size_t b = 0; b < a; ++b) {
      const Rect& other = layout.pictures[b];
      const bool beside = one.x >= other.right() || other.x >= one.right();
      EXPECT_TRUE(beside || one.y >= other.bottom() + 20 || other.y >= one.bottom() + 20)
          << a << " and " << b;
    }
  }
  EXPECT_GT(layout.pictures[4].x, layout.pictures[3].x) << "5 in a row";
  EXPECT_LT(layout.pictures[5].x, layout.pictures[4].x);
}

TEST(PictureGrid, WhatDoesNotMatchIsAnError) {
  expect_error<ValueError>([] { picture_grid({}); }, {"no pictures"});
  expect_error<ValueError>(
      [] {
        picture_grid({{.image = {2, 2, 3, {1, 2}}}});
      },
      {"picture 0", "2 x 2 x 3", "2 bytes"});
  expect_error<ValueError>(
      [] {
        picture_grid({{.image = plain(2, 2, 0), .masks = {{{1, 0}, 0}}}});
      },
      {"picture 0", "mask has 2 pixels", "2 x 2 = 4"});
  expect_error<ValueError>(
      [] {
        picture_grid({{.image = plain(2, 2, 0), .boxes = {{0, 0, -1, 1, "cat"}}}});
      },
      {"picture 0", "box 'cat'", "-1 x 1", "0 or more"});
  expect_error<ValueError>(
      [] {
        picture_grid({{.image = plain(2, 2, 0), .dots = {{std::nan(""), 0, "nose"}}}});
      },
      {"dot 'nose'", "finite"});
}

}  // namespace
}  // namespace luge::draw
