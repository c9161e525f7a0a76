#include "luge/draw/figure.h"

#include <gtest/gtest.h>

#include <cmath>

#include "draw/pixels.h"
#include "luge/draw/confusion_matrix.h"
#include "luge/draw/curves.h"
#include "luge/draw/picture_grid.h"
#include "support/errors.h"

namespace luge::draw {
namespace {

using testing::expect_error;
using testing::Pixels;
using testing::pixels_of;
using testing::read_file;
using testing::TempDir;

Figure small() {
  return curves({{.title = "loss & <accuracy>", .lines = {{"training", {3, 2, 1}}}, .x_label = "epoch"}},
                {.title = "run 1"});
}

TEST(Figure, TheEndingDecidesTheFormat) {
  const TempDir folder;
  small().write(folder.file("a.png"));
  small().write(folder.file("a.svg"));
  EXPECT_TRUE(read_file(folder.file("a.png")).starts_with("\x89PNG"));
  EXPECT_NE(read_file(folder.file("a.svg")).find("<svg"), std::string::npos);
  expect_error<ValueError>([&] { small().write(folder.file("a.jpg")); }, {"a.jpg", ".png or .svg", "'.jpg'"});
  expect_error<ValueError>([&] { small().write(folder.file("a")); }, {".png or .svg"});
  expect_error<FileError>([&] { small().write(folder.file("none/a.png")); }, {"none/a.png"});
  EXPECT_FALSE(is_figure_name("png"));
  EXPECT_TRUE(is_figure_name("runs.1/curves.png"));
}

TEST(Figure, APngHasTheStatedSizeOnWhite) {
  const Figure figure = small();
  for (const double scale : {1.0, 2.0, 3.0}) {
    const Pixels pixels = pixels_of(figure, scale);
    EXPECT_EQ(pixels.image.width, static_cast<std::int64_t>(std::ceil(figure.width() * scale)));
    EXPECT_EQ(pixels.image.height, static_cast<std::int64_t>(std::ceil(figure.height() * scale)));
    EXPECT_EQ(pixels.at({0, 0}), kWhite);
    EXPECT_EQ(pixels.at({figure.width() - 1, figure.height() - 1}), kWhite);
  }
  for (const double scale : {0.0, -1.0, 1e6, std::nan("")})
    expect_error<ValueError>([&] { figure.png({.scale = scale}); }, {"scale is", "above 0"});
}

TEST(Figure, AnSvgSaysItsTexts) {
  const std::string svg = small().svg();
  for (const char* text : {"<title>run 1</title>", "loss &amp; &lt;accuracy&gt;", "training", "epoch", "2.5"})
    EXPECT_NE(svg.find(text), std::string::npos) << text;
}

TEST(Figure, OneFigureHasOneContent) {
  const Picture picture{.image = {2, 2, 3, std::vector<std::uint8_t>(12, 7)}, .caption = "a"};
  EXPECT_EQ(small().png(), small().png());
  EXPECT_EQ(small().svg(), small().svg());
  EXPECT_EQ(picture_grid({picture}).svg(), picture_grid({picture}).svg());
  const ConfusionMatrix many{std::vector(100, std::vector<std::int64_t>(100, 1))};
  EXPECT_EQ(confusion_matrix(many).svg(), confusion_matrix(many).svg());
}

TEST(Figure, ChineseTextIsDrawn) {
  const ConfusionMatrix matrix{
      .counts = {{5, 1}, {2, 7}}, .classes = {"运动鞋", "踝靴"}, .title = "混淆矩阵：验证集"};
  const Figure figure = confusion_matrix(matrix);
  if (figure.missing_letters() > 0) {
    GTEST_SKIP()
        << "no font of this machine has Chinese letters; on Debian: apt-get install fonts-wqy-microhei";
  }
  EXPECT_NE(figure.svg().find("运动鞋"), std::string::npos);
  // Letters that are drawn are different from each other and from boxes.
  EXPECT_NE(confusion_matrix({.counts = {{1}}, .classes = {"鞋"}}).png(),
            confusion_matrix({.counts = {{1}}, .classes = {"靴"}}).png());
}

TEST(Figure, LettersWithoutAFontAreCounted) {
  // Private code points that no font of text has.
  EXPECT_GT(curves({{.title = "\U0010FFF0\U0010FFF1", .lines = {{"", {1}}}}}).missing_letters(), 0);
  EXPECT_EQ(small().missing_letters(), 0);
}

TEST(Figure, TextThatIsNotUtf8IsDrawn) {
  const Figure figure = curves({{.title = "\xff\xfe bad", .lines = {{std::string("a\0b", 3), {1}}}}});
  EXPECT_GT(figure.png().size(), 1000u);
  EXPECT_EQ(figure.svg().find('\0'), std::string::npos);
}

}  // namespace
}  // namespace luge::draw
