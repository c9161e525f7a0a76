// Results that do not arrive, and names that are no text.
#include <gtest/gtest.h>

#include <algorithm>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "core/utf8.h"
#include "support/command.h"
#include "support/paths.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::CommandResult;
using testing::luge;
using testing::TempDir;

CommandResult in_shell(const std::string& line, const fs::path& folder = {}) {
  return testing::run_command({"sh", "-c", line, testing::command().string()},
                              {.folder = folder, .environment = {"LUGE_LOG", "NO_COLOR"}});
}

TEST(Output, AHelpThatCannotBeWrittenIsNoSuccess) {
  std::vector<std::string> pages = {"help",
                                    "version",
                                    "version --json",
                                    "list",
                                    "list --json",
                                    "doctor",
                                    "summary model=lenet5",
                                    "summary model=lenet5 --json",
                                    "plan model=lenet5 batch=2 --json"};
  for (const cli::Command& command : cli::commands()) {
    pages.push_back(command.name + " help");
    pages.push_back("help " + command.name);
  }
  for (const std::string& page : pages) {
    const auto ran = in_shell("\"$0\" " + page + " > /dev/full");
    EXPECT_EQ(ran.code, 1) << page;
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << page << ": " << ran.err;
    EXPECT_NE(ran.err.find("standard output"), std::string::npos) << page << ": " << ran.err;
    EXPECT_NE(ran.err.find("No space left"), std::string::npos) << page << ": " << ran.err;
  }
}

TEST(Output, ATrainingWhoseReportIsLostHasItsRunAllTheSame) {
  const TempDir dir;
  for (const std::string more : {"", " --json"}) {
    const auto ran = in_shell("\"$0\" train model=xor epochs=2 run.dir=run" +
                                  std::string(more.empty() ? "" : "2") + more + " > /dev/full",
                              dir.path());
    EXPECT_EQ(ran.code, 1) << ran.err;
    EXPECT_NE(ran.err.find("standard output"), std::string::npos) << ran.err;
  }
  EXPECT_EQ(luge({"eval", "run=run2", "data=xor", "split=train", "checkpoint=last"}, dir.path()).code, 0);
  EXPECT_EQ(in_shell("\"$0\" eval run=run > /dev/full", dir.path()).code, 1);
  EXPECT_EQ(in_shell("\"$0\" eval run=run --json > /dev/full", dir.path()).code, 1);
}

TEST(Output, AnErrorThatCannotBeWrittenHasItsCode) {
  const TempDir dir;
  EXPECT_EQ(in_shell("\"$0\" nonsense 2> /dev/full", dir.path()).code, 2);
  EXPECT_EQ(in_shell("\"$0\" eval run=absent 2> /dev/full", dir.path()).code, 1);
}

TEST(BadInput, C38_ATrainingGoesOnWhenNoOneReadsWhatItTells) {
  const TempDir dir;
  EXPECT_EQ(in_shell("\"$0\" train model=xor epochs=3 run.dir=full 2> /dev/full", dir.path()).code, 0);
  EXPECT_EQ(in_shell("\"$0\" train model=xor epochs=3 run.dir=gone 2>&1 > /dev/null | true", dir.path()).code,
            0);
  for (const char* run : {"full", "gone"}) {
    EXPECT_EQ(luge({"eval", std::string("run=") + run, "data=xor", "split=train"}, dir.path()).code, 0)
        << run;
    EXPECT_NE(testing::read_file(dir.path() / run / "metrics.csv").find("\n3,"), std::string::npos) << run;
  }
}

// A Latin-1 name in every place that a name can take on its way: data, run folder, model file, pictures.
TEST(Output, NamesThatAreNoTextAreShownAndFoundAgain) {
  const TempDir dir;
  const std::string name = "caf\xE9";
  std::string table = "width,kind\n";
  for (int i = 0; i < 40; ++i) table += i % 2 ? "1.5,small\n" : "4.5,large\n";
  dir.write(name + ".csv", table);
  const auto trained = luge(
      {"train", "model=softmax-regression", "data=" + name + ".csv", "epochs=2", "run.dir=" + name, "--json"},
      dir.path());
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_EQ(json::parse(trained.out).at("run"), "caf\uFFFD");
  const std::vector<std::vector<std::string>> all = {
      {"eval", "run=" + name, "split=train", "--json"},
      {"eval", "model=" + name + "/checkpoints/last.safetensors", "data=" + name + ".csv", "--json"},
      {"predict", "run=" + name, "input=" + name + ".csv", "--json"},
      {"summary", "run=" + name, "--json"},
      {"data", name + ".csv", "--json"},
      {"resume", "run=" + name, "epochs=3", "--json"},
      {"resume", "run=" + name, "epochs=4", "--json"}};
  for (const auto& words : all) {
    const auto ran = luge(words, dir.path());
    EXPECT_EQ(ran.code, 0) << words[0] << ": " << ran.err;
    EXPECT_FALSE(json::parse(ran.out, nullptr, false).is_discarded()) << words[0] << ": " << ran.out;
    EXPECT_EQ(ran.err.find("json.exception"), std::string::npos) << ran.err;
  }
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"eval", "run=gone\xFF"},
                                             {"train", "model=mlp", "data=\xFE.csv"},
                                             {"\xFFtrain"},
                                             {"train", "\xFF=1"}}) {
    const auto ran = luge(words, dir.path());
    EXPECT_GE(ran.code, 1) << words[0];
    EXPECT_LE(ran.code, 2) << words[0];
    EXPECT_EQ(first_invalid_utf8(ran.err), std::string_view::npos) << ran.err;
    EXPECT_EQ(ran.err.find("json.exception"), std::string::npos) << ran.err;
  }
}

}  // namespace
}  // namespace luge
