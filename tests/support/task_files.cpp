#include "support/task_files.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "luge/io/image.h"
#include "support/numpy_files.h"
#include "support/pictures.h"

namespace luge::testing {
namespace {

namespace fs = std::filesystem;

std::string labeled(const TempDir& dir) {
  std::string table = "a,b,kind\n";
  for (int i = 0; i < 60; ++i)
    table += fmt::format("{},{},{}\n", i * 37 % 60, i % 7, i * 37 % 60 + i % 7 < 33 ? "x" : "y");
  return dir.write("labeled.csv", table);
}

std::string numbers(const TempDir& dir) {
  std::string table = "a,b,y\n";
  for (int i = 0; i < 60; ++i)
    table += fmt::format("{},{},{}\n", i * 37 % 60, i % 7, 0.5 * (i * 37 % 60) - 0.25 * (i % 7));
  return dir.write("numbers.csv", table);
}

// Two numbers, and two answers that follow from them.
std::string answers(const TempDir& dir) {
  std::vector<float> x, y;
  for (int i = 0; i < 60; ++i) {
    x.insert(x.end(), {static_cast<float>(i % 11), static_cast<float>(i % 5)});
    y.insert(y.end(), {i % 11 > 5 ? 1.f : 0.f, i % 5 > 2 ? 1.f : 0.f});
  }
  return dir.write("answers.npz",
                   zip({{"x.npy", npy("<f4", "(60, 2)", raw(x))}, {"y.npy", npy("<f4", "(60, 2)", raw(y))}}));
}

std::string masks(const TempDir& dir) {
  for (const char* folder : {"masks/images", "masks/masks"}) fs::create_directories(dir.path() / folder);
  for (int i = 0; i < 20; ++i) {
    io::Image picture = smooth_picture(16, 16, 1, i), mask{16, 16, 1, std::vector<std::uint8_t>(256)};
    for (std::size_t row = 4; row < 12; ++row) {
      for (std::size_t column = 0; column < 8; ++column) {
        const std::size_t at = 16 * row + column + static_cast<std::size_t>(i % 8);
        mask.pixels[at] = 255;
        picture.pixels[at] = 255;
      }
    }
    io::write_png(dir.file(fmt::format("masks/images/{:02}.png", i)), picture);
    io::write_png(dir.file(fmt::format("masks/masks/{:02}.png", i)), mask);
  }
  return dir.file("masks");
}

// One bright square of one of two classes in each picture, in the layout of YOLO.
std::string boxes(const TempDir& dir) {
  constexpr int side = 64, extent = 20;
  for (const char* folder : {"boxes/images", "boxes/labels"}) fs::create_directories(dir.path() / folder);
  dir.write("boxes/classes.txt", "red\nblue\n");
  for (int i = 0; i < 20; ++i) {
    io::Image picture = smooth_picture(side, side, 3, i);
    const int x = i * 7 % (side - extent), y = i * 13 % (side - extent), label = i % 2;
    for (int row = y; row < y + extent; ++row) {
      for (int column = x; column < x + extent; ++column)
        picture.pixels[static_cast<std::size_t>(3 * (side * row + column) + 2 * label)] = 255;
    }
    io::write_png(dir.file(fmt::format("boxes/images/{:02}.png", i)), picture);
    dir.write(fmt::format("boxes/labels/{:02}.txt", i),
              fmt::format("{} {} {} {} {}\n", label, (x + extent / 2.0) / side, (y + extent / 2.0) / side,
                          static_cast<double>(extent) / side, static_cast<double>(extent) / side));
  }
  return dir.file("boxes");
}

std::string verses(const TempDir& dir) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "the rain in spain. ";
  return dir.write("rain.txt", text);
}

std::string translations(const TempDir& dir) {
  const char* words[][2] = {{"the dog", "狗"}, {"a cat", "猫"}, {"the red bird", "红鸟"}, {"my fish", "我的鱼"}};
  std::string lines;
  for (int i = 0; i < 40; ++i) {
    const auto &one = words[i % 4], &other = words[i / 4 % 4];
    lines += fmt::format("{} sees {} {} times.\t{}看见{}{}次。\n", one[0], other[0], i, one[1], other[1], i);
  }
  return dir.write("pairs.tsv", lines);
}

// One text file for each class.
std::string reviews(const TempDir& dir) {
  fs::create_directories(dir.path() / "reviews");
  std::string good, bad;
  for (int i = 0; i < 30; ++i) {
    good += fmt::format("a good film number {}\n", i % 7);
    bad += fmt::format("this bad film {} is too long\n", i % 5);
  }
  dir.write("reviews/film.pos", good);
  dir.write("reviews/film.neg", bad);
  return dir.file("reviews");
}

}  // namespace

Words words_for_task(const TempDir& dir, const std::string& task) {
  const Words mlp = {{"model", "mlp"}, {"hidden", "4"}, {"task", task}, {"batch", "10"}};
  const auto with = [](Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  if (task == "classification") return with(mlp, {{"data", labeled(dir)}});
  if (task == "regression" || task == "autoencoding") return with(mlp, {{"data", numbers(dir)}});
  if (task == "multi-label") return with(mlp, {{"data", answers(dir)}});
  if (task == "segmentation")
    return {{"model", "unet"}, {"width", "2"}, {"task", task}, {"batch", "5"}, {"data", masks(dir)}};
  if (task == "detection" || task == "yolo-v3" || task == "yolo-v1") {
    const char* model = task == "detection" ? "yolo" : task == "yolo-v3" ? "yolov3-tiny" : "yolov1-tiny";
    Words words = {{"model", model}, {"width", "0.05"}, {"task", task},
                   {"batch", "5"},   {"size", "64"},    {"data", boxes(dir)}};
    if (task == "yolo-v3") words.push_back({"model.scales", "2"});
    return words;
  }
  if (task == "text-recognition") {
    return {{"model", "crnn"},        {"filters", "4,4"},       {"units", "0"},
            {"task", task},           {"data", "captcha"},      {"data.samples", "40"},
            {"data.held_back", "10"}, {"data.pixels", "16x64"}, {"batch", "10"}};
  }
  if (task == "keypoints") {
    return {{"model", "keypoint-maps"}, {"filters", "4,4"},    {"task", task}, {"data", "stick-figures"},
            {"data.samples", "40"},     {"data.pixels", "16"}, {"batch", "10"}};
  }
  if (task == "next-token") {
    return {{"model", "lstm-lm"}, {"layers", "1"},       {"units", "6"}, {"embedding", "4"},
            {"task", task},       {"task.length", "16"}, {"batch", "4"}, {"data", verses(dir)}};
  }
  if (task == "text-classification") {
    return {{"model", "text-cnn"}, {"embedding", "4"}, {"filters", "4"}, {"vocabulary", "100"},
            {"task", task},        {"batch", "5"},     {"data", reviews(dir)}};
  }
  if (task == "translation") {
    return {{"model", "seq2seq-luong"}, {"units", "6"},  {"embedding", "4"}, {"task", task},
            {"task.longest", "8"},      {"batch", "10"}, {"data", translations(dir)}};
  }
  ADD_FAILURE() << "the task " << task << " has no data in tests/support/task_files.cpp";
  return mlp;
}

std::vector<std::string> as_arguments(const Words& words) {
  std::vector<std::string> arguments;
  for (const auto& [key, value] : words) arguments.push_back(key + "=" + value);
  return arguments;
}

}  // namespace luge::testing
