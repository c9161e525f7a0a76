#include "luge/draw/confusion_matrix.h"

#include <gtest/gtest.h>

#include <cmath>

#include "draw/matrix_layout.h"
#include "draw/pixels.h"
#include "draw/shades.h"
#include "support/errors.h"

namespace luge::draw {
namespace {

using testing::expect_error;
using testing::Pixels;
using testing::pixels_of;

ConfusionMatrix diagonal(std::int64_t classes, std::int64_t count = 10) {
  ConfusionMatrix matrix;
  matrix.counts.assign(static_cast<std::size_t>(classes),
                       std::vector<std::int64_t>(static_cast<std::size_t>(classes)));
  for (std::size_t k = 0; k < matrix.counts.size(); ++k) matrix.counts[k][k] = count;
  return matrix;
}

TEST(ConfusionMatrix, CellsAreShadedByTheirShareOfTheRow) {
  for (const std::int64_t classes : {2, 10, 40, 100, 1000}) {
    ConfusionMatrix matrix = diagonal(classes);
    matrix.counts[0][1] = 30;  // row 0: 25 % and 75 %
    const MatrixLayout layout = lay_out(matrix, *ruler());
    const Pixels pixels = pixels_of(confusion_matrix(matrix));
    const auto corner = [&](std::int64_t row, std::int64_t column) {
      const Rect cell = layout.cell_at(row, column);
      return Point{cell.x + 0.35 * cell.width, cell.y + std::min(0.35 * cell.height, 2.5)};
    };
    const auto shade_of = [&](double share) { return shade(std::pow(share, 1 / layout.root)); };
    EXPECT_LT(pixels.distance(corner(0, 0), shade_of(0.25), 0.5), 8) << classes;
    EXPECT_LT(pixels.distance(corner(0, 1), shade_of(0.75), 0.5), 8) << classes;
    EXPECT_LT(pixels.distance(corner(1, 1), shade_of(1), 0.5), 8) << classes;
    EXPECT_LT(pixels.distance(corner(1, 0), kWhite, 0.5), 8) << classes;
  }
}

TEST(ConfusionMatrix, RowsAreTrueClassesAndBothAxesHaveNames) {
  ConfusionMatrix matrix = diagonal(2);
  matrix.classes = {"cat", "a class with a long name that is cut"};
  matrix.title = "test";
  const std::string svg = confusion_matrix(matrix).svg();
  for (const char* text : {"true class", "predicted class", "cat", "a class with a long name that is cut",
                           "10", "100%", "<title>test</title>"})
    EXPECT_NE(svg.find(text), std::string::npos) << text;
  EXPECT_NE(svg.find("cat"), svg.rfind("cat")) << "on both axes";
}

TEST(ConfusionMatrix, NumbersAreWrittenWhereTheyFit) {
  const auto text_of = [](std::int64_t classes, std::int64_t count) {
    return lay_out(diagonal(classes, count), *ruler()).text;
  };
  EXPECT_EQ(text_of(2, 500), CellText::count_and_share);
  EXPECT_EQ(text_of(10, 6000), CellText::count_and_share);
  EXPECT_EQ(text_of(30, 100), CellText::count);
  EXPECT_EQ(text_of(10, 1'000'000'000'000'000), CellText::none);
  EXPECT_EQ(text_of(100, 1), CellText::none);
}

TEST(ConfusionMatrix, NamesOfManyClassesDoNotTouch) {
  for (const std::int64_t classes : {1, 10, 99, 120, 121, 500, 1000, 2500}) {
    const MatrixLayout layout = lay_out(diagonal(classes), *ruler());
    EXPECT_GE(layout.cell * static_cast<double>(layout.label_every), layout.label_size) << classes;
    EXPECT_LE(layout.cells(classes), 1000) << classes;
    EXPECT_LT(layout.extent.width, 1400) << classes;
    EXPECT_GE(layout.label_size, 7) << classes;
  }
}

TEST(ConfusionMatrix, WhatDoesNotMatchIsAnError) {
  expect_error<ValueError>([] { confusion_matrix({}); }, {"no classes"});
  expect_error<ValueError>(
      [] {
        confusion_matrix({.counts = {{1, 2}, {3}}});
      },
      {"row 1 has 1", "expected 2"});
  expect_error<ValueError>(
      [] {
        confusion_matrix({.counts = {{1, 2}, {3, -4}}});
      },
      {"row 1, column 1 is -4", "0 or more"});
  expect_error<ValueError>(
      [] {
        confusion_matrix({.counts = {{1}}, .classes = {"a", "b"}});
      },
      {"2 names for 1 classes"});
}

}  // namespace
}  // namespace luge::draw
