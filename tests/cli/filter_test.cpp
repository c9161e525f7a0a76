// luge filter: pictures through image filters.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "luge/io/image.h"
#include "luge/ops/named_filters.h"
#include "support/command.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::luge;
using testing::says;
using testing::TempDir;

using Pixels = std::vector<std::uint8_t>;

// The picture of 5 x 5 whose vertical edges are well known.
const io::Image kNumbers = {
    5, 5, 1, {2, 1, 2, 3, 4, 1, 2, 3, 1, 3, 4, 2, 4, 6, 7, 6, 4, 3, 3, 1, 5, 2, 1, 4, 3}};

json filter(const TempDir& dir, std::vector<std::string> words) {
  words.insert(words.begin(), "filter");
  words.push_back("--json");
  const auto ran = luge(words, dir.path());
  EXPECT_EQ(ran.code, 0) << ran.err;
  return ran.code == 0 ? json::parse(ran.out) : json();
}

TEST(Filter, AKernelByHandFindsVerticalEdges) {
  const TempDir dir;
  io::write_png(dir.file("x.png"), kNumbers);
  const json said = filter(
      dir, {"input=x.png", "kernel=[[-1,0,1],[-1,0,1],[-1,0,1]]", "padding=valid,same,full", "to=out"});
  ASSERT_EQ(said["results"].size(), 3u);
  const json& valid = said["results"][0];
  EXPECT_EQ(valid["filter"], "kernel");
  EXPECT_EQ(valid["sizes"], json({{"valid", {3, 3}}, {"same", {5, 5}}, {"full", {7, 7}}}));
  EXPECT_EQ(valid["low"], -7);
  EXPECT_EQ(valid["high"], 5);
  EXPECT_EQ(valid["levels"], "absolute");
  const io::Image found = io::read_image(dir.file("out/x-kernel-valid.png"));
  EXPECT_EQ(found.pixels, (Pixels{2, 5, 5, 1, 2, 1, 7, 5, 3})) << "2 5 5 / -1 2 1 / -7 5 3";
  EXPECT_EQ(io::read_image(dir.file("out/x-kernel-same.png")).height, 5);
  EXPECT_EQ(io::read_image(dir.file("out/x-kernel-full.png")).width, 7);
  EXPECT_TRUE(fs::exists(dir.file("out/filters.png")));
}

TEST(Filter, LevelsSayHowResultsBecomeEightBits) {
  const TempDir dir;
  io::write_png(dir.file("x.png"), kNumbers);
  const auto pixels = [&](const std::string& levels, const std::string& gain = "1") {
    filter(dir, {"input=x.png", "kernel=[[-1,0,1],[-1,0,1],[-1,0,1]]", "padding=valid", "to=out",
                 "levels=" + levels, "gain=" + gain});
    return io::read_image(dir.file("out/x-kernel.png")).pixels;
  };
  EXPECT_EQ(pixels("clip"), (Pixels{2, 5, 5, 0, 2, 1, 0, 5, 3}));
  EXPECT_EQ(pixels("clip", "100"), (Pixels{200, 255, 255, 0, 200, 100, 0, 255, 255}));
  EXPECT_EQ(pixels("center", "2"), (Pixels{130, 133, 133, 127, 130, 129, 121, 133, 131}));
}

TEST(Filter, EveryFilterGivesAPictureAndTheMeanOfABlurIsKept) {
  const TempDir dir;
  io::Image photo{40, 30, 3, {}};
  for (int i = 0; i < 40 * 30 * 3; ++i) photo.pixels.push_back(static_cast<std::uint8_t>(i * i % 251));
  io::write_png(dir.file("photo.png"), photo);
  const json said = filter(dir, {"input=photo.png", "to=out", "border=circular", "sigma=2", "size=7"});
  ASSERT_EQ(said["results"].size(), filters::names().size()) << "all that are registered";
  for (const json& each : said["results"]) {
    const io::Image found = io::read_image(dir.file(each["file"].get<std::string>()));
    EXPECT_EQ(found.channels, 3) << each;
    EXPECT_EQ(found.height, 40) << each;
    EXPECT_EQ(each["kernels"][0].size(), each["filter"] == "blur" || each["filter"] == "box" ? 7u : 3u);
    EXPECT_NE(found.pixels, photo.pixels) << each["filter"];
  }
  const auto mean = [](const io::Image& picture) {
    double sum = 0;
    for (const std::uint8_t pixel : picture.pixels) sum += pixel;
    return sum / static_cast<double>(picture.pixels.size());
  };
  EXPECT_NEAR(mean(io::read_image(dir.file("out/photo-blur.png"))), mean(photo), 0.5);
  const json gray =
      filter(dir, {"input=photo.png", "to=sheet.svg", "kernel=sobel(direction=vertical),blur", "gray=true"});
  EXPECT_EQ(gray["channels"], 1);
  EXPECT_EQ(gray["results"][0]["kernels"].size(), 1u);
  EXPECT_EQ(gray["results"][0]["levels"], "absolute");
  EXPECT_EQ(gray["results"][1]["levels"], "clip");
  EXPECT_TRUE(fs::exists(dir.file("sheet.svg")));
}

TEST(Filter, SobelOfAnEdgeIsItsSlope) {
  const TempDir dir;
  io::Image edge{6, 6, 1, {}};
  for (int i = 0; i < 36; ++i) edge.pixels.push_back(i % 6 < 3 ? 10 : 30);
  io::write_png(dir.file("edge.png"), edge);
  const json said = filter(dir, {"input=edge.png", "to=out", "kernel=sobel", "padding=valid"});
  EXPECT_EQ(said["results"][0]["high"], 80);  // 20 · (1 + 2 + 1)
  const Pixels row = {0, 80, 80, 0};
  Pixels all;
  for (int i = 0; i < 4; ++i) all.insert(all.end(), row.begin(), row.end());
  EXPECT_EQ(io::read_image(dir.file("out/edge-sobel.png")).pixels, all);
}

TEST(Filter, WhatIsWrongIsSaid) {
  const TempDir dir;
  io::write_png(dir.file("x.png"), kNumbers);
  dir.write("text.png", "this is a text and not a picture\n");
  dir.write("file", "a file");
  struct Case {
    std::vector<std::string> words;
    int code;
    std::string says;
  };
  const std::vector<Case> cases = {
      {{"input=x.png", "to=out", "kernel=sobol"}, 2, "did you mean sobel"},
      {{"input=x.png", "to=out", "kernel=[[1,2],[3]]"}, 2, "rows of numbers of one length"},
      {{"input=x.png", "to=out", "kernel=[[1,two]]"}, 2, "rows of numbers of one length"},
      {{"input=x.png", "to=out", "kernel=sobel", "sigma=2"}, 2, "no filter of kernel=sobel has it"},
      {{"input=x.png", "to=out", "kernel=blur", "sigma=0"}, 2, "sigma=0"},
      {{"input=x.png", "to=out", "kernel=blur(sigma=0)"}, 2, "sigma is 0"},
      {{"input=x.png", "to=out", "padding=half"}, 2, "valid"},
      {{"to=out"}, 2, "input"},
      {{"input=x.png"}, 2, "to"},
      {{"input=missing.png", "to=out"}, 1, "missing.png"},
      {{"input=text.png", "to=out"}, 1, "text"},
      {{"input=.", "to=out"}, 1, "."},
      {{"input=x.png", "to=out", "kernel=box", "size=7"}, 1, "the picture is 5 x 5 and the kernel 7 x 7"},
      {{"input=x.png", "to=out", "kernel=blur", "size=5", "padding=full", "border=reflect"}, 0, ""},
      {{"input=x.png", "to=file/out"}, 1, "file/out"},
      {{"input=x.png", "to=none/sheet.png"}, 1, "none/sheet.png"},
  };
  for (const Case& each : cases) {
    std::vector<std::string> words = each.words;
    words.insert(words.begin(), "filter");
    const auto ran = luge(words, dir.path());
    EXPECT_EQ(ran.code, each.code) << words.back() << ": " << ran.err;
    EXPECT_TRUE(says(ran.err, each.says)) << each.says << ": " << ran.err;
    if (each.code != 0) {
      EXPECT_EQ(ran.out, "");
    }
  }
}

}  // namespace
}  // namespace luge
