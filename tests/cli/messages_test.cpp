// What the command says to words that are not keys, to names that are not there, and how it shows odd names.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/output.h"
#include "support/in_process.h"
#include "support/pictures.h"
#include "support/run_files.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using testing::TempDir;

void expect_misuse(const std::vector<std::string>& words, std::initializer_list<std::string> parts) {
  const testing::CommandResult said = testing::in_process(words);
  EXPECT_EQ(said.code, 2) << said.err;
  for (const std::string& part : parts)
    EXPECT_NE(said.err.find(part), std::string::npos) << "\"" << part << "\" is missing from: " << said.err;
}

TEST(Messages, AKeyWithoutItsSignIsUnderstood) {
  expect_misuse({"train", "epochs", "3"}, {"'epochs' is not of the form key=value; write epochs=3"});
  expect_misuse({"train", "lenet5", "epochs=3"}, {"write model=lenet5"});
}

TEST(Messages, AKeyThatDoesNothingIsMisuse) {
  expect_misuse({"train", "model=xor", "checkpoint.keep=2"},
                {"checkpoint.keep=2: expected callbacks.checkpoint.every= with it"});
  expect_misuse({"train", "model=xor", "histograms=2", "tensorboard=false"},
                {"expected tensorboard=true with it"});
  expect_misuse({"train", "model=xor", "data.components=2"}, {"normalize=pca or normalize=zca with it"});
  expect_misuse({"data", "xor", "data.base=0"}, {"data.base=0: does nothing for xor"});
  const std::string help = testing::in_process({"train", "help"}).out;
  EXPECT_NE(help.find("default 3; with callbacks.checkpoint.every="), std::string::npos);
}

TEST(Messages, AResumptionSaysWhichKeysStay) {
  expect_misuse(
      {"resume", "run=x", "on_error=warn"},
      {"on_error= is a key of luge train and stays as the run has it (callbacks.checkpoint.on_error)"});
  expect_misuse({"resume", "run=x", "epocs=3"}, {"did you mean epochs?"});
}

TEST(Messages, HelpIsAlsoJson) {
  const testing::CommandResult all = testing::in_process({"help", "--json"});
  ASSERT_EQ(all.code, 0) << all.err;
  EXPECT_EQ(nlohmann::json::parse(all.out).at("commands").size(), cli::commands().size());
  for (const auto& words :
       {std::vector<std::string>{"train", "help", "--json"}, {"help", "train", "format=json"}}) {
    const testing::CommandResult one = testing::in_process(words);
    ASSERT_EQ(one.code, 0) << one.err;
    const auto json = nlohmann::json::parse(one.out);
    EXPECT_EQ(json.at("command"), "train");
    const auto& keys = json.at("keys");
    const auto keep = std::ranges::find_if(
        keys, [](const auto& key) { return key["name"] == "callbacks.checkpoint.keep"; });
    ASSERT_NE(keep, keys.end());
    EXPECT_TRUE(keep->at("needs").contains("callbacks.checkpoint.every")) << *keep;
  }
  expect_misuse({"help", "lr", "--json"}, {"is text alone"});
}

TEST(Messages, NamesOfRunsAreUnderstoodOrSuggested) {
  const TempDir dir;
  testing::make_run(dir.path() / "a", 1);
  testing::make_run(dir.path() / "b", 2, "finished", 0.01);
  const std::string here = "dir=" + dir.path().string();
  for (const char* name : {"sort=time", "sort=learning_rate", "sort=lr", "filter=learning_rate<0.005"}) {
    const testing::CommandResult said = testing::in_process({"runs", here, name});
    EXPECT_EQ(said.code, 0) << name << said.err;
  }
  const auto rates =
      nlohmann::json::parse(testing::in_process({"runs", here, "filter=learning_rate<0.005", "--json"}).out);
  EXPECT_EQ(rates.at("runs").size(), 1u) << rates;
  expect_misuse({"runs", here, "filter=status=finnished"},
                {"status 'finnished' is not known; did you mean finished?"});
  EXPECT_EQ(testing::in_process({"runs", here, "filter=status=fin*"}).code, 0);
  expect_misuse({"runs", here, "sort=learnin_rate"}, {"did you mean learning_rate"});
  expect_misuse({"runs", here, "sort=batch_size"}, {"did you mean batch?"});
}

TEST(Messages, PicturesOfOtherFormatsAreNoFolders) {
  const TempDir dir;
  for (const char* name : {"a", "b"}) {
    fs::create_directories(dir.path() / "set" / name);
    io::write_png(dir.file(std::string("set/") + name + "/1.png"), testing::smooth_picture(8, 8, 1));
  }
  const std::string to = dir.file("x.gif");
  expect_misuse({"data", dir.file("set"), "to=" + to},
                {"a folder, or a file name that ends with .png or .svg"});
  expect_misuse({"filter", "input=" + dir.file("set/a/1.png"), "to=" + dir.file("y.jpg")}, {".png or .svg"});
  EXPECT_FALSE(fs::exists(to));
  fs::create_directories(to);
  EXPECT_EQ(testing::in_process({"data", dir.file("set"), "to=" + to}).code, 0)
      << "a folder that is there is meant";
}

TEST(Messages, OddNamesKeepTheLinesOfATable) {
  EXPECT_EQ(cli::one_line("a\nb\tc\x01"), "a\\nb\\tc\\x01");
  EXPECT_EQ(cli::one_line("größer 大"), "größer 大");
  const TempDir dir;
  for (const char* name : {"a\nb", "c"}) {
    fs::create_directories(dir.path() / name);
    io::write_png((dir.path() / name / "1.png").string(), testing::smooth_picture(8, 8, 1));
  }
  const testing::CommandResult said = testing::in_process({"data", dir.path().string()});
  EXPECT_NE(said.out.find("a\\nb"), std::string::npos) << said.out;
  EXPECT_EQ(said.out.find("a\nb"), std::string::npos) << said.out;
}

}  // namespace
}  // namespace luge
