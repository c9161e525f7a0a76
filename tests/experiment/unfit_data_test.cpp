// A model, a task and data that do not go together: the error says what each is and which command would work,
// and that command does.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>

#include "luge/experiment/run.h"
#include "luge/io/image.h"
#include "support/errors.h"
#include "support/pictures.h"
#include "support/temp_dir.h"

namespace luge::experiment {
namespace {

namespace fs = std::filesystem;
using testing::TempDir;

using Entries = std::vector<Config::Entry>;

Config config_of(const Entries& entries) {
  Config config;
  for (const auto& [key, value] : entries) config.set(key, value);
  return config;
}

// The error of the training, whose parts are there; then what it advises is tried.
std::string refused(const Entries& entries, std::initializer_list<std::string> parts) {
  try {
    experiment::Run run(config_of(entries));
  } catch (const Error& error) {
    const std::string text = error.what();
    for (const std::string& part : parts)
      EXPECT_NE(text.find(part), std::string::npos) << "\"" << part << "\" is missing from: " << text;
    return text;
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

void expect_advice_works(const std::string& text, const Entries& more = {}) {
  std::smatch found;
  ASSERT_TRUE(std::regex_search(text, found, std::regex("`luge train ([^`]*)`"))) << text;
  Entries entries = more;
  const std::string words = found[1];
  const std::regex word("([^ =]+)=([^ ]+)");
  for (std::sregex_iterator at(words.begin(), words.end(), word), end; at != end; ++at)
    entries.emplace_back((*at)[1], (*at)[2]);
  EXPECT_NO_THROW(experiment::Run(config_of(entries))) << text;
}

const Entries kSmall = {{"data.samples", "16"}, {"batch", "8"}};

Entries with(Entries entries, const Entries& more) {
  entries.insert(entries.end(), more.begin(), more.end());
  return entries;
}

void write_pictures(const TempDir& dir, const std::string& folder, int channels) {
  fs::create_directories(dir.path() / folder);
  for (int i = 0; i < 4; ++i)
    io::write_png(dir.file(fmt::format("{}/{}.png", folder, i)),
                  testing::smooth_picture(20, 20, channels, i));
}

TEST(UnfitData, ASegmentationNetworkOnClasses) {
  const std::string text =
      refused(with(kSmall, {{"model", "unet"}, {"model.width", "8"}, {"data", "shapes"}}),
              {"model=unet, which learns task=segmentation", "shapes", "[3,32,32]", "task=classification",
               "which has one label", "learns task=classification"});
  expect_advice_works(text, kSmall);
}

TEST(UnfitData, AClassifierOnMasks) {
  const TempDir dir;
  write_pictures(dir, "images", 3);
  fs::create_directories(dir.path() / "masks");
  for (int i = 0; i < 4; ++i) {
    io::Image mask{.height = 20, .width = 20, .channels = 1, .pixels = std::vector<std::uint8_t>(400)};
    for (std::size_t k = 0; k < 200; ++k) mask.pixels[k] = 255;
    io::write_png(dir.file(fmt::format("masks/{}.png", i)), mask);
  }
  const std::string data = dir.path().string();
  const std::string text = refused({{"model", "lenet5"}, {"data", data}},
                                   {"model=lenet5 with task=classification does not fit", "mask u8",
                                    "model=deeplab data=" + data, "learns task=segmentation"});
  EXPECT_EQ(text.find("Dataset::map"), std::string::npos) << text;
  // 20x20 pictures do not halve often enough: a size is advised that does.
  expect_advice_works(
      refused({{"model", "unet"}, {"data", data}, {"batch", "2"}}, {"augment.letterbox.size="}),
      {{"batch", "2"}});
}

TEST(UnfitData, SizesAndColors) {
  const TempDir dir;
  for (const char* name : {"a", "b"}) write_pictures(dir, name, 3);
  const std::string data = dir.path().string();
  expect_advice_works(refused({{"model", "lenet5-1998"}, {"data", data}, {"batch", "2"}},
                              {"model=lenet5-1998 does not fit", "[3,20,20]", "data.size="}),
                      {{"batch", "2"}});
}

TEST(UnfitData, RowsForPicturesAndText) {
  expect_advice_works(
      refused({{"model", "lenet5"}, {"data", "xor"}},
              {"model=lenet5 does not fit xor, whose samples are [2]", "4: [N,C,height,width]"}));
  refused(with(kSmall, {{"model", "mlp"}, {"task", "next-token"}, {"data", "xor"}}), {"xor"});
}

TEST(UnfitData, WordsForNumbersAndNumbersForClasses) {
  const TempDir dir;
  dir.write("words.csv", "a,b\n1,red\n2,blue\n3,red\n4,red\n5,blue\n6,red\n7,blue\n8,red\n9,red\n10,blue\n");
  dir.write("numbers.csv", "a,b\n1,1.5\n2,2.5\n3,3.1\n4,4.2\n5,5.3\n6,6.9\n7,7.7\n8,8.1\n9,9.9\n10,1.2\n");
  const std::string words = dir.file("words.csv"), numbers = dir.file("numbers.csv");
  expect_advice_works(
      refused({{"model", "linear-regression"}, {"data", words}},
              {"words.csv:2: target 'red'", "model=linear-regression with task=regression learns numbers",
               "learns task=classification"}));
  expect_advice_works(refused(
      {{"model", "mlp"}, {"task", "classification"}, {"data", numbers}},
      {"numbers.csv:2: label '1.5'", "task=classification learns classes", "learns task=regression"}));
  dir.write("torn.csv", "a,b\n1,1.5\n2\n");
  const std::string torn =
      refused({{"model", "linear-regression"}, {"data", dir.file("torn.csv")}}, {"torn.csv:3"});
  EXPECT_EQ(torn.find("learns"), std::string::npos) << torn;
}

}  // namespace
}  // namespace luge::experiment
